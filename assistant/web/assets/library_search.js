// The search box of the Library: filters offered below it, the height of the rows, and the address.
(() => {
  "use strict";
  // Of these filters a search has one at most.
  const SINGLE = ["year:", "retracted:", "abstract:"];
  const ROWS = "paper-assistant-tall-rows";
  const { box, closest: near } = paperPage;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const query = () => (box("filter") || { value: "" }).value;

  const put = (value) => paperPage.write("filter", value.trim());
  const has = (word) => ` ${query()} `.includes(` ${word} `);
  const without = (word) => ` ${query()} `.replace(` ${word} `, " ").trim();

  // Which filters the search has: pressed buttons, and a dot at the name of their group.
  const paint = () => {
    let some = false;
    for (const button of all("#facets .facet")) {
      const on = has(button.dataset.filter);
      some ||= on;
      if (button.getAttribute("aria-pressed") !== String(on)) button.setAttribute("aria-pressed", String(on));
    }
    for (const group of all("#facets .facet-group")) {
      const names = [...group.querySelectorAll('.facet[aria-pressed="true"] bdi')].map((one) => one.textContent);
      const text = names.length ? `: ${names.join(", ")}` : "";
      const place = group.querySelector(".facet-chosen");
      if (place.textContent !== text) place.textContent = text;
      group.classList.toggle("chosen", names.length > 0);
    }
    const clear = document.getElementById("clear-filters");
    if (clear && clear.hidden === some) clear.hidden = !some;
  };

  const toggle = (word) => {
    if (has(word)) return put(without(word));
    const kind = SINGLE.find((one) => word.startsWith(one));
    const kept = kind ? query().split(" ").filter((one) => !one.startsWith(kind)).join(" ") : query();
    return put(`${kept} ${word}`);
  };

  const clear = () => {
    let rest = query();
    for (const button of all("#facets .facet")) {
      rest = ` ${rest} `.replace(` ${button.dataset.filter} `, " ").trim();
    }
    put(rest);
  };

  const shut = (except) => {
    for (const group of all("#facets .facet-group[open]")) if (group !== except) group.querySelector("summary").click();
  };

  document.addEventListener("click", (event) => {
    const facet = near(event, "#facets .facet");
    const group = near(event, "#facets .facet-group");
    if (facet) {
      toggle(facet.dataset.filter);
      paint();
    } else if (near(event, "#clear-filters")) {
      clear();
      paint();
    }
    shut(group);
    const rows = near(event, "#row-height");
    if (rows) tall(!document.documentElement.classList.contains("tall-rows"));
  });
  document.addEventListener("keydown", (event) => {
    const group = near(event, "#facets .facet-group[open]");
    if (event.key !== "Escape" || !group) return;
    event.preventDefault();
    group.querySelector("summary").click();
    group.querySelector("summary").focus();
  });

  const tall = (on) => {
    document.documentElement.classList.toggle("tall-rows", on);
    document.getElementById("row-height")?.setAttribute("aria-pressed", String(on));
    try {
      if (on) localStorage.setItem(ROWS, "1");
      else localStorage.removeItem(ROWS);
    } catch {
      // Without storage the rows are low again after a reload.
    }
  };
  const remembered = () => {
    try {
      return localStorage.getItem(ROWS) === "1";
    } catch {
      return false;
    }
  };

  // The address of what is shown, for Back, Forward and links; page.js owns it.
  let told = null;
  const address = (opened) => {
    const text = query().trim();
    const at = opened ? `/papers/${opened}` : text ? `/library?q=${encodeURIComponent(text)}` : "/library";
    if (at === told) return;
    // Refining a search is no step back.
    const replace = at.startsWith("/library") && location.pathname === "/library";
    told = at;
    paperPage.address?.(at, { replace });
  };
  paperPage.libraryAddress = address;
  paperPage.searchLibrary = (text) => {
    paperPage.write("filter", text);
    paint();
  };
  document.addEventListener("paperpage:route", (event) => {
    const { place, id, query: text } = event.detail || {};
    if (place !== "library") return;
    // A library that is shown for the first time has no search and no open paper.
    if (!id && !text && !box("filter")) return;
    const until = performance.now() + 5000;
    const look = () => {
      if (!box("filter") || !box("open-paper")) {
        if (performance.now() < until) requestAnimationFrame(look);
        return;
      }
      told = id ? `/papers/${id}` : text ? `/library?q=${encodeURIComponent(text)}` : "/library";
      if (!id || text) {
        if (query() !== (text || "")) paperPage.searchLibrary(text || "");
      }
      if ((id || "") !== paperPage.openedPaper()) paperPage.openPaper(id || "");
    };
    look();
  });

  let waiting = 0;
  document.addEventListener("input", (event) => {
    if (!near(event, "#filter")) return;
    paint();
    clearTimeout(waiting);
    waiting = setTimeout(() => address(paperPage.openedPaper()), 800);
  });

  let dressed = null;
  new MutationObserver((changes) => {
    const button = document.getElementById("row-height");
    if (button && button !== dressed) {
      dressed = button;
      tall(remembered());
    }
    if (changes.some(({ target }) => target instanceof Element && target.closest("#facets"))) paint();
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
