// A file that is dropped on a form with class "drop" is chosen in it. Next to the form it is ignored: browsers would
// leave the page for the file.

const formOf = (event) => event.target.closest?.("form.drop");
const mark = (form) => {
  for (const each of document.querySelectorAll("form.drop")) each.classList.toggle("is-over", each === form);
};
const hasFiles = (event) => event.dataTransfer?.types.includes("Files") && document.querySelector("form.drop");

document.addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = formOf(event) ? "copy" : "none";
  mark(formOf(event));
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) mark(null); });
document.addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  mark(null);
  const input = formOf(event)?.querySelector("input[type=file]");
  if (!input) return;
  const one = new DataTransfer();
  one.items.add(event.dataTransfer.files[0]);
  input.files = one.files;
  input.focus();
});
