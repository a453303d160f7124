// sort.js: sorting texts into projects without leaving the conversation. Every link and form works without it.
// A chip opens its menu as a dialog; a grip drags a text onto a project of the bar (with Shift: and all that follow).
// Keys: j k or arrows go from text to text; p and then 1 to 9 sorts the text, p 0 takes it out, p f adds all that
// follow; u undoes. What happens is said in the bar's status line.
(() => {
  const bar = () => document.querySelector("[data-sort-bar]");
  const said = () => document.getElementById(`sorted-${bar().dataset.sortBar}`);
  const dialog = () => document.querySelector("[data-sort-dialog]");
  const texts = () => [...document.querySelectorAll(".texts > .text")];
  const messageOf = (text) => text?.querySelector("[data-sort]")?.dataset.sort;
  let picking = null; // { text, following } between p and its digit
  let last = null; // the text that the menu was opened from

  const tell = (words) => { said().textContent = words; };

  const send = (message, project, following) => {
    const values = { message, project, following: following ? "on" : "" };
    htmx.ajax("POST", bar().dataset.sortUrl, { source: said(), target: said(), swap: "innerHTML", values });
  };

  const focus = (text) => {
    if (!text) return;
    text.tabIndex = -1;
    text.focus({ preventScroll: true });
    text.scrollIntoView({ block: "nearest" });
  };

  const step = (by) => {
    const all = texts();
    const here = all.indexOf(document.activeElement.closest(".text"));
    focus(here < 0 ? all.at(-1) : all[Math.min(Math.max(here + by, 0), all.length - 1)]);
  };

  // ---- the menu ----
  const open = async (link) => {
    last = link.closest(".text");
    const place = dialog().querySelector(".dialog-body > *");
    await htmx.ajax("GET", link.getAttribute("href"), { source: place, target: place, swap: "outerHTML" });
    if (picking && picking.text !== last) return;
    const box = dialog().querySelector("[data-following]");
    if (box && picking) box.checked = picking.following;
    if (!dialog().open) dialog().showModal();
    dialog().querySelector("[data-focus-first]")?.focus();
  };

  const close = () => {
    if (dialog()?.open) dialog().close();
    if (last?.isConnected) focus(last);
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-toast-close]")) { said().replaceChildren(); return; }
    const link = event.target.closest("a[data-sort]");
    if (!link || !bar() || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(link);
  });
  document.addEventListener("htmx:before:request", (event) => {
    if (event.target.closest?.("[data-sort-dialog] form")) { picking = null; close(); }
  });
  document.addEventListener("close", (event) => {
    if (event.target.matches?.("[data-sort-dialog]")) picking = null;
  }, true);

  // ---- keys ----
  const pick = (key) => {
    const { text, following } = picking;
    if (key === "f") {
      picking.following = !following;
      const box = dialog().querySelector("[data-following]");
      if (box) box.checked = picking.following;
      if (!dialog().open) tell(picking.following ? "This and all that follow." : "Only this text.");
      return true;
    }
    if (!/^[0-9]$/.test(key)) return false;
    const chip = bar().querySelectorAll("[data-project]")[Number(key) - 1];
    if (key !== "0" && !chip) return true;
    picking = null;
    last = text;
    close();
    send(messageOf(text), chip ? chip.dataset.project : "", following);
    return true;
  };

  const begin = () => {
    const here = document.activeElement.closest(".text") ?? texts().at(-1);
    const link = here?.querySelector("a[data-sort]");
    if (!link) return;
    focus(here);
    picking = { text: here, following: false };
    open(link);
  };

  const isTyping = (target) => target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !bar() || isTyping(event.target)) return;
    const opened = document.querySelector("dialog[open]");
    if (opened && opened !== dialog()) return;
    if (opened && !picking) picking = { text: last, following: opened.querySelector("[data-following]")?.checked ?? false };
    if (picking) {
      if (pick(event.key)) event.preventDefault();
      else if (!opened && event.key !== "Shift") picking = null;
      if (event.defaultPrevented || opened) return;
    }
    const inTexts = event.target.closest(".thread-scroll");
    if (inTexts && ["ArrowDown", "j"].includes(event.key)) step(1);
    else if (inTexts && ["ArrowUp", "k"].includes(event.key)) step(-1);
    else if (event.key === "p" && !opened) begin();
    else if (event.key === "u" && said().querySelector("[data-undo]")) said().querySelector("[data-undo]").requestSubmit();
    else return;
    event.preventDefault();
  });

  // ---- dragging ----
  const chipAt = (event) => event.target.closest?.("[data-project]");
  let dragged = null;

  document.addEventListener("dragstart", (event) => {
    const grip = event.target.closest?.("[data-grip]");
    if (!grip) return;
    dragged = grip.closest(".text");
    event.dataTransfer.setData("text/plain", messageOf(dragged));
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setDragImage(dragged, 20, 20);
    bar().classList.add("dragging");
  });
  document.addEventListener("dragover", (event) => {
    bar()?.querySelectorAll(".over").forEach((chip) => chip.classList.remove("over"));
    if (!dragged || !chipAt(event)) return;
    event.preventDefault();
    chipAt(event).classList.add("over");
  });
  document.addEventListener("drop", (event) => {
    if (!dragged || !chipAt(event)) return;
    event.preventDefault();
    send(messageOf(dragged), chipAt(event).dataset.project, event.shiftKey);
  });
  document.addEventListener("dragend", () => {
    dragged = null;
    bar()?.classList.remove("dragging");
    bar()?.querySelectorAll(".over").forEach((chip) => chip.classList.remove("over"));
  });

  // Grips are of use only with this script; a refresh brings new ones.
  const reveal = () => document.querySelectorAll("[data-grip][hidden]").forEach((grip) => { grip.hidden = false; });
  document.addEventListener("htmx:after:swap", reveal);
  reveal();
})();
