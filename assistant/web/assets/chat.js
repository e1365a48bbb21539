// The Ask tab: buttons in answers press hidden Gradio buttons; one paper can be asked; pointing at a
// sentence shows its evidence; answers can be copied.
(() => {
  "use strict";
  const { closest, box } = paperPage;

  document.addEventListener("click", (event) => {
    const button = closest(event, "button.press");
    if (!button) return;
    document.getElementById(button.dataset.press)?.click();
    // The button may disappear with the next update; the user continues with the question.
    box("question")?.focus({ preventScroll: true });
  });

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
  document.addEventListener("click", async (event) => {
    const button = closest(event, "button.copy-text");
    const source = button && document.getElementById(button.dataset.from);
    if (!source) return;
    const before = button.dataset.label || button.textContent;
    button.dataset.label = before;
    button.textContent = (await copy(source.textContent)) ? "Copied" : "Not copied";
    setTimeout(() => {
      button.textContent = before;
    }, 2000);
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
