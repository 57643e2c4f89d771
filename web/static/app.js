// What the pages do in a browser besides htmx: times that count, whether the page is live, and a key for
// the search. Everything works without it.
"use strict";
(() => {
  // span says a length of time as view.Span does.
  const span = (seconds) => {
    const s = Math.max(0, Math.floor(seconds));
    const two = (n) => String(n).padStart(2, "0");
    if (s < 60) return `${s} s`;
    if (s < 600) return `${Math.floor(s / 60)} min ${two(s % 60)} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min`;
    if (s < 86400) return `${Math.floor(s / 3600)} h ${two(Math.floor(s / 60) % 60)} min`;
    return `${Math.floor(s / 86400)} d ${Math.floor(s / 3600) % 24} h`;
  };
  const overdueAfter = 10; // seconds, as in view

  const tick = () => {
    for (const el of document.querySelectorAll("time[data-count]")) {
      const off = (new Date(el.dateTime).getTime() - Date.now()) / 1000;
      let text;
      if (el.dataset.count === "up") {
        text = span(-off);
      } else if (off > 0) {
        text = "in " + span(Math.ceil(off));
      } else if (off > -overdueAfter) {
        text = "now";
      } else {
        text = "overdue " + span(-off);
        el.classList.add("overdue");
      }
      if (el.textContent !== text) el.textContent = text;
    }
  };
  setInterval(tick, 1000);

  // On a phone the navigation scrolls: the page that one is on stands in it.
  document.querySelector(".bar nav [aria-current]")?.scrollIntoView({ inline: "nearest", block: "nearest" });

  // The page says when it is not live, so that nobody trusts an old state.
  const live = (on) => document.getElementById("link")?.classList.toggle("lost", !on);
  document.addEventListener("htmx:sse:after:connection", () => live(true));
  document.addEventListener("htmx:sse:error", () => live(false));
  document.addEventListener("htmx:sse:close", () => live(false));

  // A connection that stood comes back by itself. One that was refused at first is asked for again.
  let without = 0; // seconds
  setInterval(() => {
    const el = document.getElementById("live");
    if (!el || document.hidden || el._htmx?.sse) return void (without = 0);
    live(false);
    if (++without % 5 === 0) htmx.trigger(el, "connect");
  }, 1000);

  // An answer that did not get through must not look as if it had.
  document.addEventListener("htmx:error", (event) => {
    if (event.detail?.ctx?.request?.method !== "POST") return;
    const told = document.createElement("p");
    told.className = "notice refused";
    told.setAttribute("role", "alert");
    told.textContent = "Tocsin could not be reached. Nothing was changed: try again.";
    document.getElementById("view")?.prepend(told);
  });

  // The filter closes like a menu.
  const closeFilter = () => document.getElementById("more")?.removeAttribute("open");
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("#more")) closeFilter();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeFilter();
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, select, textarea, [contenteditable]")) return;
    const search = document.getElementById("search");
    if (!search) return;
    event.preventDefault();
    search.focus();
  });
})();
