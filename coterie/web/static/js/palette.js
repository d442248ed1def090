// The palette: a combobox in a dialog. The focus stays in the input; the arrows move the active option.

const dialog = document.querySelector("#palette");
const input = dialog?.querySelector("input");
const list = dialog?.querySelector("[role=listbox]");
const options = () => [...list.querySelectorAll("[role=option]")];
const active = () => list.querySelector("[aria-selected=true]");

function activate(option) {
  active()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id); else input.removeAttribute("aria-activedescendant");
}

export function openPalette() {
  if (!dialog || dialog.open || document.querySelector("dialog[open]")) return;
  dialog.showModal();
  input.value = "";
  input.focus();
  window.htmx.trigger(input, "open");
}

function go(option, event) {
  if (!option) return;
  dialog.close();
  if (event.ctrlKey || event.metaKey) window.open(option.dataset.url, "_blank", "noopener");
  else location.assign(option.dataset.url);
}

if (dialog) {
  document.addEventListener("keydown", (event) => {
    const isK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (!isK || event.isComposing) return;
    event.preventDefault();
    if (dialog.open) dialog.close(); else openPalette();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    openPalette();
  });
  // it may be opened before htmx has started
  input.addEventListener("htmx:after:init", () => { if (dialog.open) window.htmx.trigger(input, "open"); });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = options();
    const at = all.indexOf(active());
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1 };
    if (event.key in moves) activate(all[(moves[event.key] + all.length) % all.length]);
    else if (event.key === "Enter") go(active(), event);
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => go(event.target.closest("[role=option]"), event));
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx.target !== list) return;
    activate(options()[0]);
    dialog.querySelector("[role=status]").textContent = `${options().length} results`;
  });
}
