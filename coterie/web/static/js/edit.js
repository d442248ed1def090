// Editing in place. The form of a field opens where its value is; Esc puts the value back; an answer never
// overwrites what was typed since (the rule of the dirty input).

import { focusOn } from "./focus.js";

const originals = new WeakMap();
// form -> the values that are on their way
const sending = new WeakMap();
// what opened the form of something new
let opener = null;

const valuesOf = (form) => new URLSearchParams(new FormData(form)).toString();
const isDirty = (form) => originals.has(form) && originals.get(form) !== valuesOf(form);
const inUse = (root) => [...root.querySelectorAll("form[data-edit]")].find((form) => isDirty(form) || form.contains(document.activeElement));

// what stood where a form opened, to put it back
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  const source = ctx.sourceElement;
  const sender = source.closest?.("form[data-edit]");
  if (sender && ctx.response?.raw?.status < 400 && ctx.sentValues && ctx.sentValues !== valuesOf(sender)) {
    event.preventDefault();
    originals.set(sender, ctx.sentValues);
    window.htmx.trigger(sender, "submit");
    return;
  }
  const target = typeof ctx.target === "string" ? document.querySelector(ctx.target) : ctx.target;
  const other = target && inUse(target);
  if (other && other !== sender && !other.contains(source)) event.preventDefault();
});

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  const form = ctx.sourceElement.closest?.("form[data-edit]");
  if (form) { ctx.sentValues = valuesOf(form); ctx.editing = form.id; }
  if (form && form === ctx.sourceElement) {
    // its button was pressed twice
    if (sending.get(form) === ctx.sentValues) return event.preventDefault();
    sending.set(form, ctx.sentValues);
  }
  if (ctx.sourceElement.matches?.("form[data-clear]")) ctx.clears = ctx.sourceElement;
  if (ctx.request.method === "GET" && ctx.sourceElement.matches?.("a")) opener = ctx.sourceElement;
  const line = ctx.sourceElement.closest?.(".line, .entry");
  if (line && ctx.request.method === "GET" && !line.before_) line.before_ = [...line.childNodes];
});

document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = event.detail;
  for (const form of document.querySelectorAll("form[data-edit]")) {
    if (originals.has(form)) continue;
    originals.set(form, valuesOf(form));
    const input = form.querySelector("[aria-invalid]") ?? form.querySelector("input:not([type=hidden]), textarea, select");
    input?.focus();
    if (input?.select && !input.hasAttribute("aria-invalid")) input.select();
    form.scrollIntoView({ block: "nearest" });
  }
  if (ctx.editing && !document.getElementById(ctx.editing)) {
    const id = ctx.editing.replace(/^field-/, "");
    focusOn(document.getElementById(`edit-${id}`) ?? document.getElementById(`new-${id.split("-")[0]}`));
  }
  if (ctx.clears && ctx.response?.raw?.ok) {
    ctx.clears.reset();
    // the next one is another form
    ctx.clears.elements.form_key.value += "+";
  }
});

document.addEventListener("htmx:finally:request", (event) => sending.delete(event.detail.ctx.sourceElement));

function cancel(form) {
  const line = form.closest(".line, .entry");
  if (!line) return false;
  line.replaceChildren(...(line.before_ ?? []));
  line.before_ = undefined;
  focusOn(line.querySelector("a, button") ?? (opener?.checkVisibility() ? opener : opener?.closest("details")?.firstElementChild));
  return true;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-cancel]");
  if (link && cancel(link.closest("form"))) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-edit]");
  if (event.key === "Escape" && form && !event.isComposing && cancel(form)) event.preventDefault();
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
});

window.addEventListener("beforeunload", (event) => {
  if ([...document.querySelectorAll("form[data-edit]")].some(isDirty)) event.preventDefault();
});
document.addEventListener("submit", (event) => originals.delete(event.target));
