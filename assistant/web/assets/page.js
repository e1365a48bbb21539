// Citations: a click scrolls to the evidence and highlights it.
// Similar papers: a click searches for them on the Library tab.
// Saved chats: a click opens one; the Markdown of the open one can be downloaded.
// New questions: the page scrolls to the question and its evidence.

// Functions for the scripts of all tabs.
const paperPage = {
  closest: (event, selector) =>
    event.target instanceof Element ? event.target.closest(selector) : null,
  // A text box: a hidden one that passes a value to Python, or one the user types into.
  box: (id) => document.querySelector(`#${id} textarea, #${id} input`),
  write(id, value) {
    const field = this.box(id);
    if (!field) return;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  },
  // The contents of a tab are created when it is first opened: `then` gets the box once it exists.
  openTab(name, id, then) {
    document.querySelector(`[role="tab"][data-tab-id="${name}"]`)?.click();
    const until = performance.now() + 5000;
    const look = () => {
      const field = this.box(id);
      if (field) then(field);
      else if (performance.now() < until) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  },
};

(() => {
  "use strict";
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const scroll = (element, block) =>
    element.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block });

  const cited = (event) => {
    const link = paperPage.closest(event, "a.cite");
    return link ? [link, document.getElementById(link.hash.slice(1))] : [null, null];
  };

  document.addEventListener("click", (event) => {
    const [link, item] = cited(event);
    if (!link) return;
    event.preventDefault();
    if (!item) return;
    document.querySelectorAll(".evidence .chosen").forEach((other) => {
      other.classList.remove("chosen");
    });
    // Removing and adding the class within one frame would not restart the animation.
    requestAnimationFrame(() => item.classList.add("chosen"));
    item.focus({ preventScroll: true });
    scroll(item, "center");
  });

  // The search box shows the search for similar papers, so it can be refined and removed.
  document.addEventListener("click", (event) => {
    const button = paperPage.closest(event, "button.similar");
    if (!button) return;
    paperPage.openTab("library", "filter", (box) => {
      paperPage.write("filter", `similar:#${button.dataset.paper}`);
      box.focus({ preventScroll: true });
      scroll(box, "center");
    });
  });

  // In a narrow window the open chat is below the list.
  const opens = new MutationObserver((changes) => {
    const change = changes.find(({ target }) => target.querySelector(":scope > .opened-chat"));
    if (!change) return;
    opens.disconnect();
    const column = change.target.closest(".column");
    if (column.getBoundingClientRect().top > window.innerHeight / 2) scroll(column, "start");
  });
  document.addEventListener("click", (event) => {
    const button = paperPage.closest(event, "button.saved-chat");
    if (!button) return;
    const place = document.getElementById("opened-chat");
    opens.disconnect();
    if (place) opens.observe(place, { childList: true, subtree: true });
    paperPage.write("chosen-chat", button.dataset.chat);
  });

  // The Markdown is already in the page, so the download needs no request.
  document.addEventListener("click", (event) => {
    const button = paperPage.closest(event, "#download-chat");
    const text = document.getElementById("chat-markdown");
    if (!button || !text) return;
    const link = document.createElement("a");
    const blob = new Blob([text.textContent], { type: "text/markdown;charset=utf-8" });
    link.href = URL.createObjectURL(blob);
    link.download = text.dataset.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  });

  // Details that the user opened stay open when the HTML around them is replaced.
  const opened = new Set();
  document.addEventListener("click", (event) => {
    const summary = paperPage.closest(event, "summary");
    const details = summary && summary.parentElement;
    if (!details || !details.id) return;
    if (details.open) opened.delete(details.id);
    else opened.add(details.id);
  });

  let last = null;
  const observer = new MutationObserver((changes) => {
    for (const { target } of changes) {
      // Only if it is closed: setting it again would be another change, without end.
      if (target instanceof HTMLDetailsElement && !target.open && opened.has(target.id)) {
        target.open = true;
      }
    }
    // Its accessible name would differ from its text.
    document.querySelectorAll("button.upload-container[aria-label]").forEach((button) => {
      button.removeAttribute("aria-label");
    });
    const turn = document.querySelector("#current-turn .turn");
    const key = turn && turn.getAttribute("aria-busy") === "true" ? turn.id : null;
    if (key && key !== last) scroll(turn, "start");
    last = key;
  });
  observer.observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["aria-busy", "open"],
  });
})();
