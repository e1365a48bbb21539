// Formulas are copied as LaTeX, which can be pasted into a paper.
(() => {
  "use strict";
  document.addEventListener("copy", (event) => {
    const selection = window.getSelection();
    if (!selection || selection.isCollapsed || !event.clipboardData) return;
    // A field has its own selection.
    if (event.target instanceof Element && event.target.closest("input, textarea")) return;
    const copy = document.createElement("div");
    for (let n = 0; n < selection.rangeCount; n += 1) {
      copy.append(selection.getRangeAt(n).cloneContents());
    }
    if (!copy.querySelector("math")) return;
    for (const math of copy.querySelectorAll("math")) {
      const source = math.getAttribute("alttext") || math.textContent;
      // The pieces of one formula are adjacent.
      const joined = math.previousSibling && math.previousSibling.joins;
      const text = joined ? math.previousSibling : document.createTextNode("");
      text.data = joined ? `${text.data.slice(0, -1)}${source}$` : `$${source}$`;
      text.joins = true;
      if (joined) math.remove();
      else math.replaceWith(text);
    }
    // Line breaks exist only in rendered text, with the style of the place it was copied from.
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
