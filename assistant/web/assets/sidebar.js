// The sidebar: it opens over the page in a small window; chats are renamed, downloaded and deleted.
(() => {
  "use strict";
  const { closest, box } = paperPage;
  const narrow = window.matchMedia("(max-width: 860px)");
  const root = document.documentElement;
  let serial = 0;

  const change = (what) =>
    paperPage.write("change-chat", JSON.stringify({ ...what, serial: (serial += 1) }));

  // Transitions may delay that it is visible, and until then it cannot have the focus.
  const focusWhenVisible = (element, frames = 60) => {
    element?.focus();
    if (document.activeElement !== element && frames > 0) {
      requestAnimationFrame(() => focusWhenVisible(element, frames - 1));
    }
  };

  // In a small window the sidebar covers the page, which is inert meanwhile.
  const show = (open) => {
    root.classList.toggle("sidebar-open", open);
    const sidebar = document.getElementById("sidebar");
    for (const other of sidebar ? sidebar.parentElement.children : []) {
      if (other !== sidebar) other.inert = open && narrow.matches;
    }
    if (open) focusWhenVisible(document.getElementById("close-sidebar"));
    else if (sidebar?.contains(document.activeElement)) {
      document.getElementById("open-sidebar")?.focus({ preventScroll: true });
    }
  };
  document.addEventListener("paperpage:route", () => {
    if (root.classList.contains("sidebar-open")) show(false);
  });
  narrow.addEventListener("change", () => show(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && root.classList.contains("sidebar-open")) show(false);
  });

  const rename = (row) => {
    const link = row.querySelector(".chat-link");
    const field = document.createElement("input");
    field.className = "chat-title";
    field.value = link.textContent.trim();
    field.maxLength = 300;
    field.setAttribute("aria-label", _("Title of the chat"));
    link.hidden = true;
    row.querySelector(".chat-menu").open = false;
    link.after(field);
    field.focus();
    field.select();
    let done = false;
    const end = (keep) => {
      if (done) return;
      done = true;
      if (keep) change({ do: "rename", chat: row.dataset.chat, title: field.value });
      if (keep && field.value.trim()) link.querySelector(".title").textContent = field.value;
      field.remove();
      link.hidden = false;
      link.focus();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") end(true);
      else if (event.key === "Escape") end(false);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    field.addEventListener("blur", () => end(true));
  };

  document.addEventListener("click", (event) => {
    if (closest(event, "#open-sidebar")) return show(true);
    if (closest(event, "#close-sidebar")) return show(false);
    if (root.classList.contains("sidebar-open") && !closest(event, "#sidebar")) return show(false);
    const row = closest(event, ".saved-chat");
    if (closest(event, "button.rename-chat")) return rename(row);
    if (closest(event, "button.download-chat")) {
      return change({ do: "download", chat: row.dataset.chat });
    }
    if (closest(event, "button.delete-chat")) {
      change({ do: "delete", chat: row.dataset.chat });
      row.hidden = true;
      if (paperPage.route().id === row.dataset.chat) paperPage.newChat();
      box("chat-search")?.focus({ preventScroll: true });
    }
  });
  // One menu at a time, and none after a click elsewhere.
  document.addEventListener("click", (event) => {
    const menu = closest(event, ".chat-menu");
    for (const other of document.querySelectorAll(".chat-menu[open]")) {
      if (other !== menu) other.open = false;
    }
  });

  // Import: a button of the first start, or files dropped anywhere on the page.
  const importFiles = (files) => {
    if (paperPage.importFiles) {
      paperPage.go("/library");
      return paperPage.importFiles(files);
    }
    paperPage.go("/import");
    const until = performance.now() + 5000;
    const look = () => {
      const field = document.querySelector("#files input[type=file]");
      if (field && files.length) {
        field.files = files;
        field.dispatchEvent(new Event("change", { bubbles: true }));
      } else if (!field && performance.now() < until) requestAnimationFrame(look);
    };
    look();
  };
  document.addEventListener("click", (event) => {
    if (closest(event, "button.add-papers")) importFiles([]);
  });
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0;
  const drag = (by) => {
    depth = by ? Math.max(0, depth + by) : 0;
    root.classList.toggle("dragging", depth > 0);
  };
  document.addEventListener("dragenter", (event) => hasFiles(event) && drag(1));
  document.addEventListener("dragleave", (event) => hasFiles(event) && drag(-1));
  document.addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const files = hasFiles(event) ? event.dataTransfer.files : null;
    drag(0);
    // The field of the import takes its files itself.
    if (!files?.length || closest(event, "#files")) return;
    event.preventDefault();
    importFiles(files);
  });

  // Deleted chats can be brought back until the next question.
  const forgetDeleted = () => {
    if (document.querySelector("#chats-said .deleted-chats")) {
      document.getElementById("forget-deleted-chats")?.click();
    }
  };
  document.addEventListener("click", (event) => {
    const asks = closest(event, "#ask") && box("question")?.value.trim();
    if (asks || closest(event, ".example")) forgetDeleted();
  }, true);
  document.addEventListener("keydown", (event) => {
    const asks = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (asks && event.target === box("question") && event.target.value.trim()) forgetDeleted();
  });

  new MutationObserver(() => {
    for (const text of document.querySelectorAll("pre.chat-file:not(.kept)")) {
      text.classList.add("kept");
      const link = document.createElement("a");
      const blob = new Blob([text.textContent], { type: "text/markdown;charset=utf-8" });
      link.href = URL.createObjectURL(blob);
      link.download = text.dataset.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    }
    for (const one of document.querySelectorAll(".returned-chat[data-chat]")) {
      const number = one.dataset.chat;
      one.removeAttribute("data-chat");
      if (number) paperPage.go(`/chat/${number}`);
    }
  }).observe(root, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["data-serial"],
  });
})();
