// Enter in the search of People goes to what it finds: one person is opened, of several the first gets the focus.

import { moveCursor } from "./rows.js";

const box = document.querySelector(".people-tools #q");
let isAsked = false;

const isCurrent = () => document.querySelector("#found").dataset.text === box.value.trim();

function goToFound() {
  isAsked = false;
  const list = document.querySelector(".people-list");
  if (list?.dataset.total === "1") list.querySelector(".c-name a").click();
  else moveCursor(-Infinity);
}

box?.addEventListener("input", () => { isAsked = false; });
box?.addEventListener("keydown", (event) => {
  if (event.isComposing || !["Enter", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  if (event.key === "ArrowDown") moveCursor(-Infinity);
  else if (isCurrent()) goToFound();
  else isAsked = true;
});
// Enter was faster than the search
document.addEventListener("htmx:after:swap", () => { if (isAsked && isCurrent()) goToFound(); });
