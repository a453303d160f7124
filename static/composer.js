// composer.js: says what a text costs on the air while it is typed, as portal/messaging/segment.py counts it, sends
// with Ctrl+Enter and puts saved replies in. Without it the page still counts when the form comes back.
(() => {
  const BASIC = new Set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
  const EXTENDED = new Set("^{}[]~\\|€\f");
  const SINGLE = { "GSM-7": 160, "UCS-2": 70 };
  const PART = { "GSM-7": 153, "UCS-2": 67 };

  const count = (text) => {
    const chars = Array.from(text);
    const odd = chars.find((char) => !BASIC.has(char) && !EXTENDED.has(char));
    const encoding = odd === undefined ? "GSM-7" : "UCS-2";
    const sizes = chars.map((char) => (encoding === "UCS-2" ? char.length : EXTENDED.has(char) ? 2 : 1));
    const units = sizes.reduce((sum, size) => sum + size, 0);
    if (units <= SINGLE[encoding]) {
      return { encoding, odd, units, segments: Math.min(units, 1), left: SINGLE[encoding] - units };
    }
    let segments = 1;
    let filled = 0;
    for (const size of sizes) {
      if (filled + size > PART[encoding]) { segments += 1; filled = 0; }
      filled += size;
    }
    return { encoding, odd, units, segments, left: PART[encoding] - filled };
  };

  const show = (textarea) => {
    const place = document.querySelector(textarea.dataset.segments);
    if (!place) return;
    const found = count(textarea.value.trim());
    const parts = [
      `${found.units} characters`, `${found.segments} ${found.segments === 1 ? "segment" : "segments"}`,
      found.odd === undefined ? found.encoding : `${found.encoding} because of “${found.odd}”`, `${found.left} left`,
    ];
    place.textContent = parts.join(" · ");
    place.classList.toggle("over", found.segments > 1);
  };

  const showAll = () => document.querySelectorAll("textarea[data-segments]").forEach(show);

  // What is being typed outlives the composer it is typed in: with a YES, the one that holds gives way to the one that sends.
  const typed = new Map();
  let last = "";
  const keep = (textarea) => { show(textarea); typed.set(textarea.id, textarea.value); last = textarea.id; };
  const forget = (event) => event.target.querySelectorAll("textarea[data-segments]").forEach((each) => typed.delete(each.id));
  const restore = () => typed.forEach((words, id) => {
    const textarea = document.getElementById(id);
    if (!textarea || textarea.value || !words) return;
    textarea.value = words;
    if (id === last && document.activeElement === document.body) textarea.focus();
  });

  document.addEventListener("input", (event) => { if (event.target.matches("textarea[data-segments]")) keep(event.target); });
  document.addEventListener("submit", forget);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    if (!event.target.matches("textarea[data-segments]")) return;
    event.preventDefault();
    event.target.form.requestSubmit(event.target.form.querySelector(".send-later[open] [value=later]"));
  });

  // A saved reply goes where the cursor is; its first gap is selected, to be typed over.
  const GAP = /\{[^{}\n]*\p{L}[^{}\n]*\}/u;
  const insert = (button) => {
    const textarea = document.querySelector(button.dataset.fill);
    if (!textarea) return;
    button.closest("dialog")?.close();
    textarea.setRangeText(button.dataset.words, textarea.selectionStart, textarea.selectionEnd, "end");
    textarea.dispatchEvent(new InputEvent("input", { bubbles: true }));
    textarea.focus();
    const gap = GAP.exec(textarea.value);
    if (gap) textarea.setSelectionRange(gap.index, gap.index + gap[0].length);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill]");
    if (!button || !document.querySelector(button.dataset.fill)) return;
    event.preventDefault();
    insert(button);
  });
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-filter]")) return;
    const wanted = event.target.value.trim().toLowerCase();
    const items = [...document.querySelectorAll(`${event.target.dataset.filter} > li`)];
    items.forEach((item) => { item.hidden = !item.textContent.toLowerCase().includes(wanted); });
    const nothing = event.target.closest(".panel-inside, .card").querySelector("[data-nothing]");
    if (nothing) nothing.hidden = items.some((item) => !item.hidden);
  });
  // After a swap the next text can be typed at once; a pretend phone's line is empty again once its text has left.
  const settle = () => {
    restore();
    showAll();
    if (document.activeElement === document.body) document.querySelector("[data-focus]")?.focus();
  };
  const clear = (event) => {
    const form = event.target.closest?.("form[data-clear]");
    if (form && event.detail.ctx.response.status < 400) form.querySelectorAll(".input").forEach((line) => { line.value = ""; });
  };

  document.addEventListener("htmx:after:swap", settle);
  document.addEventListener("portal:panel", showAll);
  document.addEventListener("htmx:after:request", clear);
  showAll();
})();
