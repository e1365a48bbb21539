// Buttons that begin something give their place to others. Whoever works by keyboard keeps a place:
// when the button that had the focus is gone, the first one of its row that is there gets it.
(() => {
  "use strict";
  let row = null;
  document.addEventListener("focusin", (event) => {
    row = event.target.closest(".job-actions");
  });
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest(".job-actions")) row = null;
  });
  new MutationObserver(() => {
    if (!row || document.activeElement !== document.body) return;
    const shown = [...row.querySelectorAll("button")].find((button) => button.offsetParent);
    if (shown) shown.focus({ preventScroll: true });
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
