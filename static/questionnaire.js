// questionnaire.js: order by dragging. The Up and Down buttons do the same without it; both send the same form.
(() => {
  const list = document.querySelector("[data-sortable]");
  const save = document.querySelector("[data-sorted]");
  if (!list || !save) return;
  const EDGE = 90;
  const STEP = 24;

  const order = () => [...list.children].map((item) => item.id).join();

  // Where the pointer is, the dragged question goes: before the first other one whose middle lies below it.
  const move = (item, y) => {
    const next = [...list.children].find((each) => {
      const box = each.getBoundingClientRect();
      return each !== item && y < box.top + box.height / 2;
    });
    if (next !== item.nextElementSibling) list.insertBefore(item, next ?? null);
  };

  // The document listens, not the grip: a pointer captured by an element is lost when that element is moved.
  const drag = (item) => {
    const before = order();
    const follow = ({ clientY: y }) => {
      if (y < EDGE) scrollBy(0, -STEP);
      else if (y > innerHeight - EDGE) scrollBy(0, STEP);
      move(item, y);
    };
    const drop = () => {
      document.removeEventListener("pointermove", follow);
      document.removeEventListener("pointerup", drop);
      document.removeEventListener("pointercancel", drop);
      item.classList.remove("dragged");
      if (before !== order()) save.form.requestSubmit(save);
    };
    document.addEventListener("pointermove", follow);
    document.addEventListener("pointerup", drop);
    document.addEventListener("pointercancel", drop);
    item.classList.add("dragged");
  };

  list.querySelectorAll("[data-grip]").forEach((grip) => {
    grip.hidden = false;
    grip.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      grip.releasePointerCapture(event.pointerId);
      drag(grip.closest("[data-question]"));
    });
  });
})();
