// Shows a picture of the evidence large; a click on it switches between the whole picture and its real size. Without this script the link opens it.
"use strict";
const dialog = document.querySelector("dialog");
if (dialog) {
  const large = dialog.querySelector("img");
  for (const link of document.querySelectorAll("a.zoom")) link.addEventListener("click", event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    large.src = link.href;
    large.alt = link.querySelector("img").alt;
    large.classList.remove("real");
    dialog.showModal();
  });
  large.addEventListener("click", () => large.classList.toggle("real"));
  dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
}
