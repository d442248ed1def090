// Selected people: a set of ids, or all that match except some. It outlives the windows of rows that come and go.
// The bar of acts appears with the first check box; shift selects a range; acts refresh the list.

let last = null;
let ids = new Set();
const form = () => document.querySelector("#selected");
const isAll = () => Boolean(document.querySelector("#selected-all")?.checked);
const boxes = () => [...document.querySelectorAll(".c-pick input")];
const countOf = () => (isAll() ? Number(form().dataset.total) - ids.size : ids.size);

// with all selected, ids are the exceptions
function show() {
  if (!form()) return;
  for (const box of boxes()) box.checked = ids.has(box.value) !== isAll();
  const number = countOf();
  form().classList.toggle("is-open", number > 0 || isAll());
  form().querySelector(".selected-count").textContent = number ? `${number.toLocaleString("en")} selected` : "";
  document.querySelector("#selected-do-merge").hidden = isAll() || number < 2 || number > 5;
}

function pick(box, checked) { if (checked !== isAll()) ids.add(box.value); else ids.delete(box.value); }

export function clearSelection() {
  const had = ids.size > 0 || isAll();
  ids = new Set();
  if (document.querySelector("#selected-all")) document.querySelector("#selected-all").checked = false;
  show();
  return had;
}

export function selectAll() { document.querySelector("#selected-all")?.click(); }

document.addEventListener("click", (event) => {
  const box = event.target.closest?.(".c-pick input");
  if (box) {
    const all = boxes();
    pick(box, box.checked);
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      for (const each of all.slice(from, to + 1)) pick(each, box.checked);
    }
    last = box;
    show();
  }
  if (event.target.id === "selected-all") { ids = new Set(); show(); }
  // a download and a page are no answers for htmx
  const button = event.target.closest?.("[data-plain]");
  if (button && form()) {
    event.preventDefault();
    fill();
    const plain = form().cloneNode(true);
    plain.id = "selected-plain";
    plain.hidden = true;
    for (const name of plain.getAttributeNames()) if (name.startsWith("hx-")) plain.removeAttribute(name);
    plain.action = button.getAttribute("formaction") ?? plain.action;
    if (isAll()) hidden(plain, "all", "1");
    else for (const id of ids) hidden(plain, "ids[]", id);
    if (button.value) hidden(plain, "act", button.value);
    document.body.append(plain);
    HTMLFormElement.prototype.submit.call(plain);
    plain.remove();
  }
});

function hidden(parent, name, value) {
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name, value });
  parent.append(input);
}

// what is selected and not in the document
function fill() {
  const more = document.querySelector("#selected-more");
  more.replaceChildren();
  const seen = new Set(isAll() ? [] : boxes().map((box) => box.value));
  for (const id of ids) if (!seen.has(id)) hidden(more, isAll() ? "except[]" : "ids[]", id);
}

document.addEventListener("reset", (event) => { if (event.target.id === "selected") clearSelection(); });
document.addEventListener("submit", (event) => { if (event.target.id === "selected") fill(); }, true);
document.addEventListener("htmx:config:request", (event) => {
  if (event.detail.ctx.sourceElement.matches?.("form[data-refresh]")) event.detail.ctx.refreshes = true;
});

function refresh() {
  const root = document.querySelector("#found")?.dataset.root;
  const query = new URLSearchParams(location.search);
  query.set("found", "1");
  if (root) window.htmx.ajax("GET", `${root}/people/rows?${query}`, { target: "#found", swap: "outerHTML" });
}

document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = event.detail;
  if (ctx.target?.id === "found") ids = new Set();
  // the message of a job that has ended refreshes the list once
  const over = document.querySelector("#toasts [data-over]:not([data-seen])");
  if (over) over.dataset.seen = "yes";
  const isWorking = document.querySelector("#toasts [data-working]");
  if (over || (ctx.refreshes && ctx.response?.raw?.ok && !isWorking)) refresh();
  show();
});
document.addEventListener("coterie:rows", show);
// a page that the browser brings back has check boxes as they were
for (const box of boxes()) if (box.checked) ids.add(box.value);
show();
