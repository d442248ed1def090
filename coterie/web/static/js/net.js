// Lost connection, restarted server, ended session: what was typed stays, and is sent again when that can work.

const html = document.documentElement;
const dialog = document.querySelector("#sign-in-again");
const alarm = document.querySelector("#alarm");
const failed = new Map();
const RETRY_MS = 4000;
let timer = 0, warnedOf;

// a token of the session; "" if it has ended, undefined if the server does not answer
async function readToken() {
  try {
    const response = await fetch("/account/session", { headers: { "HX-Request": "true" }, cache: "no-store" });
    if (response.status === 401) return "";
    return response.ok ? (await response.text()).trim() : undefined;
  } catch { return undefined; }
}

function ask() { if (dialog && !dialog.open) dialog.showModal(); }

// about: the element whose next success takes the line away
function warn(words, about) {
  const bar = document.createElement("div");
  const text = document.createElement("strong");
  bar.className = "notice is-warn";
  text.textContent = words;
  bar.append(text);
  alarm?.replaceChildren(bar);
  warnedOf = about;
  return bar;
}

function showBar() {
  if (!alarm || alarm.querySelector("[data-go-on]")) return;
  const bar = warn("No connection. What you typed is still here, and is sent when the server answers.");
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button", textContent: "Try again" });
  button.dataset.goOn = "";
  bar.append(button);
  clearInterval(timer);
  timer = setInterval(() => { if (!document.hidden) goOn(); }, RETRY_MS);
}

function useToken(token) {
  for (const input of document.querySelectorAll("input[name=form_token]")) input.value = token;
  const meta = document.querySelector("meta[name=form-token]");
  if (meta) meta.content = token;
}

async function goOn() {
  const token = await readToken();
  if (token === undefined) return showBar();
  clearInterval(timer);
  if (!token) return ask();
  useToken(token);
  dialog?.close();
  alarm?.replaceChildren();
  const again = [...failed];
  failed.clear();
  for (const [form, submitter] of again) {
    if (form.isConnected) form.requestSubmit(submitter?.isConnected ? submitter : undefined);
  }
}

function fail(form, submitter, ask_) {
  failed.set(form, submitter);
  if (ask_) ask(); else showBar();
}

// the token of a form is that of its session, which may have ended, or begun in another tab
async function refused(form, submitter) {
  const token = await readToken();
  if (token === "") fail(form, submitter, true);
  else if (token && token !== document.querySelector("meta[name=form-token]").content) { failed.set(form, submitter); goOn(); }
}

const formOf = (ctx) => ctx?.sourceElement?.closest?.("form[hx-post]");

document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  if (!ctx || ctx.response || ctx.request?.signal?.aborted) return;
  const form = formOf(ctx);
  if (form) fail(form, ctx.sourceEvent?.submitter, false); else showBar();
});
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const status = ctx.response?.raw?.status;
  const form = formOf(ctx);
  if (status >= 400) warnedOf = ctx.sourceElement;
  if (status === 403 && form) refused(form, ctx.sourceEvent?.submitter);
  if (status === 401) { if (form) fail(form, ctx.sourceEvent?.submitter, true); else ask(); }
});

// the answer of a proxy on the way replaces no part of the page: our errors name their place; 409 and 422 are forms again
document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  const { status, headers } = ctx.response.raw;
  const form = formOf(ctx);
  if (status < 400 || status === 409 || status === 422 || (headers.has("HX-Retarget") && !(status >= 502 && form))) return;
  event.preventDefault();
  if (status >= 502 && form) fail(form, ctx.sourceEvent?.submitter, false);
  else if (status === 403 && form) refused(form, ctx.sourceEvent?.submitter);
  else warn(`The server did not do this (error ${status}).${form ? " What you typed is still here." : ""}`, ctx.sourceElement);
});

// a form that leaves the page asks first whether the server and the session are there
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!("session" in html.dataset) || form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.checked) { delete form.dataset.checked; return; }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.checking) return;
  form.dataset.checking = "yes";
  const token = await readToken();
  delete form.dataset.checking;
  if (!token) return fail(form, event.submitter, token === "");
  if (form.elements.form_token) form.elements.form_token.value = token;
  form.dataset.checked = "yes";
  form.requestSubmit(event.submitter);
}, true);

document.addEventListener("click", (event) => { if (event.target.closest("[data-go-on]")) goOn(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden && dialog?.open) goOn(); });
window.addEventListener("online", () => { if (alarm?.querySelector("[data-go-on]")) goOn(); });
// a page that the browser's cache brings back may be of a session that has ended
window.addEventListener("pageshow", (event) => { if (event.persisted && "session" in html.dataset) goOn(); });

// long texts are stored in this tab until they are sent
const keyOf = (area) => `draft:${location.pathname}:${area.id}`;
for (const area of document.querySelectorAll("main textarea[id]")) {
  const draft = sessionStorage.getItem(keyOf(area));
  if (draft && draft !== area.value && area.value === area.defaultValue) area.value = draft;
}
document.addEventListener("input", (event) => {
  if (!event.target.matches("main textarea[id]")) return;
  if (event.target.value.length > 20) sessionStorage.setItem(keyOf(event.target), event.target.value);
  else sessionStorage.removeItem(keyOf(event.target));
});
const forget = (form) => { for (const area of form.querySelectorAll("textarea[id]")) sessionStorage.removeItem(keyOf(area)); };
document.addEventListener("submit", (event) => { if (!event.target.hasAttribute("hx-post")) forget(event.target); });
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (!ctx.response?.raw?.ok) return;
  const form = formOf(ctx);
  if (form) forget(form);
  else if (warnedOf !== ctx.sourceElement) return;
  // what stopped the form before does so no longer
  if (!failed.size) alarm?.replaceChildren();
});
