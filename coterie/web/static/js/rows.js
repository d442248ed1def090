// People as one long page. The list is as high as all its rows; only the windows of rows near the view are in the
// document. The cursor is a row's number, so it survives windows that come and go; the address has the first row seen.

// browsers limit the height of an element; beyond it the list ends, and the links below go on
const PIXELS_MAX = 15_000_000;
const CALM_MS = 60;
let list = null;
const query = (selector) => document.querySelector(selector);
const most = () => Math.floor(PIXELS_MAX / list.height / list.size) * list.size;
const count = () => Math.min(list.total - list.base, most());
const top_ = () => list.element.getBoundingClientRect().top;
const rowAt = (row) => list.element.querySelector(`[aria-rowindex="${row + 2}"]`);
const linkAt = (row) => rowAt(row)?.querySelector(".c-name a");
const limited = (row) => Math.max(list.base, Math.min(row, list.base + count() - 1));
const firstSeen = () => limited(list.base + Math.floor(Math.max(0, -top_()) / list.height));

// a key may come between the swap of a list and its event
const follow = () => { if (query(".people-list") !== (list?.element ?? null)) start(); };
function start() {
  const element = query(".people-list");
  const first = element?.firstElementChild;
  list = element && { element, total: Number(element.dataset.total), size: Number(element.dataset.size), base: 0,
    height: 0, windows: new Map([[first.dataset.from / element.dataset.size, first]]), cursor: Number(element.dataset.start) };
  if (!list) return;
  measure();
  if (list.cursor >= count()) list.base = Number(first.dataset.from);
  history.scrollRestoration = "manual";
  lay();
  if (query(".pager")) page(query(".pager"));
  if (list.cursor > list.base) window.scrollTo(0, window.scrollY + top_() + (list.cursor - list.base) * list.height);
  load();
}

// beyond the height of the list the links lead to the next part of it
function page(pager) {
  pager.hidden = count() === list.total;
  pager.querySelector("[data-range]").textContent = [list.base + 1, list.base + count()].map((row) => row.toLocaleString("en")).join("–");
  for (const link of pager.querySelectorAll("[data-page]")) {
    const address = new URL(link.href);
    const to = Number(link.dataset.page) < 0 ? Math.max(0, list.base - most()) : list.base + count();
    address.searchParams.set("from", to);
    link.href = address;
    link.hidden = to >= list.total || (Number(link.dataset.page) < 0 && list.base === 0);
  }
}

const measure = () => { list.height = list.element.querySelector(".person-row")?.offsetHeight || list.height || 36; };
function lay() {
  list.element.classList.add("is-long");
  list.element.style.height = `${count() * list.height}px`;
  for (const [number, element] of list.windows) element.style.top = `${(number * list.size - list.base) * list.height}px`;
}

// the windows that are seen, and as many next to them as make three
function wanted() {
  const rows = Math.ceil(window.innerHeight / list.height);
  let from = Math.floor(firstSeen() / list.size);
  let to = Math.floor(limited(firstSeen() + rows) / list.size);
  if (from === to) { from -= 1; to += 1; }
  else if (to - from === 1) { if (firstSeen() + rows / 2 < to * list.size) from -= 1; else to += 1; }
  return [Math.max(from, Math.floor(list.base / list.size)), Math.min(to, Math.floor(limited(Infinity) / list.size))];
}

function load() {
  const [from, to] = wanted();
  for (const number of [...list.windows.keys()]) if (number < from || number > to) drop(number);
  for (let number = from; number <= to; number += 1) if (!list.windows.has(number)) fetchWindow(number);
  rove();
}

function drop(number) {
  const element = list.windows.get(number);
  if (element.contains(document.activeElement)) { list.element.tabIndex = -1; list.element.focus({ preventScroll: true }); }
  element.remove(); list.windows.delete(number);
}

function fetchWindow(number) {
  const element = document.createElement("div");
  element.className = "people-window";
  element.style.top = `${(number * list.size - list.base) * list.height}px`;
  const after = [...list.windows].filter(([each]) => each > number).sort(([a], [b]) => a - b)[0];
  list.element.insertBefore(element, after ? after[1] : null);
  list.windows.set(number, element);
  return fill(number, element, "innerHTML");
}

async function fill(number, element, swap) {
  const of = list;
  const asked = new URLSearchParams(of.element.dataset.query);
  asked.set("from", number * of.size);
  await window.htmx.ajax("GET", `${location.pathname}/rows?${asked}`, { source: element, target: element, swap });
  if (of !== list) return;
  if (!element.children.length) { list.windows.delete(number); element.remove(); return; }
  if (of.element.dataset.more && of.grown > of.total) { of.total = of.grown; lay(); }
  rove();
  document.dispatchEvent(new CustomEvent("coterie:rows"));
  if (of.pending !== undefined) linkAt(of.pending)?.focus({ preventScroll: true });
}

// one stop of the Tab key: the row of the cursor, or the first that is seen
function rove() {
  const stop = rowAt(list.cursor) ?? rowAt(firstSeen());
  for (const row of list.element.querySelectorAll(".person-row")) {
    for (const each of row.querySelectorAll("a, input")) each.tabIndex = row === stop ? 0 : -1;
  }
}

// the row by this many rows away, or the first or the last one; returns whether there is a list
export function moveCursor(by) {
  follow();
  if (!list) return false;
  const isIn = list.element.contains(document.activeElement);
  const here = rowAt(list.cursor) ? list.cursor : firstSeen();
  const row = limited(isIn || !Number.isFinite(by) ? list.cursor + by : here);
  list.pending = list.cursor = row;
  const at = top_() + (row - list.base) * list.height;
  const margin = 2 * list.height + (parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0);
  if (at < margin) window.scrollBy(0, at - margin);
  else if (at + margin > window.innerHeight) window.scrollBy(0, at + margin - window.innerHeight);
  if (linkAt(row)) linkAt(row).focus({ preventScroll: true }); else load();
  return true;
}

let timer = 0;
window.addEventListener("scroll", () => {
  if (!list) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    load();
    const address = new URL(location.href);
    address.searchParams.delete("row");
    if (firstSeen()) address.searchParams.set("from", firstSeen()); else address.searchParams.delete("from");
    if (address.href !== location.href) history.replaceState(history.state, "", address);
  }, CALM_MS);
}, { passive: true });
window.addEventListener("resize", () => { if (list) { measure(); lay(); load(); } });
document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.(".person-row");
  // a window that arrives later takes the focus from no other part of the page
  if (list && !list.element.contains(event.target)) delete list.pending;
  if (!row || !list) return;
  list.cursor = Number(row.getAttribute("aria-rowindex")) - 2;
  if (list.pending !== list.cursor) delete list.pending;
  rove();
});
document.addEventListener("htmx:after:swap", (event) => {
  const total = Number(event.detail.ctx.response?.raw?.headers.get("Coterie-Total"));
  if (list && total) list.grown = total;
  follow();
});
// shows names that were edited in the meantime when a page comes back from the browser's cache
window.addEventListener("pageshow", (event) => {
  if (event.persisted && list) for (const [number, element] of list.windows) fill(number, element, "innerMorph");
});
start();
