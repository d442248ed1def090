// Requests of htmx carry the token of the forms. A form is sent once, however often its button is pressed.

document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["X-Form-Token"] = document.querySelector("meta[name=form-token]").content;
});

// after an error, the first field that is not valid has the focus, also in a part of the page that was closed
const wrong = document.querySelector("[aria-invalid=true]");
if (wrong) {
  for (let part = wrong.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
  // the browser has looked at autofocus by then; a field that a user has gone to keeps the focus
  requestAnimationFrame(() => { if (document.activeElement.matches("body, [autofocus]")) wrong.focus(); });
}

for (const box of document.querySelectorAll("[data-shows]")) {
  box.closest("label").hidden = false;
  const input = document.getElementById(box.dataset.shows);
  box.addEventListener("change", () => { input.type = box.checked ? "text" : "password"; });
  // browsers store a password only as such
  input.form.addEventListener("submit", () => { input.type = "password"; });
}

// suggests the browser's time zone until the user types another
const zone = document.querySelector("input[data-guess]");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && zone.value === zone.defaultValue && [...zone.list.options].some((option) => option.value === here)) zone.value = here;

document.addEventListener("submit", (event) => {
  const form = event.target;
  // after a download the page stays, and may ask again
  if (event.defaultPrevented || form.method !== "post" || "download" in form.dataset) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
});

// a page from the back-forward cache may be sent again
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});
