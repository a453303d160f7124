// composer.js: says what a text costs on the air while it is typed, as portal/messaging/segment.py counts it, and
// sends with Ctrl+Enter. Without it the page still counts when the form comes back.
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

  document.addEventListener("input", (event) => { if (event.target.matches("textarea[data-segments]")) show(event.target); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    if (event.target.matches("textarea[data-segments]")) { event.preventDefault(); event.target.form.requestSubmit(); }
  });
  // After a swap the next text can be typed at once; a pretend phone's line is empty again once its text has left.
  const settle = () => {
    showAll();
    if (document.activeElement === document.body) document.querySelector("[data-focus]")?.focus();
  };
  const clear = (event) => {
    const form = event.target.closest?.("form[data-clear]");
    if (form && event.detail.ctx.response.status < 400) form.reset();
  };

  document.addEventListener("htmx:after:swap", settle);
  document.addEventListener("htmx:after:request", clear);
  showAll();
})();
