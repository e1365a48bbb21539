// The import dialog: opened by buttons, by dropped files, and by `paperPage.importFiles`. It covers
// the page, which is inert meanwhile. Escape and the button Close close it; its contents stay.
(() => {
  "use strict";
  const { closest: near } = paperPage;
  const byId = (id) => document.getElementById(id);
  let asleep = [], before = null;

  const isOpen = () => document.documentElement.classList.contains("importing");

  const open = () => {
    const dialog = byId("import-dialog");
    if (!dialog || isOpen()) return;
    before = document.activeElement;
    document.documentElement.classList.add("importing");
    dialog.setAttribute("role", "dialog");
    dialog.setAttribute("aria-modal", "true");
    dialog.setAttribute("aria-labelledby", "import-heading");
    asleep = [];
    for (let at = dialog; at && at !== document.body; at = at.parentElement) {
      for (const other of at.parentElement.children) {
        if (other !== at && !other.inert) asleep.push(other);
      }
    }
    for (const element of asleep) element.inert = true;
    byId("import-heading")?.focus({ preventScroll: true });
    dialog.scrollTop = 0;
  };

  const close = () => {
    if (!isOpen()) return;
    document.documentElement.classList.remove("importing");
    for (const element of asleep) element.inert = false;
    asleep = [];
    const again = before && before.isConnected ? before : byId("open-import");
    again?.focus({ preventScroll: true });
  };

  // Open the dialog with these files (a FileList); with none it is only opened.
  const importFiles = (files) => {
    open();
    const field = document.querySelector("#files input[type=file]");
    if (!files || !files.length || !field) return;
    const given = new DataTransfer();
    for (const file of files) given.items.add(file);
    field.files = given.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  paperPage.importFiles = (files) => {
    const until = performance.now() + 5000;
    const look = () => {
      if (byId("import-dialog") && document.querySelector("#files")) importFiles(files);
      else if (performance.now() < until) requestAnimationFrame(look);
    };
    look();
  };
  paperPage.closeImport = close;

  document.addEventListener("click", (event) => {
    if (near(event, ".open-import")) open();
    else if (near(event, "#close-import")) close();
    const choice = near(event, "#import-preview .choice-of-record");
    if (choice) {
      const { record, choose } = choice.dataset;
      paperPage.write("import-choice", JSON.stringify({ record: Number(record), choose, serial: performance.now() }));
    }
  });
  document.addEventListener("paperpage:route", () => isOpen() && close());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen() && !event.defaultPrevented) {
      event.preventDefault();
      close();
    }
  });
  // A button of the preview that was rewritten keeps the focus.
  let focused = "";
  document.addEventListener("focusin", (event) => {
    focused = near(event, "#import-preview") ? event.target.id : "";
  });
  new MutationObserver((changes) => {
    if (!focused || document.activeElement !== document.body) return;
    if (!changes.some(({ target }) => target instanceof Element && target.closest("#import-preview"))) return;
    byId(focused)?.focus({ preventScroll: true });
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
