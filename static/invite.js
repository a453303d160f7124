// invite.js: after a click on Invite the next one's button has the focus, so that Enter goes on; and what is chosen above
// goes along as it is chosen now. Without it each button is a form of its own, and the page comes back.
(() => {
  let clicked = "";
  let next = "";

  document.addEventListener("submit", (event) => {
    const form = event.target.closest?.("[data-invite]");
    const choice = document.querySelector("#choose");
    if (!form || !choice) return;
    form.elements.basis.value = choice.querySelector("[name=basis]:checked")?.value ?? "";
    form.elements.note.value = choice.elements.note.value;
    const buttons = [...document.querySelectorAll("[data-invite] button")];
    const row = form.closest("li");
    clicked = form.querySelector("button").id;
    next = buttons.slice(buttons.findIndex((each) => each.id === clicked)).find((each) => !row.contains(each))?.id ?? "";
  }, true);

  document.addEventListener("htmx:after:swap", (event) => {
    if (!clicked || event.detail.ctx?.request?.method !== "POST") return;
    const still = document.getElementById(clicked); // it was refused, and may be tried again
    const after = document.getElementById(next) ?? document.querySelector("#invitees [rel=next]");
    clicked = "";
    setTimeout(() => (still ?? after ?? document.querySelector("#invitees"))?.focus());
  });
})();
