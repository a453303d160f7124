// work.js: the proof of work of a form (PORTAL_FORM_WORK_BITS): finds a number whose SHA-256 together with the form's
// nonce begins with so many zero bits. In small steps, so that typing never waits; sending waits until it is done.
(() => {
  const STEP = 2000;
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
  const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
  const K = primes.map((p) => fraction(Math.cbrt(p)));
  const START = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  const w = new Int32Array(64);

  // One block is enough: the text has at most 55 ASCII characters. The answer is the first word of the hash.
  const hashed = (text) => {
    w.fill(0, 0, 16);
    for (let i = 0; i < text.length; i++) w[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i % 4));
    w[text.length >> 2] |= 0x80 << (24 - 8 * (text.length % 4));
    w[15] = text.length * 8;
    for (let i = 16; i < 64; i++) {
      const s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
      const s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = START;
    for (let i = 0; i < 64; i++) {
      const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [a, b, c, d, e, f, g, h] = [(t1 + t2) | 0, a, b, c, (d + t1) | 0, e, f, g];
    }
    return (a + START[0]) >>> 0;
  };

  const form = document.querySelector("form[data-work]");
  const bits = Math.min(Number(form.dataset.bits), 32);
  let wanted = false;
  let tried = 0;

  const step = () => {
    for (const end = tried + STEP; tried < end; tried++) {
      if (bits < 32 && hashed(`${form.dataset.work}:${tried}`) >>> (32 - bits)) continue;
      form.elements.work.value = String(tried);
      if (wanted) form.requestSubmit();
      return;
    }
    setTimeout(step);
  };

  form.addEventListener("submit", (event) => {
    if (form.elements.work.value) return;
    wanted = true;
    event.preventDefault();
  });
  step();
})();
