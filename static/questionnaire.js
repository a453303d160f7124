// questionnaire.js: order by dragging. The Up and Down buttons do the same without it; both send the same form.
(() => {
  const list = document.querySelector("[data-sortable]");
  const save = document.querySelector("[data-sorted]");
  if (!list || !save) return;

  const order = () => [...list.children].map((item) => item.id).join();

  // Where the pointer is, the dragged question goes: before the first other one whose middle lies below it.
  const move = (item, y) => {
    const others = [...list.children].filter((each) => each !== item);
    const next = others.find((each) => {
      const box = each.getBoundingClientRect();
      return y < box.top + box.height / 2;
    });
    list.insertBefore(item, next ?? null);
  };

  list.querySelectorAll("[data-grip]").forEach((grip) => {
    const item = grip.closest("[data-question]");
    let before = "";
    grip.hidden = false;
    grip.addEventListener("pointerdown", (event) => {
      before = order();
      grip.setPointerCapture(event.pointerId);
      item.classList.add("dragged");
      event.preventDefault();
    });
    grip.addEventListener("pointermove", (event) => { if (before) move(item, event.clientY); });
    const drop = () => {
      item.classList.remove("dragged");
      if (before && before !== order()) save.form.requestSubmit(save);
      before = "";
    };
    grip.addEventListener("pointerup", drop);
    grip.addEventListener("pointercancel", drop);
  });
})();
