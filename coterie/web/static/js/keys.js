// Keyboard shortcuts: single letters, never while somebody types, composes or has a dialog open. Every key presses a
// link or a button that is on the page, or goes to a page of the table below.

import { moveCursor } from "./rows.js";
import { clearSelection, selectAll } from "./select.js";

const root = document.querySelector(".side .brand")?.getAttribute("href").replace(/\/today$/, "");
const PLACES = { t: "/today", p: "/people", i: "/imports", h: "/history", d: "/duplicates", s: "/settings", e: "/segments", a: "/audience" };
const PREFIX_MS = 1500;
let prefix = "";
let timer = 0;

const isTyping = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]");

function move(by) {
  if (moveCursor(by)) return;
  const all = [...document.querySelectorAll(".list > li .what > a")];
  const at = all.indexOf(document.activeElement);
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

// where one types: the letters typed next are text, not shortcuts
function focusField(details) {
  if (details?.matches("details.tagging[open]")) details.querySelector("input:not([type=hidden])").focus();
}

function press(key) {
  const named = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  named?.focus();
  if (!named?.matches("textarea, select, input")) named?.click();
  focusField(named?.parentElement);
  return Boolean(named);
}

function closeMenu() {
  const menu = [...document.querySelectorAll("details:is(.menu, .tagging)[open]")].pop();
  if (!menu) return false;
  menu.open = false;
  menu.querySelector("summary").focus();
  return true;
}

// an open menu is scrolled into view as a whole
document.addEventListener("toggle", ({ target }) => {
  if (target.open && target.matches("details.menu")) target.lastElementChild.scrollIntoView({ block: "nearest" });
  focusField(target);
}, true);

const ACTIONS = {
  Escape: () => closeMenu() || clearSelection(),
  "/": () => { const q = document.querySelector("#q"); if (q) { q.focus(); q.select(); } else location.assign(`${root}/people#q`); },
  "?": () => location.assign("/help/keys"),
  c: () => location.assign(`${root}/people/new`),
  l: () => press("l") || location.assign(`${root}/log`),
  z: () => [...document.querySelectorAll("[data-undo]")].pop()?.click(),
  j: () => move(1),
  k: () => move(-1),
  e: () => document.querySelector("#edit-real_name")?.click(),
  x: () => document.activeElement.closest?.(".person-row")?.querySelector("input[type=checkbox]")?.click(),
};

const inRows = (target) => target.closest?.(".people-list");
const MOVES = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };

document.addEventListener("keydown", (event) => {
  if (event.key in MOVES && inRows(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey) {
    moveCursor(MOVES[event.key]);
    return event.preventDefault();
  }
  if (event.key === "Escape" && !event.isComposing && event.target.closest?.("details.tagging") && closeMenu()) return event.preventDefault();
  if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
  if (event.repeat && !"jk".includes(event.key)) return;
  const off = document.documentElement.dataset.shortcuts === "off";
  if (off || !root) return;
  if (prefix === "g" && PLACES[event.key]) location.assign(root + PLACES[event.key]);
  else if (prefix === "*" && event.key === "a") selectAll();
  else if (event.key === "g" || event.key === "*") { prefix = event.key; clearTimeout(timer); timer = setTimeout(() => { prefix = ""; }, PREFIX_MS); return; }
  else if (ACTIONS[event.key]) ACTIONS[event.key]();
  else if (!press(event.key)) return;
  prefix = "";
  event.preventDefault();
});

if (location.hash === "#q") document.querySelector("#q")?.focus();
