// live.js: keeps what is on screen as it is on the server. [data-live] names the event stream; each part of the page with
// data-refresh="NAME …" asks for itself again at its data-url when an event of that name comes, after every (re)connection,
// and after every click or form, since an event may come while its part is being replaced. Several at once are one request.
// The event "missed" says that others may not have come: everything is asked for again.
(() => {
  const WAIT = 150; // milliseconds
  let heard = new Set();
  let missed = false;
  let timer;

  const refresh = () => {
    const [names, all] = [heard, missed];
    [heard, missed, timer] = [new Set(), false, undefined];
    document.querySelectorAll("[data-refresh]").forEach((part) => {
      const wanted = part.dataset.refresh.split(" ");
      if (all || wanted.some((name) => names.has(name))) htmx.ajax("GET", part.dataset.url, { source: part });
    });
  };
  const soon = (name) => {
    if (name && name !== "missed") heard.add(name); else missed = true;
    timer ??= setTimeout(refresh, WAIT);
  };

  // htmx starts by a timer and its SSE extension comes in a file of its own: on a slow line htmx would pass over an
  // attribute that is in the page, so it is set here, after htmx's own timer.
  const connect = () => {
    document.querySelectorAll("[data-live]:not([data-connected])").forEach((place) => {
      place.dataset.connected = "";
      place.setAttribute("hx-sse:connect", place.dataset.live);
      htmx.process(place);
    });
  };

  document.addEventListener("htmx:sse:after:message", (event) => soon(event.detail.message.event));
  document.addEventListener("htmx:sse:after:connection", () => soon());
  document.addEventListener("htmx:after:swap", (event) => {
    connect(); // a step back in the history brings a new page
    const { request, sourceElement } = event.detail.ctx ?? {};
    const isRefresh = request?.method === "GET" && sourceElement?.matches("[data-refresh]");
    if (!isRefresh) soon(); // a click or a form replaced something
  });
  setTimeout(connect);
})();
