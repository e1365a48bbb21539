// The place Table. The rows are a grid: one tab stop, arrow keys move, Enter opens what a cell is based
// on, Space selects it, Escape closes. A mouse sees the card of a cell by pointing at it, a finger by
// tapping it. While the place is visible, Python is asked every second whether anything has changed.
(() => {
  "use strict";
  const LOOK_MS = 1000;
  const SHOW_MS = 250, HIDE_MS = 250;
  const { box, closest: near } = paperPage;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const narrow = window.matchMedia("(max-width: 860px)");
  // The selected cells by id, the cell that has the tab stop, and the one whose card is open.
  const chosen = new Set();
  let rover = "", open = "", timer = 0, focused = "";
  // Whether the card stays until it is closed, whether a mouse opened it, and whether focus opens it.
  let pinned = false, pointed = false, silent = false;
  let serial = 0, looks = 0, looked = -Infinity, told = null;
  // Whether a table has been shown here.
  let met = false;
  // The questions of its columns: with other ones, the ids of cells mean other cells.
  let questions = null;

  const byId = (id) => document.getElementById(id);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const put = (id, value) => paperPage.write(id, value);
  const request = (what) => put("table-request", JSON.stringify({ ...what, serial: (serial += 1) }));
  const set = (element, name, value) => {
    if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
  };
  const show = (element, on) => {
    if (element && element.hidden === on) element.hidden = !on;
  };
  const cellsOf = (row) => [...row.querySelectorAll(".cell")];
  const place = (id) => id.split("-").slice(1).map(Number);

  // Show the state of this script in the HTML from Python.
  const paint = () => {
    const stops = all("#answer-table .at");
    const current = stops.find((one) => one.id === rover) || stops.find((one) => one.matches("a.at"));
    for (const stop of stops) set(stop, "tabindex", stop === current ? "0" : "-1");
    for (const row of all("#answer-table tbody tr")) {
      const cells = cellsOf(row);
      const count = cells.filter((one) => chosen.has(one.id)).length;
      for (const one of cells) {
        set(one.parentElement, "aria-selected", String(chosen.has(one.id)));
        one.classList.toggle("opened", one.id === open);
      }
      const state = count === 0 ? "false" : count === cells.length ? "true" : "mixed";
      set(row.querySelector(".choose-row"), "aria-checked", state);
    }
    const again = byId("redo-cells");
    const text = _("Ask again ({count})", { count: chosen.size });
    if (again && again.textContent !== text) again.textContent = text;
    show(again, chosen.size > 0);
    show(byId("unselect-cells"), chosen.size > 0);
    set(byId("choose-cell"), "aria-pressed", String(chosen.has(open)));
  };

  const choose = (ids, on) => {
    for (const id of ids) on ? chosen.add(id) : chosen.delete(id);
    paint();
  };
  const toggleRow = (row) => {
    const ids = cellsOf(row).map((one) => one.id);
    choose(ids, !ids.every((id) => chosen.has(id)));
  };

  const redo = (ids) => {
    request({ do: "redo", cells: ids.map(place) });
    const told = byId("table-told");
    if (told) told.textContent = ngettext("{count} cell is asked again.", "{count} cells are asked again.", ids.length);
  };

  // The card of a cell. In a small window it lies at the bottom, else next to its cell.
  const position = (card, cell) => {
    card.classList.toggle("sheet", narrow.matches);
    if (narrow.matches) {
      card.style.left = card.style.top = "";
      return;
    }
    const at = cell.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = card;
    const left = Math.max(8, Math.min(at.left, innerWidth - width - 8));
    const below = at.bottom + 4;
    const top = below + height <= innerHeight - 8 ? below : Math.max(8, at.top - height - 4);
    card.style.left = `${left}px`;
    card.style.top = `${top}px`;
  };

  const fill = (card, cell) => {
    const row = cell.closest("tr");
    const copied = (id, from) => {
      const to = byId(id);
      to.replaceChildren(...(from ? [...from.cloneNode(true).childNodes] : []));
      to.hidden = !from;
    };
    byId("cell-card-name").textContent = cell.parentElement.dataset.name;
    // A quotation is the sentence itself.
    copied("cell-card-answer", cell.matches(".quoted") ? null : cell);
    copied("cell-card-sentence", cell.parentElement.querySelector(".sentence"));
    copied("cell-card-how", cell.parentElement.querySelector(".how"));
    byId("cell-card-paper").setAttribute("href", `/papers/${row.dataset.paper}`);
    byId("cell-card-paper").setAttribute("aria-label", _("Open the paper “{title}”", { title: row.querySelector(".naming").textContent.trim() }));
  };

  const openCard = (cell, pin, byMouse = false) => {
    const card = byId("cell-card");
    if (!card || !cell) return;
    clearTimeout(timer);
    byId(open)?.removeAttribute("aria-describedby");
    open = cell.id;
    pinned = pin;
    pointed = byMouse;
    fill(card, cell);
    set(cell, "aria-describedby", "cell-card-sentence cell-card-how");
    if (!card.matches(":popover-open")) card.showPopover();
    position(card, cell);
    paint();
  };
  const closeCard = (back) => {
    const card = byId("cell-card");
    clearTimeout(timer);
    const cell = byId(open);
    if (card?.matches(":popover-open")) card.hidePopover();
    cell?.removeAttribute("aria-describedby");
    open = "";
    pinned = pointed = false;
    paint();
    silent = true;
    if (back) cell?.focus();
    silent = false;
  };
  const later = (ms, act) => {
    clearTimeout(timer);
    timer = setTimeout(act, ms);
  };

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse" || pinned) return;
    const cell = near(event, "#answer-table .cell");
    if (cell && cell.id !== open) later(SHOW_MS, () => cell.isConnected && openCard(cell, false, true));
    else if (cell || near(event, "#cell-card")) clearTimeout(timer);
    else if (open && pointed) later(HIDE_MS, () => closeCard(false));
    else clearTimeout(timer);
  });

  document.addEventListener("focusin", (event) => {
    focused = near(event, "#answer-table, #table-line, #table-pager") ? event.target.id : "";
    const stop = near(event, "#answer-table .at");
    if (stop) {
      rover = stop.id;
      paint();
      // By keyboard; a pointer opens it by its click.
      if (silent) return;
      if (stop.matches(".cell:focus-visible") && stop.id !== open) openCard(stop, false);
      else if (open && !stop.matches(".cell") && !pinned) closeCard(false);
    } else if (open && !pinned && !near(event, "#cell-card")) closeCard(false);
  });

  // A list that is rewritten has no focus to restore after a click elsewhere.
  document.addEventListener("pointerdown", (event) => {
    if (!near(event, "#answer-table, #table-line, #table-pager")) focused = "";
  });

  const openedByClick = (cell, event) => {
    if (pinned && open === cell.id) return closeCard(false);
    openCard(cell, true);
    // From the keyboard, or on a phone, where the card covers the rows.
    if (event.detail === 0 || narrow.matches) byId("cell-card-paper").focus({ preventScroll: true });
  };

  const CLICKS = [
    ["#answer-table .cell", openedByClick],
    ["#answer-table .choose-row", (button) => toggleRow(button.closest("tr"))],
    ["#answer-table .sort", (button) => put("sort-table", button.dataset.next)],
    ["#table-pager .turn-table", (button) => {
      put("turn-table", `${button.dataset.page}:${(serial += 1)}`);
      byId("table-bar")?.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "start" });
    }],
    [".table-do", (button) => request({ do: button.dataset.do })],
    ["#close-card", () => closeCard(true)],
    ["#redo-cell", () => {
      redo([open]);
      closeCard(true);
    }],
    ["#choose-cell", () => choose([open], !chosen.has(open))],
    ["#cell-card-paper", () => closeCard(false)],
    ["#redo-cells", () => {
      redo([...chosen]);
      choose([...chosen], false);
    }],
    ["#unselect-cells", () => choose([...chosen], false)],
    ["#table-chosen", () => {
      met = true;
      const papers = box("chosen-papers")?.value ?? "";
      paperPage.openTab("table", "table-selected", () => put("table-selected", papers));
      unfold();
    }],
    ["#unselect-papers", () => put("table-selected", "")],
    ["#use-library-search", () => put("table-query", box("filter")?.value.trim() ?? "")],
  ];

  // The form is folded while a table is shown, and open for another one that an address names.
  const unfold = (on = true) => {
    const until = performance.now() + 3000;
    const look = () => {
      const label = document.querySelector("#table-form button.label-wrap");
      if (label && label.classList.contains("open") !== on) label.click();
      else if (!label && performance.now() < until) requestAnimationFrame(look);
    };
    look();
  };
  const meet = (line) => {
    met = true;
    const { id, query } = paperPage.route();
    const here = new URL(line.dataset.address, location.href);
    const same = query === (here.searchParams.get("q") ?? "") && id === (here.pathname.split("/")[2] ?? "");
    if (same || (!id && !query)) unfold(false);
  };

  document.addEventListener("click", (event) => {
    for (const [selector, act] of CLICKS) {
      const element = near(event, selector);
      if (element) return act(element, event);
    }
    if (open && !near(event, "#cell-card")) closeCard(false);
  });

  const move = (event, row, stop) => {
    const rows = all("#answer-table tbody tr");
    const stops = [...row.querySelectorAll(".at")];
    const at = rows.indexOf(row), across = stops.indexOf(stop);
    const down = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 10, PageUp: at - 10 }[event.key];
    const over = { ArrowRight: across + 1, ArrowLeft: across - 1, Home: 0, End: stops.length - 1 }[event.key];
    if (down === undefined && over === undefined) return false;
    const to = down === undefined ? row : rows[Math.max(0, Math.min(down, rows.length - 1))];
    const target = down === undefined ? stops[over] : to.querySelectorAll(".at")[across];
    if (target) {
      if (pinned) closeCard(false);
      target.focus();
      target.scrollIntoView({ block: "nearest", inline: "nearest" });
      const card = byId("cell-card");
      if (open && card) position(card, byId(open));
    }
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && open) {
      event.preventDefault();
      return closeCard(Boolean(near(event, "#cell-card")));
    }
    const stop = near(event, "#answer-table .at");
    if (!stop || event.altKey || event.ctrlKey || event.metaKey) return;
    const row = stop.closest("tr");
    if (event.key === " " && stop.matches(".cell")) choose([stop.id], !chosen.has(stop.id));
    else if (!move(event, row, stop)) return;
    event.preventDefault();
  });
  // Space would press the button on release.
  document.addEventListener("keyup", (event) => {
    if (event.key === " " && near(event, "#answer-table .cell")) event.preventDefault();
  });

  // Addresses: `/table/trial?q=sleep` fills in the form.
  document.addEventListener("paperpage:route", (event) => {
    const { place, id, query } = event.detail || {};
    if (place !== "table") return closeCard(false);
    const at = location.pathname + location.search;
    if (at === told || (!id && !query)) return;
    told = at;
    let name = id;
    try {
      name = decodeURIComponent(id);
    } catch {
      // Not an address of this page.
    }
    const until = performance.now() + 10_000;
    const look = () => {
      if (box("table-wanted")) put("table-wanted", JSON.stringify({ set: name, query, serial: (serial += 1) }));
      else if (performance.now() < until) requestAnimationFrame(look);
    };
    look();
  });

  const written = () => {
    const asked = all("#answer-table thead .question").map((one) => one.textContent).join("\n");
    if (asked && asked !== questions) {
      if (questions !== null) {
        chosen.clear();
        if (open) closeCard(false);
      }
      questions = asked;
    }
    for (const begun of all("#table-said [data-address]")) {
      told = begun.dataset.address;
      begun.removeAttribute("data-address");
      if (paperPage.route().place === "table") paperPage.address(told, { replace: true });
      choose([...chosen], false);
    }
    for (const link of all("#table-said a.exported:not(.kept)")) {
      link.classList.add("kept");
      link.click();
    }
    const line = !met && document.querySelector("#table-line .table-line");
    if (line) meet(line);
    const cell = open && byId(open);
    const card = byId("cell-card");
    if (open && !cell) closeCard(false);
    else if (open && card) fill(card, cell);
    if (focused && document.activeElement === document.body) {
      const again = byId(focused);
      if (again && !again.disabled) again.focus({ preventScroll: true });
    }
    paint();
  };
  new MutationObserver((changes) => {
    const places = "#answer-table, #table-said, #table-line, #table-choice, #table-pager";
    if (changes.some(({ target }) => target instanceof Element && target.closest(places))) written();
  }).observe(document.documentElement, { childList: true, subtree: true });

  narrow.addEventListener("change", () => closeCard(false));
  document.addEventListener("scroll", (event) => {
    const card = byId("cell-card");
    if (open && !narrow.matches && card && !card.contains(event.target)) {
      const cell = byId(open);
      if (cell) position(card, cell);
    }
  }, { capture: true, passive: true });

  setInterval(() => {
    const here = byId("answer-table");
    if (document.hidden || !here || !byId("table-place")?.offsetParent) return;
    if (performance.now() - looked >= LOOK_MS && box("look-at-table")) {
      looked = performance.now();
      put("look-at-table", String((looks += 1)));
    }
  }, 200);
})();
