/* One-digit boxes (data-key="012"): an allowed digit goes on to the next box, any other is not taken.
   Without this script the same boxes are filled with Tab. */
"use strict";

const boxes = [...document.querySelectorAll("input[data-key]")];
for (const [at, box] of boxes.entries()) {
  box.addEventListener("focus", () => box.select());
  box.addEventListener("input", () => {
    const key = box.value.slice(-1);
    box.value = box.dataset.key.includes(key) ? key : "";
    if (box.value) (boxes[at + 1] ?? box.form.elements.answered_by)?.focus();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Backspace" && !box.value) boxes[at - 1]?.focus();
  });
}
