// embedded.js: tells the page around the frame how tall the form is. It sends that number and accepts nothing.
(() => {
  if (parent === window) return;
  const tell = () => {
    parent.postMessage({ h: Math.ceil(document.documentElement.getBoundingClientRect().height) }, "*");
  };
  new ResizeObserver(tell).observe(document.body);
  tell();
})();
