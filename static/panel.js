// panel.js: a link with data-panel opens what it leads to beside the page; without it, it is a page of its own.
// A form in a panel is an ordinary form: its answer is the next page.
(() => {
  let dialog;

  const make = () => {
    dialog = document.createElement("dialog");
    dialog.className = "dialog side";
    dialog.setAttribute("aria-labelledby", "panel-title");
    document.body.append(dialog);
    return dialog;
  };

  const open = async (link) => {
    const answer = await fetch(link.href, { headers: { "HX-Request": "true", "HX-Request-Type": "partial" } });
    if (!answer.ok || answer.redirected) { location.assign(link.href); return; }
    const place = dialog?.isConnected ? dialog : make();
    if (place.open) place.close();
    place.innerHTML = await answer.text();
    htmx.process(place);
    document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; });
    place.showModal();
    document.dispatchEvent(new CustomEvent("portal:panel"));
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-panel]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(link).catch(() => location.assign(link.href));
  });
  // A link in a panel that leads to a place on this page only closes it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("dialog.side a[href*='#']");
    if (!link || new URL(link.href).pathname !== location.pathname) return;
    event.preventDefault();
    dialog.close();
    document.getElementById(new URL(link.href).hash.slice(1))?.focus();
  });
})();
