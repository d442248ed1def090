// Where an act has removed what had the focus, the focus goes on: to the element that data-focus of its surroundings
// names, else to the heading. It never falls back to the whole page, where a keyboard has to begin again.

let next = null;

export function focusOn(element) {
  const target = element?.checkVisibility() ? element : document.querySelector("h1");
  if (!target) return;
  if (target.matches("h1")) target.tabIndex = -1;
  target.focus();
}

document.addEventListener("htmx:before:swap", () => {
  const { activeElement } = document;
  if (activeElement !== document.body) next = activeElement.closest("[data-focus]")?.dataset.focus ?? "h1";
});
document.addEventListener("htmx:after:swap", () => {
  if (!next) return;
  // other listeners come first: they may know better
  setTimeout(() => {
    const isLost = document.activeElement === document.body || !document.activeElement.checkVisibility();
    if (next && isLost) focusOn(document.querySelector(next));
    next = null;
  });
});
