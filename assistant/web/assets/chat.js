// Asking: buttons in answers press hidden Gradio buttons; one paper can be asked; pointing at a
// sentence shows its evidence; answers can be copied and rated.
(() => {
  "use strict";
  const { closest, box } = paperPage;

  document.addEventListener("click", (event) => {
    const button = closest(event, "button.press");
    if (!button) return;
    document.getElementById(button.dataset.press)?.click();
    if (button.dataset.press === "offer-zotero") return;
    // The button may disappear with the next update; the user continues with the question.
    box("question")?.focus({ preventScroll: true });
  });

  // The question before a Zotero library is read.
  let isAsked = false;
  new MutationObserver(() => {
    const question = document.querySelector("#zotero-question .zotero-question");
    if (question && !isAsked) question.querySelector("button").focus();
    isAsked = question !== null;
  }).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("click", (event) => {
    const button = closest(event, "button.ask-paper");
    if (!button) return;
    paperPage.openTab("ask", "question", (field) => {
      paperPage.write("ask-paper", button.dataset.paper);
      field.focus();
    });
  });

  // Without HTTPS scripts have no clipboard, only the old command.
  const copyOldWay = (text) => {
    const field = document.createElement("textarea");
    field.value = text;
    field.style.position = "fixed";
    field.style.opacity = "0";
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  };
  const copy = async (text) => {
    if (!navigator.clipboard) return copyOldWay(text);
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyOldWay(text);
    }
  };
  const STYLE = "citation-style";
  const said = (button, text) => {
    const label = (button.dataset.label ??= button.textContent);
    button.textContent = text;
    setTimeout(() => {
      if (button.textContent === text) button.textContent = label;
    }, 2000);
  };
  let serial = 0, waiting = null;
  document.addEventListener("click", async (event) => {
    const button = closest(event, "button.copy-text");
    const source = button && document.getElementById(button.dataset.from);
    if (!source) return;
    const style = button.parentElement.querySelector(".copy-style")?.value ?? "quotations";
    if (style === "quotations") return said(button, (await copy(source.textContent)) ? _("Copied") : _("Not copied"));
    // Python formats the references.
    waiting = button;
    paperPage.write(
      "copy-answer",
      JSON.stringify({ turn: Number(button.dataset.turn), style, serial: (serial += 1) }),
    );
  });
  // The style that was chosen last holds for every answer.
  document.addEventListener("change", (event) => {
    const choice = closest(event, "select.copy-style");
    if (choice) localStorage.setItem(STYLE, choice.value);
    restyle();
  });
  const restyle = () => {
    const style = localStorage.getItem(STYLE);
    for (const choice of document.querySelectorAll("select.copy-style")) {
      if (style && choice.value !== style && choice.querySelector(`option[value="${CSS.escape(style)}"]`)) {
        choice.value = style;
      }
    }
  };
  new MutationObserver(async () => {
    restyle();
    const text = document.querySelector("#copied-answer pre:not(.kept)");
    if (!text) return;
    text.classList.add("kept");
    const copied = await copy(text.textContent);
    if (waiting) said(waiting, copied ? _("Copied") : _("Not copied"));
    waiting = null;
  }).observe(document.documentElement, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["data-serial"],
  });

  // Thumbs, and a comment on them.
  const rate = (turn, rating, comment) =>
    paperPage.write("rate-answer", JSON.stringify({ turn, rating, comment, serial: (serial += 1) }));
  let commenting = "";
  document.addEventListener("click", (event) => {
    const button = closest(event, "button.rate");
    if (!button) return;
    const was = button.getAttribute("aria-pressed") === "true";
    const turn = Number(button.parentElement.dataset.turn);
    commenting = was ? "" : `comment-${turn}`;
    rate(turn, was ? 0 : Number(button.dataset.rating), "");
  });
  const save = (form) => {
    const { turn, rating } = form.dataset;
    rate(Number(turn), Number(rating), form.querySelector("textarea").value);
    said(form.querySelector("button"), _("Saved"));
  };
  document.addEventListener("click", (event) => {
    const button = closest(event, "button.save-comment");
    if (button) save(button.closest(".comment"));
  });
  document.addEventListener("keydown", (event) => {
    const form = event.key === "Enter" && !event.shiftKey && closest(event, ".comment");
    if (!form || !event.target.matches("textarea")) return;
    event.preventDefault();
    save(form);
  });
  new MutationObserver(() => {
    const field = commenting && document.getElementById(commenting);
    if (!field) return;
    commenting = "";
    field.focus({ preventScroll: true });
  }).observe(document.documentElement, { childList: true, subtree: true });

  // Below the answer, on a small window, the evidence has a way back.
  let from = null;
  document.addEventListener("click", (event) => {
    from = closest(event, "a.cite") ?? from;
    if (!closest(event, "button.back-to-answer")) return;
    const link = from?.isConnected ? from : event.target.closest(".turn").querySelector("a.cite, .answer");
    link.focus({ preventScroll: true });
    link.scrollIntoView({ block: "center" });
  });

  // The evidence for a sentence is highlighted. Evidence outside the window is shown in a tooltip.
  let told = null;
  const inSight = (item) => {
    const { top, bottom } = item.getBoundingClientRect();
    return top >= 0 && bottom <= window.innerHeight;
  };
  const supports = (claim) =>
    [...claim.querySelectorAll("a.cite")]
      .map((link) => document.getElementById(link.hash.slice(1)))
      .filter(Boolean);
  const hide = () => {
    document.querySelectorAll(".evidence .lit").forEach((item) => item.classList.remove("lit"));
    document.getElementById("support")?.remove();
    told = null;
  };
  const show = (claim) => {
    if (claim === told) return;
    hide();
    told = claim;
    const items = supports(claim);
    items.forEach((item) => item.classList.add("lit"));
    const hidden = items.filter((item) => !inSight(item));
    if (!hidden.length) return;
    const note = document.createElement("div");
    note.id = "support";
    note.setAttribute("role", "tooltip");
    for (const item of hidden) {
      const line = document.createElement("p");
      const number = document.createElement("strong");
      number.textContent = item.querySelector(".n")?.textContent ?? "";
      line.append(number, " ", item.querySelector("blockquote")?.textContent ?? "");
      note.append(line);
    }
    const frame = document.querySelector(".gradio-container") || document.body;
    frame.append(note);
    const place = claim.getBoundingClientRect();
    const left = Math.min(Math.max(8, place.left), window.innerWidth - note.offsetWidth - 8);
    const below = place.bottom + 6;
    const fits = below + note.offsetHeight < window.innerHeight;
    note.style.left = `${Math.max(8, left)}px`;
    note.style.top = `${fits ? below : Math.max(8, place.top - note.offsetHeight - 6)}px`;
  };
  for (const name of ["mouseover", "focusin"]) {
    document.addEventListener(name, (event) => {
      const claim = closest(event, ".claim");
      if (claim) show(claim);
      else if (told) hide();
    });
  }
  // Scrolling changes which evidence is visible and where the sentence is.
  let looking = false;
  const lookAgain = () => {
    looking = false;
    const claim = told;
    if (!claim) return;
    hide();
    if (claim.matches(":hover, :focus-within")) show(claim);
  };
  document.addEventListener(
    "scroll",
    () => {
      if (told && !looking) requestAnimationFrame(lookAgain);
      looking = Boolean(told);
    },
    true,
  );
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && told) hide();
  });
})();
