// select.js: the boxes of the list: how many are checked, all of this page at once, a row of them with Shift, and what was
// checked stays so when the list is refreshed; the chosen view is scrolled to. Without it the boxes work as in any form.
(() => {
  let picked = new Set();
  let last = null;

  const boxes = () => [...document.querySelectorAll("#bulk .pick input")];
  const show = () => {
    const all = boxes();
    picked = new Set(all.filter((box) => box.checked).map((box) => box.value));
    const count = document.querySelector("[data-selected]");
    if (count) count.textContent = picked.size ? `${picked.size} selected` : "Selected";
    const whole = document.querySelector("[data-select-all]");
    if (!whole) return;
    whole.hidden = false;
    const box = whole.querySelector("input");
    box.checked = picked.size === all.length;
    box.indeterminate = picked.size > 0 && !box.checked;
  };
  const reveal = () => {
    const [tabs, tab] = [document.querySelector(".views"), document.querySelector(".views [aria-current]")];
    if (tab) tabs.scrollLeft = Math.max(0, tab.offsetLeft + tab.offsetWidth - tabs.clientWidth);
  };
  const restore = () => {
    reveal();
    boxes().forEach((box) => { box.checked = picked.has(box.value); });
    show();
  };

  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("#bulk .pick input");
    if (!box) return;
    const all = boxes();
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) all.slice(from, to + 1).forEach((each) => { each.checked = box.checked; });
    last = box;
    show();
  });
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-select-all]")) boxes().forEach((box) => { box.checked = event.target.checked; });
    if (event.target.closest("#bulk")) show();
  });
  document.addEventListener("htmx:after:swap", restore);
  window.addEventListener("pageshow", show);
  reveal();
  show();
})();
