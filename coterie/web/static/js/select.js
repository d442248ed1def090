// Selected people: the bar of acts appears with the first check box; shift selects a range; acts refresh the list.

let last = null;
const boxes = () => [...document.querySelectorAll(".c-pick input")];

function show() {
  const bar = document.querySelector("#selected");
  if (!bar) return;
  const number = boxes().filter((box) => box.checked).length;
  bar.classList.toggle("is-open", number > 0);
  bar.querySelector(".selected-count").textContent = number ? `${number} selected` : "";
}

document.addEventListener("click", (event) => {
  const box = event.target.closest?.(".c-pick input");
  if (!box) return;
  const all = boxes();
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const each of all.slice(from, to + 1)) each.checked = box.checked;
  }
  last = box;
  show();
});

document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = event.detail;
  if (ctx.refreshes && ctx.response?.raw?.ok) {
    const query = location.search ? `${location.search}&found=1` : "?found=1";
    const root = document.querySelector("#found")?.dataset.root;
    if (root) window.htmx.ajax("GET", `${root}/people/rows${query}`, { target: "#found", swap: "outerHTML" });
  }
  show();
});
document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceElement.matches?.("form[data-refresh]")) ctx.refreshes = true;
});
show();
