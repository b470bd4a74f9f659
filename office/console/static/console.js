// Keeps the page fresh: fetches it again and puts the new `#live` in place of the old one, when they differ.
"use strict";
(() => {
  const live = () => document.getElementById("live");
  const stale = document.getElementById("stale");
  if (!live()) return;

  const open = () => new Map([...document.querySelectorAll("#live details[id]")].map((each) => [each.id, each.open]));

  function replace(fresh) {
    const opened = open(), focus = document.activeElement && document.activeElement.id;
    for (const each of fresh.querySelectorAll("details[id]")) {
      if (opened.has(each.id)) each.open = opened.get(each.id);
    }
    // A picture that is loaded already stays until the new one is: no flicker.
    for (const image of fresh.querySelectorAll(".shot img")) {
      const old = document.querySelector(`#${CSS.escape(image.closest("article").id)} .shot img`);
      if (old && old.getAttribute("src") !== image.getAttribute("src")) {
        const next = image.getAttribute("src"), shown = image;
        shown.setAttribute("src", old.getAttribute("src"));
        const loader = new Image();
        loader.onload = () => shown.setAttribute("src", next);
        loader.src = next;
      }
    }
    live().replaceChildren(...fresh.childNodes);
    if (focus && document.getElementById(focus)) document.getElementById(focus).focus();
  }

  let last = live().innerHTML, tag = "";
  async function refresh() {
    const headers = { Accept: "text/html", "X-Fragment": "live" };
    if (tag) headers["If-None-Match"] = tag;
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store", headers });
    if (answer.redirected || answer.status === 403) return location.reload();
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error(String(answer.status));
    tag = answer.headers.get("ETag") || "";
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
    if (fresh && fresh.innerHTML !== last) {
      last = fresh.innerHTML;
      replace(fresh);
    }
  }

  const wait = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));
  async function keepFresh() {
    const every = Number(live().dataset.every);
    for (let misses = 0; ; ) {
      await wait(every * 2 ** Math.min(misses, 4));
      if (document.hidden) continue;
      try {
        await refresh();
        misses = 0;
      } catch {
        misses += 1;
      }
      stale.hidden = misses < 2;
    }
  }

  // Asks for new pictures of the screens that somebody can see just now.
  async function look() {
    const edge = window.innerHeight;
    const seen = [...document.querySelectorAll("[data-screen]")].filter((each) => {
      const box = each.getBoundingClientRect();
      return box.bottom > 0 && box.top < edge;
    });
    if (document.hidden || !seen.length) return;
    const form = new URLSearchParams(seen.map((each) => ["screen", each.dataset.screen]));
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    await fetch(live().dataset.look, { method: "POST", body: form, headers: { "X-CSRFToken": token } });
  }
  async function keepLooking() {
    for (;;) {
      try {
        await look();
      } catch {
        // The page says so already when the office does not answer.
      }
      await wait(5);
    }
  }

  keepFresh();
  if (live().dataset.look) keepLooking();
})();
