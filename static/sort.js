// sort.js: sorting texts into projects without leaving the conversation. Every link and form works without it.
// A chip opens its menu as a dialog, by a click or by p (keys.js); then 1 to 9 sorts the text, 0 takes it out, f adds all
// that follow. A grip drags a text onto a project of the bar (with Shift: and all that follow). j k or arrows go from
// text to text. What happens is said in the bar's status line.
(() => {
  const bar = () => document.querySelector("[data-sort-bar]");
  const said = () => document.getElementById(`sorted-${bar().dataset.sortBar}`);
  const dialog = () => document.querySelector("[data-sort-dialog]");
  const texts = () => [...document.querySelectorAll(".texts > .text")];
  const messageOf = (text) => text?.querySelector("[data-sort]")?.dataset.sort;
  let picking = null; // { text, message, following } between the menu's call and its digit
  let last = null; // the same, to give the focus back

  const tell = (words) => { said().textContent = words; };

  const send = (message, project, following) => {
    const values = { message, project, following: following ? "on" : "" };
    htmx.ajax("POST", bar().dataset.sortUrl, { source: said(), target: said(), swap: "innerHTML", values });
  };

  const focus = (text) => {
    if (!text) return;
    text.focus({ preventScroll: true });
    text.scrollIntoView({ block: "nearest" });
  };

  // A refresh replaces the texts, and the focus falls to the page: the next key goes on from the same text.
  let at = null; // the message whose text has the focus
  document.addEventListener("focusin", (event) => { at = messageOf(event.target.closest(".text")) ?? null; });
  document.addEventListener("pointerdown", () => { at = null; });
  const regain = () => {
    if (at && document.activeElement === document.body) focus(texts().find((text) => messageOf(text) === at));
  };

  const step = (by) => {
    const all = texts();
    const here = all.indexOf(document.activeElement.closest(".text"));
    focus(here < 0 ? all.at(-1) : all[Math.min(Math.max(here + by, 0), all.length - 1)]);
  };

  // ---- the menu ----
  const open = async (link) => {
    const mine = { text: link.closest(".text"), message: link.dataset.sort, following: false };
    picking = last = mine;
    const place = dialog().querySelector(".dialog-body > *");
    await htmx.ajax("GET", link.getAttribute("href"), { source: place, target: place, swap: "outerHTML" });
    if (picking !== mine) return; // its digit came before it
    const box = dialog().querySelector("[data-following]");
    if (box) box.checked = mine.following;
    dialog().showModal();
    dialog().querySelector("[data-focus-first]")?.focus();
  };

  const close = () => {
    picking = null;
    if (dialog().open) dialog().close();
    if (last?.text?.isConnected) focus(last.text);
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-toast-close]")) { said().replaceChildren(); return; }
    const link = event.target.closest("a[data-sort]");
    if (!link || !bar() || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(link);
  });
  document.addEventListener("htmx:before:request", (event) => {
    if (event.target.closest?.("[data-sort-dialog] form")) close();
  });
  document.addEventListener("close", (event) => {
    if (event.target.matches?.("[data-sort-dialog]")) picking = null;
  }, true);

  // ---- keys ----
  const pick = (key) => {
    const box = dialog().open ? dialog().querySelector("[data-following]") : null;
    if (key === "f" && picking.message) {
      picking.following = !(box?.checked ?? picking.following);
      if (box) box.checked = picking.following;
      tell(picking.following ? "This and all that follow." : "Only this text.");
      return true;
    }
    if (!/^[0-9]$/.test(key)) return false;
    const chip = bar().querySelectorAll("[data-project]")[Number(key) - 1];
    if (key !== "0" && !chip) return true;
    const { message, following } = picking;
    close();
    send(message, chip ? chip.dataset.project : "", box?.checked ?? following);
    return true;
  };

  const isTyping = (target) => target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const hasLetters = () => document.getElementById("keys")?.dataset.single !== "off";
  const STEPS = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 };

  // Before keys.js, whose j and k are those of the list.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !bar() || isTyping(event.target)) return;
    regain();
    const by = document.activeElement.closest(".thread-scroll") && !document.querySelector("dialog[open]") && STEPS[event.key];
    if (picking && hasLetters() && pick(event.key)) event.preventDefault();
    else if (by && (event.key.length > 1 || hasLetters())) { event.preventDefault(); step(by); }
    if (picking && !dialog().open && event.key === "Escape") picking = null;
  }, true);

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
