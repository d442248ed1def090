// Buttons that copy a text, or the value of an input. Without script, or where the browser allows no copying, they are
// not shown.

import { say } from "./toasts.js";

const BUTTONS = "[data-copy], [data-copy-text]";

function reveal() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll(BUTTONS)) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.(BUTTONS);
  if (!button) return;
  const text = button.dataset.copyText ?? document.querySelector(button.dataset.copy)?.value ?? "";
  await navigator.clipboard.writeText(text).then(() => say("Copied"), () => say("Not copied"));
});
document.addEventListener("htmx:after:swap", reveal);
reveal();
