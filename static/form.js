// form.js: shows the number that will be texted while it is typed. The page works without it; the server decides.
(() => {
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
})();
