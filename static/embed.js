// Shows a questionnaire on your page: <script src="…/static/embed.js" data-form="TOKEN" async></script>
(() => {
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const frame = document.createElement("iframe");
  frame.src = `${origin}/embed/${encodeURIComponent(script.dataset.form)}`;
  frame.title = script.dataset.title || "Questionnaire";
  frame.style.cssText = "display:block;width:100%;height:40rem;border:0";
  addEventListener("message", ({ origin: from, source, data }) => {
    if (from === origin && source === frame.contentWindow && Number.isInteger(data?.h)) {
      frame.style.height = `${data.h}px`;
    }
  });
  script.after(frame);
})();
