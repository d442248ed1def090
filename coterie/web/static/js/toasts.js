// Messages at the edge of the page: read to screen readers, gone after ten seconds unless somebody looks at them.

const SECONDS = 10;
const MOST = 3;
const region = document.querySelector("#toasts");
const status = document.querySelector("#say");

export function say(text) {
  status.textContent = "";
  requestAnimationFrame(() => { status.textContent = text; });
}

function keep(toast) {
  let left = SECONDS;
  say(toast.querySelector("span").textContent);
  const timer = setInterval(() => {
    if (toast.matches(":hover, :focus-within")) return;
    left -= 1;
    if (left > 0 && toast.isConnected) return;
    clearInterval(timer);
    toast.remove();
  }, 1000);
}

// when a job has ended, its page is loaded again: the next look does that if there is a message to read
document.addEventListener("htmx:before:response", (event) => {
  if (region?.children.length && event.detail.ctx.response.raw.headers.has("HX-Refresh")) event.preventDefault();
});

if (region) {
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.matches?.(".toast")) keep(node);
    while (region.children.length > MOST) region.firstElementChild.remove();
  }).observe(region, { childList: true });
  for (const toast of region.children) keep(toast);
}
