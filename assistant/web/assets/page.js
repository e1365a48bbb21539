// Citations: a click scrolls to the evidence and marks it.
// Similar papers: a click asks for them in the search box of the library.
// Saved chats: a click opens one; the Markdown of the opened one is downloaded.
// New questions: the page scrolls so that a question and its evidence are in sight.

// What the scripts of several tabs need.
const paperPage = {
  closest: (event, selector) =>
    event.target instanceof Element ? event.target.closest(selector) : null,
  // A box in which Python finds what a script has to say, or in which people write.
  box: (id) => document.querySelector(`#${id} textarea, #${id} input`),
  write(id, value) {
    const field = this.box(id);
    if (!field) return;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  },
  // What is in a tab is made when it is opened first: `then` gets the box once it is there.
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

  // Similar papers: asked for in the search box, where it can be seen, narrowed down and removed.
  document.addEventListener("click", (event) => {
    const button = paperPage.closest(event, "button.similar");
    if (!button) return;
    paperPage.openTab("library", "filter", (box) => {
      paperPage.write("filter", `similar:#${button.dataset.paper}`);
      box.focus({ preventScroll: true });
      scroll(box, "center");
    });
  });

  // In a narrow window the opened chat is below the list.
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

  // The Markdown is in the page already, so nothing is fetched for the file.
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

  // What somebody opened stays open when its surroundings are written anew.
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
      // Only if it is closed: setting what is set already would be a change again, for ever.
      if (target instanceof HTMLDetailsElement && !target.open && opened.has(target.id)) {
        target.open = true;
      }
    }
    // Its name would be another than the text in it.
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
