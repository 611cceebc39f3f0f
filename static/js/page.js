/* What every page gets on top of plain HTML: shortcuts, send once, menus, date picking.
   Nothing here is needed to do the work. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* --- One press, one request ------------------------------------------------------------ */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if ("repeatable" in form.dataset) return;
    form.dataset.sent = "1";
    // After this turn: a disabled button would not send its own name and value.
    setTimeout(() => toggle(form, true));
    // A download answers without leaving the page; a lost line must not lock the form for ever.
    setTimeout(() => release(form), 8000);
  });
  const buttonsOf = (form) => [...form.elements].filter((el) => el.type === "submit");
  const toggle = (form, busy) =>
    buttonsOf(form).forEach((button) => {
      if (busy && button.disabled) return;
      if (!busy && !button.classList.contains("is-busy")) return;
      button.disabled = busy;
      button.classList.toggle("is-busy", busy);
    });
  const release = (form) => {
    delete form.dataset.sent;
    toggle(form, false);
  };
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) all("form[data-sent]").forEach(release);
  });

  /* --- Back to a form that was sent: it keeps its mark, so that the server knows it again ------ */
  const mark = document.querySelector('form[method="post"] input[name="client_uid"]');
  const sent = `sent:${location.pathname}${location.search}`;
  if (mark) {
    const [visit] = performance.getEntriesByType("navigation");
    if (visit?.type === "back_forward") mark.value = sessionStorage.getItem(sent) || mark.value;
    mark.form.addEventListener("submit", () => sessionStorage.setItem(sent, mark.value));
  }

  /* --- Keyboard ---------------------------------------------------------------------------- */
  const OFF = "puskesos:shortcuts-off";
  const typing = (el) => el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName);
  const dialog = document.querySelector("[data-shortcut-list]");
  const showShortcuts = () => {
    const list = dialog.querySelector(".shortcuts");
    all("[data-from-page]", list).forEach((el) => el.remove());
    all("[accesskey]").forEach((el) => {
      const key = document.createElement("dt");
      const words = document.createElement("dd");
      key.dataset.fromPage = words.dataset.fromPage = "";
      for (const part of ["Alt", el.accessKey.toUpperCase()]) {
        const kbd = document.createElement("kbd");
        kbd.textContent = part;
        key.append(kbd, " ");
      }
      words.textContent = el.dataset.hint || el.textContent.trim();
      list.append(key, words);
    });
    dialog.showModal();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
    if (event.key === "Escape") {
      all("details[data-menu][open]").forEach((menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!plain || typing(event.target) || localStorage.getItem(OFF)) return;
    const search = document.querySelector("[data-search]");
    if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "?" && dialog) {
      event.preventDefault();
      showShortcuts();
    }
  });
  document.addEventListener("click", (event) => {
    all("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    if (dialog && event.target.closest("[data-shortcuts]")) showShortcuts();
  });
  if (dialog && dialog.showModal) {
    all("[data-needs-script]").forEach((el) => (el.hidden = false));
    const box = dialog.querySelector("[data-shortcuts-on]");
    box.checked = !localStorage.getItem(OFF);
    box.addEventListener("change", () =>
      box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"),
    );
  }

  /* --- Dates: typed as 22-11-2026, or picked -------------------------------------------------- */
  const pickers = (root) =>
    all("[data-date-field]", root).forEach((field) => {
      const text = field.querySelector("input");
      const button = field.querySelector("[data-date-pick]");
      if (!button.hidden || text.disabled || !("showPicker" in text)) return;
      const native = document.createElement("input");
      native.type = "date";
      native.className = "date-native";
      native.tabIndex = -1;
      native.setAttribute("aria-hidden", "true");
      field.append(native);
      button.hidden = false;
      button.addEventListener("click", () => {
        const typed = text.value.match(/^(\d{2})[-/.](\d{2})[-/.](\d{4})$/);
        native.value = typed ? `${typed[3]}-${typed[2]}-${typed[1]}` : "";
        native.showPicker();
      });
      native.addEventListener("change", () => {
        text.value = native.value.split("-").reverse().join("-");
        for (const type of ["input", "change"]) text.dispatchEvent(new Event(type, { bubbles: true }));
        text.focus();
      });
    });
  pickers(document);
  document.addEventListener("htmx:load", (event) => pickers(event.target));

  /* --- Drafts are the officer's own: gone when he logs out, or when somebody else logs in -------- */
  const forgetDrafts = (but = " ") =>
    Object.keys(sessionStorage)
      .filter((key) => key.startsWith("draft:") && !key.startsWith(but))
      .forEach((key) => sessionStorage.removeItem(key));
  const { officer } = document.body.dataset;
  if (officer) forgetDrafts(`draft:${officer}:`);
  all("form[data-forget-drafts]").forEach((form) =>
    form.addEventListener("submit", () => forgetDrafts()),
  );
})();
