// live.js: opens the page's one connection to /events, once htmx has started and its SSE extension is there. htmx starts
// by a timer and the extension comes in a file of its own, so on a slow line htmx would pass over the attribute in the page.
(() => {
  const connect = () => {
    document.querySelectorAll("[data-live]:not([data-connected])").forEach((place) => {
      place.dataset.connected = "";
      place.setAttribute("hx-sse:connect", place.dataset.live);
      htmx.process(place);
    });
  };
  setTimeout(connect); // after htmx's own timer, which was set before
  document.addEventListener("htmx:after:swap", connect); // a step back in the history brings a new page
})();
