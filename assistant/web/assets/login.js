// A log-in that has ended: the page is loaded anew, which shows the one to log in on.
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
