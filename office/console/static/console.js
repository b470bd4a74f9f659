// Keeps the page fresh: asks for what changed since the version that it has, and replaces only that; whole parts come
// when the office does not know that version. Says how long ago moments were, by the office's clock.
"use strict";
(() => {
  const live = () => document.getElementById("live");
  const stale = document.getElementById("stale");
  if (!live()) return;

  let ahead = 0; // of this machine's clock, in ms
  function setClock(told) {
    const found = Date.parse(told) - Date.now();
    if (Math.abs(found - ahead) > 1500) ahead = found || 0; // a second is as fine as answers tell it
  }
  // As `wording.ago` says it.
  function ago(at) {
    const seconds = Math.max(0, Math.floor((Date.now() + ahead - Date.parse(at)) / 1000));
    for (const [size, word] of [[86400, "天"], [3600, "小时"], [60, "分钟"]]) {
      if (seconds >= size) return `${Math.floor(seconds / size)} ${word}前`;
    }
    return seconds < 5 ? "刚刚" : `${seconds} 秒前`;
  }
  function tellTimes(root) {
    for (const each of root.querySelectorAll("time.ago")) {
      const words = ago(each.dateTime);
      if (each.textContent !== words) each.firstChild.data = words;
    }
  }

  // Makes what is new look as it was left: opened details stay open, and a picture stays until the next is loaded.
  function settle(fresh) {
    for (const each of fresh.querySelectorAll("details[id]")) {
      const old = document.getElementById(each.id);
      if (old) each.open = old.open;
    }
    for (const image of fresh.querySelectorAll(".shot img")) {
      const old = document.querySelector(`#${CSS.escape(image.closest("article").id)} .shot img`);
      if (!old) continue;
      const next = image.getAttribute("src");
      old.alt = image.alt;
      image.replaceWith(old);
      old.dataset.next = next;
    }
    tellTimes(fresh);
  }

  function isSeen(each) {
    const box = each.getBoundingClientRect();
    return box.bottom > 0 && box.top < window.innerHeight;
  }
  // Newer pictures are loaded where somebody can see them; the rest when they are scrolled to.
  function loadPictures() {
    if (document.hidden) return;
    for (const image of document.querySelectorAll(".shot img[data-next]")) {
      const next = image.dataset.next;
      if (image.getAttribute("src") === next || image.dataset.loading === next || !isSeen(image.parentElement)) continue;
      image.dataset.loading = next;
      const loader = new Image();
      loader.onload = () => image.dataset.next === next && image.setAttribute("src", next);
      loader.onerror = () => delete image.dataset.loading;
      loader.src = next;
    }
  }

  // Puts the focus back where it was, when that was replaced by its like.
  function keepFocus(change) {
    const had = document.activeElement, within = had && had.closest("#live article[id]");
    change();
    if (!had || had.isConnected) return;
    const alike = within && document.getElementById(within.id)?.querySelectorAll(had.tagName);
    const again = had.id
      ? document.getElementById(had.id)
      : [...(alike || [])].find((each) => each.getAttribute("href") === had.getAttribute("href"));
    if (again) again.focus({ preventScroll: true });
  }

  const replace = (fresh) => live().replaceChildren(...fresh.childNodes);

  // Parts that changed in a page whose parts stand as before: each takes the place of the one with its name.
  function replaceParts(fresh) {
    for (const { content } of fresh.querySelectorAll("template")) {
      const part = content.firstElementChild;
      document.getElementById(part.id).replaceWith(part);
    }
  }

  // Those that did not change stand among each other as before, for what orders them is what they show.
  function patch(fresh) {
    const tiles = document.querySelector("#live .tiles"), changed = fresh.querySelector(".tiles");
    const summary = fresh.querySelector("#summary");
    if (summary) document.getElementById("summary").replaceWith(summary);
    tiles.className = changed.className;
    const found = new Map([...tiles.children].map((each) => [each.id, each]));
    const come = new Map([...changed.children].map((each) => [each.id, each]));
    if (!("order" in fresh.dataset)) {
      for (const [id, each] of come) found.get(id).replaceWith(each);
      return;
    }
    const order = JSON.parse(fresh.dataset.order).map((id) => `screen-${id}`), kept = new Set(order);
    for (const [id, each] of found) if (come.has(id) || !kept.has(id)) each.remove();
    let at = tiles.firstElementChild;
    for (const id of order) {
      const each = come.get(id) || found.get(id);
      if (each === at) at = at.nextElementSibling;
      else tiles.insertBefore(each, at);
    }
  }

  let last = live().innerHTML;
  let tag = live().dataset.version ? `"${live().dataset.version}"` : "";
  async function refresh() {
    const headers = { Accept: "text/html", "X-Fragment": "live" };
    if (tag) headers["If-None-Match"] = tag;
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store", headers });
    if (answer.redirected || answer.status === 403) return location.reload();
    setClock(answer.headers.get("Date"));
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error(String(answer.status));
    const text = await answer.text();
    tag = ""; // until all of it stands
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("live");
    if (fresh && fresh.innerHTML !== last) {
      const isPatch = "changes" in fresh.dataset;
      const change = !isPatch ? replace : fresh.querySelector("template") ? replaceParts : patch;
      last = change === replace ? fresh.innerHTML : "";
      keepFocus(() => { settle(fresh); change(fresh); });
      loadPictures();
    }
    tag = answer.headers.get("ETag") || "";
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

  // Asks for new pictures of the screens that somebody can see just now: pictures are most of what a page costs, so one
  // that nobody has touched for two minutes asks once a minute.
  let touched = Date.now(), looked = 0;
  for (const kind of ["pointermove", "pointerdown", "keydown", "scroll", "visibilitychange"]) {
    document.addEventListener(kind, () => { touched = Date.now(); }, { capture: true, passive: true });
  }
  async function look() {
    const now = Date.now();
    if (now - touched > 120000 && now - looked < 60000) return;
    const seen = [...document.querySelectorAll("[data-screen]")].filter(isSeen);
    if (document.hidden || !seen.length) return;
    looked = now;
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

  setClock(document.querySelector("[data-now]")?.dataset.now);
  tellTimes(document);
  setInterval(() => { tellTimes(document); loadPictures(); }, 1000);
  keepFresh();
  if (live().dataset.look) keepLooking();
})();
