// What pages do beyond their forms and links; each works without this script too.
//   [data-theme-switch]       switches light and dark
//   [data-dialog="id"]        opens <dialog id="id"> instead of submitting at once
//   [data-close]              closes the dialog or dismisses the message around it
//   [data-copy="id"]          copies the text of the element
//   form[data-auto-submit]    sends itself when one of its fields changes (filters)
//   [data-check-all="name"]   ticks every checkbox of that name
document.addEventListener("click", (event) => {
  const on = (selector) => event.target.closest(selector);
  if (on("[data-theme-switch]")) {
    window.switchTheme();
    return;
  }
  const opener = on("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      dialog.showModal();
    }
    return;
  }
  const closer = on("[data-close]");
  if (closer) {
    event.preventDefault();
    const dialog = closer.closest("dialog");
    if (dialog) dialog.close();
    else closer.closest(".alert")?.remove();
    return;
  }
  const copier = on("[data-copy]");
  if (copier) {
    const source = document.getElementById(copier.dataset.copy);
    navigator.clipboard?.writeText(source?.value ?? source?.textContent ?? "").then(() => {
      copier.classList.add("copied");
      setTimeout(() => copier.classList.remove("copied"), 1500);
    });
    return;
  }
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
});
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-check-all]");
  if (all) {
    for (const box of document.getElementsByName(all.dataset.checkAll)) box.checked = all.checked;
    return;
  }
  event.target.closest("form[data-auto-submit]")?.requestSubmit();
});
document.addEventListener("submit", (event) => {
  // A second click on a slow line is the same wish, not another one.
  const button = event.submitter;
  if (event.defaultPrevented || event.target.method !== "post" || !button) return;
  setTimeout(() => {
    button.disabled = true;
    setTimeout(() => {
      button.disabled = false;
    }, 8000);
  });
});
document.querySelector("[data-first-error] .is-invalid, [autofocus]")?.focus();
