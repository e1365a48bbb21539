// The Library: the table of papers and the open paper. This script knows the selected papers and the
// open one, and passes them to Python in hidden boxes. The table is a grid: one tab stop, arrow keys
// move, Enter opens a paper, Space selects it, Escape closes the open one. Rewritten parts keep the
// focus. While the table is visible, Python is asked every two seconds whether anything has changed.
(() => {
  "use strict";
  const LOOK_MS = 2000;
  // Messages disappear after this time, unless they offer to undo something or report an error.
  const SAID_MS = 6000;
  const PLACES =
    "#papers, #pager, #found, #facets, #tldr-line, #paper-detail, #paper-duplicates, #paper-more, #paper-near";
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const narrow = window.matchMedia("(max-width: 860px)");
  const chosen = new Set();
  let opened = "", turns = 0, requests = 0, looks = 0, looked = -Infinity;
  // The last star changed here before Python has changed it: its paper and its old state.
  let starred = null;
  let focused = "", rover = "", lastChosen = null, wantsFocus = false, wantsTop = "", asleep = [];
  let pressed = null, saidTimer = 0;

  const byId = (id) => document.getElementById(id);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const { box, closest: near } = paperPage;
  const set = (element, name, value) => {
    if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
  };
  const write = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };
  const put = (id, value) => {
    const field = box(id);
    if (!field || field.value === value) return;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const rows = () => all("#papers .paper-row");

  // Show the state of this script in the HTML from Python.
  const paint = () => {
    const listed = rows();
    const here = listed.filter((row) => chosen.has(row.dataset.paper));
    const current = listed.find((row) => row.dataset.paper === rover) || listed[0];
    for (const row of listed) {
      const is = String(chosen.has(row.dataset.paper));
      set(row, "aria-selected", is);
      set(row.querySelector(".choose"), "aria-checked", is);
      row.classList.toggle("opened", row.dataset.paper === opened);
      set(row.querySelector(".open-paper"), "tabindex", row === current ? "0" : "-1");
    }
    const whole = listed.length > 0 && here.length === listed.length;
    set(byId("choose-page"), "aria-checked", whole ? "true" : here.length ? "mixed" : "false");
    write(byId("chosen-count"), chosen.size ? _("{count} selected", { count: chosen.size }) : _("None selected"));
    const none = byId("choose-none");
    if (none) none.disabled = !chosen.size;
    const every = byId("choose-all");
    if (every) every.disabled = whole || !listed.length;
    const bar = byId("chosen-bar");
    if (bar) bar.classList.toggle("some", chosen.size > 0);
  };

  const choose = (numbers, on) => {
    for (const number of numbers) on ? chosen.add(number) : chosen.delete(number);
    put("chosen-papers", [...chosen].join(","));
    paint();
  };

  const toggle = (row, range) => {
    const on = !chosen.has(row.dataset.paper);
    const listed = rows();
    const from = range ? listed.findIndex((one) => one.dataset.paper === lastChosen) : -1;
    const to = listed.indexOf(row);
    const some = from < 0 ? [row] : listed.slice(Math.min(from, to), Math.max(from, to) + 1);
    lastChosen = row.dataset.paper;
    choose(some.map((one) => one.dataset.paper), on);
  };

  // On a narrow page the open paper covers everything else, which is inert meanwhile.
  const cover = () => {
    for (const element of asleep) element.inert = false;
    asleep = [];
    const pane = byId("detail-pane");
    if (!opened || !narrow.matches || !pane || !pane.offsetParent && !pane.getClientRects().length) return;
    for (let at = pane; at && at !== document.body; at = at.parentElement) {
      for (const other of at.parentElement.children) {
        if (other !== at && !other.inert) asleep.push(other);
      }
    }
    for (const element of asleep) element.inert = true;
  };

  const open = (number, focus) => {
    const changed = opened !== number;
    opened = number;
    wantsFocus = Boolean(number) && (focus || narrow.matches);
    wantsTop = number;
    const pane = byId("detail-pane");
    if (pane) pane.classList.toggle("shut", !number);
    if (pane && changed) pane.scrollTop = 0;
    put("open-paper", number);
    paint();
    cover();
    // The columns have another width now; the row stays where it was, or comes into view.
    const row = number && byId(`paper-${number}`);
    if (row && !narrow.matches) row.scrollIntoView({ block: "nearest" });
    if (changed) paperPage.libraryAddress?.(number);
  };

  const close = () => {
    if (!opened) return;
    const row = byId(`open-${opened}`);
    open("", false);
    if (row) row.focus();
  };
  paperPage.openPaper = (number) => open(number, Boolean(number));
  paperPage.openedPaper = () => opened;

  const turn = (page) => {
    put("turn-page", `${page}:${(turns += 1)}`);
    const list = byId("library-list");
    if (list && list.getBoundingClientRect().top < 0) {
      list.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "start" });
    }
  };

  const request = (what) =>
    put("change-paper", JSON.stringify({ ...what, serial: (requests += 1) }));

  // Merge, split, or keep separate; until the answer the other buttons do nothing.
  const decide = (button) => {
    if (button.getAttribute("aria-disabled") === "true") return;
    for (const one of all(".decide")) set(one, "aria-disabled", "true");
    const { do: what, papers, record } = button.dataset;
    put("decide-paper", JSON.stringify({ do: what, papers, record, serial: (requests += 1) }));
  };

  const decided = (told) => {
    told.classList.add("seen");
    for (const one of all(".decide")) one.removeAttribute("aria-disabled");
    if (told.dataset.open) {
      // Python has changed the open paper if it was merged into another one.
      if (opened) opened = told.dataset.open;
      told.focus();
    } else told.scrollIntoView({ block: "nearest" });
  };

  const star = (button, number) => {
    const on = button.getAttribute("aria-pressed") !== "true";
    for (const one of [byId(`star-${number}`), byId("detail-star")]) {
      if (one && (one.id !== "detail-star" || one.dataset.paper === number)) {
        set(one, "aria-pressed", String(on));
      }
    }
    starred = [number, String(!on)];
    request({ do: on ? "tag" : "untag", paper: number, tag: "star" });
  };

  const copied = (button) => {
    write(byId("library-told"), _("Copied"));
    const label = (button.dataset.label ??= button.textContent);
    button.textContent = _("Copied");
    setTimeout(() => {
      write(byId("library-told"), "");
      if (button.textContent === _("Copied")) button.textContent = label;
    }, 2000);
  };

  const copy = (button) => {
    const source = byId(button.dataset.copies);
    if (!source) return;
    const bySelecting = () => {
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      if (document.execCommand("copy")) copied(button);
    };
    if (!navigator.clipboard) bySelecting();
    else navigator.clipboard.writeText(source.textContent).then(() => copied(button), bySelecting);
  };

  // The TL;DR of the open paper, edited in its place.
  const edit = (on) => {
    const editor = document.querySelector(".tldr-editor");
    if (!editor) return;
    editor.hidden = !on;
    for (const one of all("#detail-tldr, #tldr-made, .tldr-actions")) one.hidden = on;
    const field = byId("tldr-text");
    // Gradio uses the field again for the next paper.
    field.value = field.defaultValue;
    if (on) field.focus();
    else {
      byId("edit-tldr")?.focus();
    }
  };

  const hush = () => document.documentElement.classList.add("library-hushed");
  // A message is new: show it, and hide it after a while unless it needs a decision.
  const said = () => {
    clearTimeout(saidTimer);
    document.documentElement.classList.remove("library-hushed");
    const message = document.querySelector("#library-said .said");
    const undo = byId("undo-removal");
    const stays = !message || message.classList.contains("problem") || (undo && undo.offsetParent);
    if (!stays) saidTimer = setTimeout(hush, SAID_MS);
  };

  const CLICKS = [
    ["#papers .choose", (button, event) => toggle(button.closest(".paper-row"), event.shiftKey)],
    ["#papers .star", (button) => star(button, button.closest(".paper-row").dataset.paper)],
    ["#papers .open-paper", (button, event) =>
      open(button.closest(".paper-row").dataset.paper, event.detail === 0)],
    ["#papers .sort", (button) => put("sort-papers", button.dataset.next)],
    ["#found .search-mode", (button) => put("search-mode", button.dataset.mode)],
    ["#tldr-line .tldr-do[data-do]", (button) => put("tldr-request", `${button.dataset.do}:${(requests += 1)}`)],
    ["#choose-page", (button) =>
      choose(rows().map((row) => row.dataset.paper), button.getAttribute("aria-checked") !== "true")],
    ["#choose-all", () => choose(rows().map((row) => row.dataset.paper), true)],
    ["#choose-none", () => choose([...chosen], false)],
    [".turn-page", (button) => turn(button.dataset.page)],
    ["#detail-star", (button) => star(button, button.dataset.paper)],
    [".untag", (button) =>
      request({ do: "untag", paper: button.dataset.paper, tag: button.dataset.tag })],
    ["#rewrite-tldr", (button) => request({ do: "rewrite", paper: button.dataset.paper })],
    ["#edit-tldr", () => edit(true)],
    ["#cancel-tldr", () => edit(false)],
    ["#save-tldr", (button) =>
      request({ do: "tldr", paper: button.dataset.paper, tag: byId("tldr-text").value })],
    ["#close-detail", close],
    ["#close-said", hush],
    [".open-in-library", (button) =>
      paperPage.openTab("library", "open-paper", () => open(button.dataset.paper, true))],
    [".open-near", (button) => {
      rover = button.dataset.paper;
      open(button.dataset.paper, true);
    }],
    ["#detail-pane .copy", copy],
    ["#detail-pane .decide", decide],
    ["#detail-pane .similar", () => { if (narrow.matches) open("", false); }],
    ["#detail-pane .ask-paper", () => { if (narrow.matches) open("", false); }],
  ];

  document.addEventListener("click", (event) => {
    for (const [selector, act] of CLICKS) {
      const element = near(event, selector);
      if (element) return act(element, event);
    }
    // A click anywhere else in a row opens the paper, unless text is being selected.
    const row = near(event, "#papers .paper-row");
    if (row && getSelection().isCollapsed) open(row.dataset.paper, false);
  });

  const KINDS = [".choose", ".star", ".open-paper"];
  const move = (row, kind) => {
    const target = row && row.querySelector(kind);
    if (!target) return;
    target.focus();
    target.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && near(event, ".tldr-editor")) {
      event.preventDefault();
      return edit(false);
    }
    if (event.key === "Escape" && opened && !event.defaultPrevented) {
      if (near(event, "#detail-pane, #papers") || event.target === document.body) close();
      return;
    }
    if (event.key === "Enter" && near(event, "#page-jump")) {
      const page = Number.parseInt(event.target.value.replace(/\D/g, ""), 10);
      if (page > 0) turn(page - 1);
      put("page-jump", "");
      return;
    }
    const row = near(event, "#papers .paper-row");
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const kind = KINDS.findIndex((one) => near(event, one));
    if (kind < 0) return;
    const listed = rows();
    const at = listed.indexOf(row);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: listed.length - 1 }[event.key];
    if (to !== undefined) move(listed[to], KINDS[kind]);
    else if (event.key === "ArrowLeft") move(row, KINDS[kind - 1]);
    else if (event.key === "ArrowRight") move(row, KINDS[kind + 1]);
    else if (event.key === " " && KINDS[kind] === ".open-paper") toggle(row, event.shiftKey);
    else return;
    event.preventDefault();
  });
  // Space would press the button on release.
  document.addEventListener("keyup", (event) => {
    if (event.key === " " && near(event, "#papers .open-paper")) event.preventDefault();
  });

  document.addEventListener("focusin", (event) => {
    const place = near(event, PLACES);
    focused = place ? event.target.id : "";
    const row = near(event, "#papers .paper-row");
    if (row) {
      rover = row.dataset.paper;
      paint();
    }
  });
  // A list that is rewritten between press and release gets no click: the new button gets it.
  document.addEventListener("pointerdown", (event) => {
    if (!near(event, PLACES)) focused = "";
    const target = near(event, `:is(${PLACES}) :is(button, summary, .paper-row)[id]`);
    pressed = event.button === 0 && target ? [target, target.id, performance.now()] : null;
  });
  document.addEventListener("pointerup", () => {
    const [target, id] = pressed || [];
    pressed = null;
    if (target && !target.isConnected) byId(id)?.click();
  });
  // A finger that scrolls.
  document.addEventListener("pointercancel", () => { pressed = null; });

  const written = (news) => {
    for (const told of all("#detail-problem [data-serial]:not(.seen)")) decided(told);
    for (const gone of all(":is(#library-said, #detail-problem) [data-gone]")) {
      const numbers = gone.dataset.gone.split(",");
      gone.removeAttribute("data-gone");
      choose(numbers, false);
      if (numbers.includes(opened)) open("", false);
    }
    for (const link of all("#library-said a.exported:not(.kept)")) {
      link.classList.add("kept");
      link.click();
    }
    for (const refused of all("#library-said [data-serial].problem:not(.seen)")) {
      refused.classList.add("seen");
      if (!starred) continue;
      const [number, was] = starred;
      const button = byId("detail-star");
      set(byId(`star-${number}`), "aria-pressed", was);
      if (button && button.dataset.paper === number) set(button, "aria-pressed", was);
      starred = null;
    }
    if (news) said();
    const article = document.querySelector("#paper-detail article.detail");
    const arrived = article && article.dataset.paper === opened;
    if (arrived && wantsTop === opened) {
      wantsTop = "";
      byId("detail-pane").scrollTop = 0;
    }
    if (arrived && wantsFocus) {
      wantsFocus = false;
      byId("detail-title").focus({ preventScroll: true });
    } else if (focused && document.activeElement === document.body) {
      const again = byId(focused);
      if (again && !again.disabled) again.focus({ preventScroll: true });
    }
    paint();
    cover();
  };

  new MutationObserver((changes) => {
    const within = (places) => ({ target }) => target instanceof Element && target.closest(places);
    const news = changes.some(within("#library-said"));
    if (news || changes.some(within(`${PLACES}, #detail-problem, #choice`))) written(news);
  }).observe(document.documentElement, { childList: true, subtree: true });
  narrow.addEventListener("change", cover);

  const seen = () => {
    const list = byId("library-list");
    return !document.hidden && list !== null && list.offsetParent !== null;
  };
  let before = false, isNews = true;
  document.addEventListener("paperpage:news", () => {
    isNews = true;
  });
  setInterval(() => {
    const now = seen();
    // Not while a button is pressed; a release outside of the window is not told.
    const isPressed = pressed && performance.now() - pressed[2] < 2 * LOOK_MS;
    if (now && !isPressed && (!before || (isNews && performance.now() - looked >= LOOK_MS)) && box("look-again")) {
      isNews = false;
      looked = performance.now();
      put("look-again", String((looks += 1)));
    }
    if (now !== before) cover();
    before = now;
  }, 200);
})();
