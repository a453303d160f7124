// automation.js: a press on a variable writes it where the cursor stands; contacts are found while their name is typed, so
// Enter and “Find” need no page. Without it the words are there to be typed, and “Find” asks the server.
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
(() => {
  const find = document.querySelector("#find");
  if (!find || !window.htmx) return;
  const wait = (event) => {
    event.preventDefault();
    find.focus();
  };
  document.querySelector("[data-find]").addEventListener("click", wait);
  find.addEventListener("keydown", (event) => event.key === "Enter" && wait(event));
})();
