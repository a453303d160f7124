// keys.js: the keyboard map. What there is stands in the table of _keys.html, which is also the help dialog: this file reads
// its rows. A key that no row explains does nothing; nothing fires while somebody types; single keys can be switched off.
(() => {
  const WAIT = 1500; // milliseconds between the two keys of a pair
  const TYPED = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
  let first = "";
  let timer;

  const dialog = () => document.getElementById("keys");
  const map = () => new Map([...dialog().querySelectorAll("[data-shortcut]")].map((row) => [row.dataset.shortcut, row]));
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled;
  const say = (words) => { document.getElementById("keys-said").textContent = words; };
  const rows = () => [...document.querySelectorAll("main .rows :is(a.row, a.line), main [data-row]")].filter(isSeen);
  const isHere = (element) => Boolean(document.activeElement.closest("li")?.contains(element));

  const step = (by) => {
    const all = rows();
    const focused = all.findIndex((row) => row === document.activeElement || isHere(row));
    const start = focused >= 0 ? focused : all.findIndex((row) => row.ariaCurrent === "true");
    const next = all[Math.min(Math.max(start + by, 0), all.length - 1)];
    next?.focus();
  };
  const select = () => {
    const box = document.activeElement.closest("li")?.querySelector(".pick input");
    if (!box) return;
    box.click();
    say(`${box.ariaLabel.replace("Select ", "")} ${box.checked ? "selected" : "not selected"}`);
  };
  const press = (key) => {
    const all = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter(isSeen);
    const found = all.find(isHere) ?? all.at(-1);
    if (!found) return false;
    if (found.matches(TYPED)) { found.focus(); found.select?.(); } else found.click();
    return true;
  };
  const back = () => press("Escape") || rows().find((row) => row.ariaCurrent === "true")?.focus();
  const DOES = { next: () => step(1), previous: () => step(-1), select, help: () => dialog().showModal(), back };

  const wait = (key, known) => {
    first = key;
    clearTimeout(timer);
    timer = setTimeout(() => { first = ""; }, WAIT);
    const pairs = [...known].filter(([keys]) => keys.startsWith(`${key} `));
    say(`${key}, then ${pairs.map(([keys, row]) => `${keys.slice(2)} for ${row.querySelector("dd").textContent}`).join(", ")}`);
  };
  const run = (key, row) => {
    const does = row.dataset.does;
    if (does.startsWith("/")) location.assign(does);
    else if (does) DOES[does]();
    else press(key);
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (!dialog() || event.target.closest(TYPED) || document.querySelector("dialog[open], details.menu[open]")) return;
    const arrow = { ArrowDown: "j", ArrowUp: "k" }[event.key];
    if (arrow && !event.target.closest(".rows")) return;
    if (!arrow && event.key.length === 1 && dialog().dataset.single === "off") return;
    const known = map();
    const key = first ? `${first} ${event.key}` : arrow ?? event.key;
    first = "";
    if (known.has(key)) { event.preventDefault(); run(key, known.get(key)); }
    else if ([...known.keys()].some((keys) => keys.startsWith(`${key} `))) { event.preventDefault(); wait(key, known); }
  });
})();
