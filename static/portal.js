// portal.js: small niceties; every page works without it.
// [data-copy="#id"] copies that element's value or text, [data-copy="text"] copies the words themselves.
// [data-script] is shown only where scripts run. [data-open="#id"] and [data-close] open and close a <dialog>; a click or Escape outside closes an open .menu.
(() => {
  const said = (button, words) => {
    const label = button.querySelector("[data-label]") || button;
    const before = label.textContent;
    label.textContent = words;
    setTimeout(() => { label.textContent = before; }, 1800);
  };

  const copy = async (button) => {
    const wanted = button.dataset.copy;
    const source = wanted.startsWith("#") ? document.querySelector(wanted) : null;
    const text = source ? source.value ?? source.textContent.trim() : wanted;
    try {
      await navigator.clipboard.writeText(text);
      said(button, "Copied");
    } catch {
      if (source) getSelection().selectAllChildren(source);
      said(button, "Press Ctrl+C");
    }
  };

  const closeMenus = (except) =>
    document.querySelectorAll("details.menu[open]").forEach((menu) => { if (menu !== except) menu.open = false; });

  document.addEventListener("click", (event) => {
    const copier = event.target.closest("[data-copy]");
    if (copier) copy(copier);
    const opener = event.target.closest("[data-open]");
    if (opener) { event.preventDefault(); document.querySelector(opener.dataset.open)?.showModal(); }
    const closer = event.target.closest("[data-close]");
    if (closer) { event.preventDefault(); closer.closest("dialog")?.close(); }
    if (event.target.matches("dialog")) event.target.close();
    closeMenus(event.target.closest("details.menu"));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  const reveal = (event) => {
    document.querySelectorAll("[data-copy][hidden], [data-open][hidden], [data-script][hidden]").forEach((button) => { button.hidden = false; });
    // a page that has just been loaded moves there by itself, and says so in the console when it is not the first
    document.querySelector(`.error-summary:not([data-seen]${event ? "" : ", [autofocus]"})`)?.focus();
    document.querySelector(".error-summary")?.setAttribute("data-seen", "");
  };
  document.addEventListener("htmx:after:swap", reveal);
  document.addEventListener("portal:panel", reveal);
  reveal();

  const tab = document.querySelector(".tabs [aria-current]"); // where one is must not be hidden at the side of a phone
  if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft + tab.offsetWidth - tab.parentElement.clientWidth;
})();
