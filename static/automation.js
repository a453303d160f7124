// automation.js: a press on a variable writes it where the cursor stands. Without it the words are there to be typed.
(() => {
  const text = document.querySelector("#text");
  if (!text) return;
  document.querySelectorAll("[data-insert]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      text.setRangeText(button.dataset.insert, text.selectionStart, text.selectionEnd, "end");
      text.focus();
      text.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });
})();
