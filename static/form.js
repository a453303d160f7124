// form.js: shows the number that will be texted while it is typed, measures how the fixed words stood on the screen, and
// says which clock the client reads. The page works without it; the server decides.
(() => {
  document.querySelectorAll("[data-time-zone]").forEach((field) => {
    field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  });

  const read = (typed, code) => {
    const digits = typed.replace(/\D/g, "");
    if (typed.startsWith("+") || (digits.length > 10 && digits.startsWith(code))) return digits;
    return code + digits.replace(/^0/, "");
  };

  const spaced = (digits) =>
    digits.startsWith("1") ? `+1 ${digits.slice(1, 4)} ${digits.slice(4, 7)} ${digits.slice(7)}` : `+${digits}`;

  const isWhole = (digits) => (digits.startsWith("1") ? digits.length === 11 : digits.length > 8 && digits.length < 16);

  document.querySelectorAll("input[data-code]").forEach((input) => {
    const echo = input.parentElement.querySelector("[data-echo]");
    const say = () => {
      const typed = input.value.normalize("NFKC").trim();
      const digits = read(typed, input.dataset.code);
      echo.textContent = isWhole(digits) && !/\p{L}/u.test(typed) ? `We will text ${spaced(digits)}` : "";
    };
    input.addEventListener("input", say);
    say();
  });

  // How the fixed words stood on this screen: their size, their contrast, and whether they were in view before a Yes.
  const said = document.querySelector("input[name=visibility]");
  if (!said || !window.IntersectionObserver) return;
  const rgb = (css) => (css.startsWith("rgb") ? css.match(/[\d.]+/g).map(Number) : null);

  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = rgb(getComputedStyle(each).backgroundColor);
      if (!colour || colour.length < 4 || colour[3] === 1) return colour;
      if (colour[3] > 0) return null;
    }
    return null;
  };

  const light = (colour) =>
    colour
      .slice(0, 3)
      .map((v) => (v <= 10 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4))
      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);

  const contrast = (element) => {
    const [ink, paper] = [rgb(getComputedStyle(element).color), behind(element)];
    if (!ink || !paper) return {};
    const [dark, bright] = [light(ink), light(paper)].sort((a, b) => a - b);
    return { contrast: (bright + 0.05) / (dark + 0.05) };
  };

  const blocks = [...document.querySelectorAll(".optin .disclaimer")].map((words) => {
    const block = words.closest(".optin");
    const seen = { words, name: block.matches(".optin-more") ? "marketing" : "words", part: 0, ms: 0, since: 0, early: false };
    new IntersectionObserver(
      ([entry]) => {
        seen.part = Math.max(seen.part, entry.intersectionRatio);
        if (seen.since) seen.ms += entry.time - seen.since;
        seen.since = entry.intersectionRatio >= 0.5 ? entry.time : 0;
      },
      { threshold: [0, 0.25, 0.5, 0.75, 1] },
    ).observe(words);
    block.addEventListener("change", (event) => {
      if (event.target.value === "yes") seen.early = seen.part >= 0.5;
    });
    return seen;
  });

  said.form.addEventListener("submit", () => {
    const told = blocks.map((seen) => [seen.name, {
      font_px: parseFloat(getComputedStyle(seen.words).fontSize), ...contrast(seen.words), width_px: innerWidth,
      part_in_view: seen.part, seconds_in_view: (seen.ms + (seen.since ? performance.now() - seen.since : 0)) / 1000,
      in_view: seen.part >= 0.5, in_view_before_yes: seen.early,
    }]);
    said.value = JSON.stringify(Object.fromEntries(told), (_, v) => (typeof v === "number" ? Math.round(v * 100) / 100 : v));
  });
})();
