/* Keeps what is being typed into a form marked data-autosave="key" in this tab until it was sent.
   sessionStorage only, and never fields marked data-private (NIK, KK, phone), passwords or files. */
(() => {
  "use strict";
  const PREFIX = `draft:${document.body.dataset.officer}:`;
  const kept = (el) =>
    el.name &&
    !el.disabled &&
    !("private" in el.dataset) &&
    !["hidden", "password", "file", "submit", "button"].includes(el.type);
  const read = (key) => JSON.parse(sessionStorage.getItem(PREFIX + key) || "null");
  const forms = [...document.querySelectorAll("form[data-autosave]")];

  /* Sent, and the next page no longer shows the form: it was accepted. */
  for (const name of Object.keys(sessionStorage)) {
    if (!name.startsWith(PREFIX)) continue;
    const key = name.slice(PREFIX.length);
    const here = forms.some((form) => form.dataset.autosave === key);
    if (read(key)?.sent && !here) sessionStorage.removeItem(name);
  }

  const values = (form) => {
    const found = {};
    for (const el of form.elements) {
      if (!kept(el)) continue;
      if (el.type === "checkbox" || el.type === "radio") {
        found[el.name] ??= [];
        if (el.checked) found[el.name].push(el.value);
      } else if (el.type === "select-multiple") {
        found[el.name] = [...el.selectedOptions].map((option) => option.value);
      } else {
        (found[el.name] ??= []).push(el.value);
      }
    }
    return found;
  };

  const restore = (form, saved) => {
    const left = structuredClone(saved);
    for (const el of form.elements) {
      if (!kept(el) || !(el.name in saved)) continue;
      if (el.type === "checkbox" || el.type === "radio") {
        el.checked = saved[el.name].includes(el.value);
      } else if (el.type === "select-multiple") {
        for (const option of el.options) option.selected = saved[el.name].includes(option.value);
      } else {
        el.value = left[el.name].shift() ?? "";
      }
      el.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };

  for (const form of forms) {
    const key = form.dataset.autosave;
    const store = (extra) =>
      sessionStorage.setItem(
        PREFIX + key,
        JSON.stringify({ at: Date.now(), values: values(form), ...extra }),
      );
    const untouched = JSON.stringify(values(form));
    const draft = read(key);
    const notice = form.querySelector("[data-draft-notice]");

    // After an error the server already shows what was typed: nothing to offer.
    if (draft && notice && !("bound" in form.dataset) && JSON.stringify(draft.values) !== untouched) {
      const time = new Date(draft.at);
      notice.querySelector("[data-draft-time]").textContent =
        `${String(time.getHours()).padStart(2, "0")}.${String(time.getMinutes()).padStart(2, "0")}`;
      notice.hidden = false;
      notice.querySelector("[data-draft-restore]").addEventListener("click", () => {
        restore(form, draft.values);
        notice.hidden = true;
        form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
      });
      notice.querySelector("[data-draft-discard]").addEventListener("click", () => {
        sessionStorage.removeItem(PREFIX + key);
        notice.hidden = true;
      });
    }

    let waiting;
    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => store(), 400);
    });
    form.addEventListener("submit", () => {
      clearTimeout(waiting);
      store({ sent: true });
    });
  }
})();
