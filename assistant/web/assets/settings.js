// The language of the page is a cookie of this browser; the server reads it (spoken_page.py).
(() => {
  "use strict";
  const YEAR_S = 365 * 24 * 3600;
  const chosen = () =>
    /(?:^|;\s*)assistant-language=([a-z-]*)/.exec(document.cookie)?.[1] ?? "";
  document.addEventListener("change", (event) => {
    if (event.target?.id !== "page-language") return;
    const code = event.target.value;
    document.cookie =
      `assistant-language=${code}; path=/; max-age=${code ? YEAR_S : 0}; samesite=strict`;
    location.reload();
  });
  new MutationObserver(() => {
    const select = document.querySelector("#page-language:not(.set)");
    if (!select) return;
    select.classList.add("set");
    select.value = chosen();
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
