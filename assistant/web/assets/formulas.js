// Formulas: what is copied holds their LaTeX, which can be pasted into a paper.
(() => {
  "use strict";
  document.addEventListener("copy", (event) => {
    const selection = window.getSelection();
    if (!selection || selection.isCollapsed || !event.clipboardData) return;
    // A field has a selection of its own.
    if (event.target instanceof Element && event.target.closest("input, textarea")) return;
    const copy = document.createElement("div");
    for (let n = 0; n < selection.rangeCount; n += 1) {
      copy.append(selection.getRangeAt(n).cloneContents());
    }
    if (!copy.querySelector("math")) return;
    for (const math of copy.querySelectorAll("math")) {
      const source = math.getAttribute("alttext") || math.textContent;
      // The pieces of one formula stand side by side.
      const joined = math.previousSibling && math.previousSibling.joins;
      const text = joined ? math.previousSibling : document.createTextNode("");
      text.data = joined ? `${text.data.slice(0, -1)}${source}$` : `$${source}$`;
      text.joins = true;
      if (joined) math.remove();
      else math.replaceWith(text);
    }
    // Only what is laid out has lines, and as they are where it was copied.
    const around = selection.getRangeAt(0).commonAncestorContainer;
    const styled = around instanceof Element ? around : around.parentElement;
    copy.style.cssText = "position: fixed; left: -200vw; width: 100vw";
    copy.style.whiteSpace = getComputedStyle(styled).whiteSpace;
    copy.setAttribute("aria-hidden", "true");
    document.body.append(copy);
    event.clipboardData.setData("text/plain", copy.innerText);
    copy.remove();
    event.preventDefault();
  });
})();
