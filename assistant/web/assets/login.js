// Reloads the page when the log-in has ended or another user has logged in, which shows the log-in page.
(() => {
  "use strict";
  const ask = window.fetch.bind(window);
  window.fetch = async (...request) => {
    const response = await ask(...request);
    const ended = response.status === 401 || response.headers.has("x-other-window");
    if (ended && new URL(response.url).origin === location.origin) {
      location.reload();
    }
    return response;
  };
})();
