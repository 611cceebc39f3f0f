// The button "Ambil letak dari HP": fills latitude and longitude from the phone. Without it, or
// without leave, they are typed.
"use strict";

for (const button of document.querySelectorAll("[data-position]")) {
  const form = button.form;
  if (!form || !navigator.geolocation) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.latitude.value = coords.latitude.toFixed(6).replace(".", ",");
        form.elements.longitude.value = coords.longitude.toFixed(6).replace(".", ",");
        button.disabled = false;
      },
      () => {
        button.disabled = false;
        form.elements.latitude.focus();
      },
      { enableHighAccuracy: true, timeout: 20000 },
    );
  });
}
