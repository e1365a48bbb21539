// Reloads the page when the log-in has ended, which shows the log-in page.
(() => {
  "use strict";
  const ask = window.fetch.bind(window);
  window.fetch = async (...request) => {
    const response = await ask(...request);
    if (response.status === 401 && new URL(response.url).origin === location.origin) {
      location.reload();
    }
    return response;
  };
})();
