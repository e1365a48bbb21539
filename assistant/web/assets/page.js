// The addresses of the page: places are opened without loading the page, and Back works.
// Citations: a click scrolls to the evidence and highlights it.
// Similar papers: a click searches for them in the Library.
// New questions: the page scrolls to the question and its evidence.

// The language of the page (`paperLanguage` is written by the server), and texts in it: English ones
// are marked with `_` or `ngettext`, as in Python.
// Gradio sets the language of the browser later, which may be another one.
const paperSpeaks = () => {
  const root = document.documentElement;
  if (root.lang !== paperLanguage.tag) root.lang = paperLanguage.tag;
  if (root.dir !== paperLanguage.direction) root.dir = paperLanguage.direction;
};
paperSpeaks();
new MutationObserver(paperSpeaks).observe(document.documentElement, {
  attributes: true, attributeFilter: ["lang", "dir"],
});
const paperNumber = (value) =>
  String(value).replace(/\B(?=(\d{3})+$)/g, paperLanguage.thousands);
const paperFilled = (text, values) =>
  text.replace(/\{(\w+)\}/g, (all, name) => {
    const value = values[name] ?? all;
    return typeof value === "number" ? paperNumber(value) : value;
  });
const _ = (text, values = {}) => paperFilled(paperLanguage.texts[text] ?? text, values);
const ngettext = (one, many, count, values = {}) => {
  const forms = paperLanguage.texts[one] ?? [one, many];
  return paperFilled(forms[paperLanguage.plural(count)], { count, ...values });
};

document.documentElement.style.setProperty(
  "--drop-text", JSON.stringify(_("Drop files to import them")),
);

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
  // The contents of a place are created when it is first opened: `then` gets the box once it exists.
  openTab(name, id, then = () => {}) {
    if (this.route().place !== name) this.go(this.last(name));
    if (!id) return;
    const until = performance.now() + 5000;
    const look = () => {
      const field = this.box(id);
      if (field) then(field);
      else if (performance.now() < until) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  },
};

// Addresses. `/chat/12` is a chat, `/` a new one, `/papers/34` a paper, `/library?q=owl` a search; all
// other places have their name. `paperpage:route` tells other scripts which one was opened.
(() => {
  "use strict";
  const NEWS_MS = 2000;
  // The address at which each place was left.
  const left = {};
  let chat = "", shown = "", serial = 0, first = true;

  const known = (name) => document.querySelector(`#tabs > .tab-wrapper [role="tab"][data-tab-id="${name}"]`);

  const parsed = (pathname, search) => {
    const [, name = "", id = ""] = pathname.split("/");
    const query = new URLSearchParams(search).get("q") ?? "";
    if (name === "" || name === "chat" || name === "ask") return { place: "ask", id: name === "chat" ? id : "", query };
    if (name === "papers") return { place: "library", id, query };
    // Former places, which are parts of the Library.
    if (name === "import" || name === "tldrs") return { place: "library", id: "", query };
    return { place: name, id, query };
  };
  paperPage.route = () => parsed(location.pathname, location.search);
  paperPage.last = (name) => left[name] ?? (name === "ask" ? "/" : `/${name}`);

  // Another chat, or a new one, which may be a fresh start without an address of its own.
  const showChat = (id) => {
    const until = performance.now() + 10_000;
    const look = () => {
      if (paperPage.box("open-chat")) {
        chat = id;
        paperPage.write("open-chat", `${id}:${(serial += 1)}`);
      } else if (performance.now() < until) requestAnimationFrame(look);
    };
    look();
  };

  const mark = (route) => {
    for (const link of document.querySelectorAll("#sidebar a[data-place], #sidebar a.chat-link")) {
      const here = link.classList.contains("chat-link")
        ? route.place === "ask" && link.pathname === `/chat/${chat}`
        : link.classList.contains("place") && link.dataset.place === route.place;
      if (here !== (link.getAttribute("aria-current") === "page")) {
        if (here) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }
    }
  };
  paperPage.mark = () => {
    const route = paperPage.route();
    mark(route);
    entitle(route);
  };

  // The title of the window: the chat, the paper or the place, then the name of the page.
  const PAGE = _("Paper assistant");
  const chatTitles = {};
  const titleOf = ({ place, id }) => {
    if (place === "ask") {
      if (!chat) return "";
      // The sidebar lists only some chats while it is searched.
      const listed = document.querySelector(`#chats a.chat-link[href="/chat/${CSS.escape(chat)}"] .title`);
      if (listed) chatTitles[chat] = listed.textContent;
      return chatTitles[chat] ?? document.querySelector(".turn .question")?.textContent ?? "";
    }
    const paper = id && document.querySelector(`.detail[data-paper="${CSS.escape(id)}"] .ask-paper`);
    if (paper) return paper.dataset.title;
    return document.querySelector(`#sidebar a.place[data-place="${CSS.escape(place)}"]`)?.textContent ?? "";
  };
  // The browser collapses spaces in a title, so what it made of the wanted one is remembered, too.
  let title = "", titled = "";
  const entitle = (route) => {
    const name = titleOf(route).replace(/\s+/g, " ").trim().slice(0, 200);
    const next = name ? `${name} - ${PAGE}` : PAGE;
    if (next === title && document.title === titled) return;
    title = document.title = next;
    titled = document.title;
  };

  const apply = () => {
    const route = paperPage.route();
    left[route.place] = location.pathname + location.search;
    const until = performance.now() + 10_000;
    const look = () => {
      const tab = known(route.place);
      if (tab) {
        if (tab.getAttribute("aria-selected") !== "true") tab.click();
        document.documentElement.dataset.place = route.place;
      } else if (performance.now() < until) requestAnimationFrame(look);
    };
    look();
    if (route.place === "ask" && route.id !== chat) showChat(route.id);
    mark(route);
    document.dispatchEvent(new CustomEvent("paperpage:route", { detail: route }));
  };

  // The address, without opening anything: for what a script has opened itself.
  paperPage.address = (path, { replace = false } = {}) => {
    if (path === location.pathname + location.search) return;
    history[replace ? "replaceState" : "pushState"](null, "", path);
    left[paperPage.route().place] = path;
    paperPage.mark();
  };
  paperPage.go = (path, options) => {
    paperPage.address(path, options);
    apply();
  };
  paperPage.newChat = () => {
    paperPage.address("/");
    apply();
    showChat("");
    paperPage.box("question")?.focus({ preventScroll: true });
  };
  addEventListener("popstate", apply);

  // Links within the page; with a modifier key the browser opens them in a tab of its own.
  document.addEventListener("click", (event) => {
    const link = paperPage.closest(event, "a[href]");
    if (!link || event.button || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.classList.contains("new-chat")) {
      event.preventDefault();
      paperPage.newChat();
    } else if (link.matches("#sidebar a, a.inside")) {
      event.preventDefault();
      paperPage.go(link.pathname + link.search);
    }
  });

  // A chat gets its number when its first question is stored. The page itself is loaded from "/",
  // with the address that was asked for as a parameter.
  new MutationObserver(() => {
    if (first && document.querySelector("#tabs > .tab-wrapper [role=tab]")) {
      first = false;
      const parameters = new URLSearchParams(location.search);
      const wanted = parameters.get("at");
      if (wanted?.startsWith("/") && !wanted.startsWith("//")) {
        history.replaceState(null, "", wanted);
      }
      apply();
    }
    // What is still shown of the chat before says nothing.
    const now = document.querySelector("#current-turn .turn[data-chat]")?.dataset.chat ?? "";
    const isNews = now !== shown;
    shown = now;
    if (isNews && now && now !== "0" && now !== chat) {
      const before = chat;
      chat = now;
      const route = paperPage.route();
      if (route.place === "ask" && (route.id === before || route.id === "")) {
        paperPage.address(`/chat/${chat}`, { replace: true });
      } else left.ask = `/chat/${chat}`;
    }
    paperPage.mark();
  }).observe(document.documentElement, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["data-chat"],
  });

  // Whether anything has changed, also in other windows. Only then an event reads what it is.
  let asked = 0, revision = "", looking = false;
  const look = async () => {
    if (looking || document.hidden || !paperPage.box("tick")) return;
    looking = true;
    try {
      const response = await fetch(`/news?chat=${encodeURIComponent(chat)}`, {
        cache: "no-store", signal: AbortSignal.timeout(10_000),
      });
      const now = response.ok ? await response.text() : "";
      if (now && now === revision) return;
      revision = now;
      paperPage.write("tick", String((asked += 1)));
      document.dispatchEvent(new CustomEvent("paperpage:news"));
    } catch {
      // The server is not there: Gradio, which keeps a connection, says so.
    } finally {
      looking = false;
    }
  };
  setInterval(look, NEWS_MS);
  document.addEventListener("visibilitychange", look);
})();

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
