// What somebody typed or chose before the script of the page had come is asked for now, as if they had just done it.

const isOther = (field) =>
  field.matches("select") ? [...field.selectedOptions].some((option) => !option.defaultSelected) : field.value !== field.defaultValue;

function catchUp(field) {
  if (!field.matches?.("main :is([hx-trigger*='input changed'], [hx-trigger=change])") || !isOther(field)) return;
  field.dispatchEvent(new Event(field.matches("select") ? "change" : "input", { bubbles: true }));
}

// htmx listens to a field from this event on; it may have begun before this module came
document.addEventListener("htmx:after:init", (event) => catchUp(event.target));
for (const field of document.querySelectorAll("[data-htmx-powered]")) catchUp(field);
