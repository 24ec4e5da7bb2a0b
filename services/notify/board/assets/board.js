// What a script adds to a page that is whole without it: the figures stay fresh, and a screen turns its pages.
"use strict";

(() => {
  const { lookEvery, next, turnAfter } = document.body.dataset;
  const seconds = (text) => Math.max(1, Number(text) || 1) * 1000;

  // A screen turns only to a page that has come: without a connection the one that hangs there goes on to hang.
  const turn = async () => {
    try {
      const answer = await fetch(next, { cache: "no-cache" });
      if (answer.ok) {
        location.replace(next);
        return;
      }
    } catch {
      // The network is away, or the service starts anew.
    }
    setTimeout(turn, seconds(turnAfter));
  };

  // Nobody scrolls a screen, and it hangs far from the eye: a page is as large as it can be and still be seen whole.
  const fit = () => {
    const [page, main] = [document.body, document.querySelector("main")];
    const at = (scale) => {
      page.style.zoom = scale;
      const room = innerHeight / scale - document.querySelector("header").offsetHeight;
      main.style.minHeight = `${Math.max(0, Math.floor(room))}px`;
    };
    const whole = () => {
      const { scrollWidth, scrollHeight } = document.documentElement;
      return scrollWidth <= innerWidth && scrollHeight <= innerHeight;
    };
    let [least, most] = [0.3, 3];
    while (most - least > 0.02) {
      const scale = (least + most) / 2;
      at(scale);
      if (whole()) least = scale;
      else most = scale;
    }
    at(least);
  };

  if (next) {
    setTimeout(turn, seconds(turnAfter));
    fit();
    addEventListener("resize", fit);
    document.fonts.ready.then(fit);
  }
  if (!lookEvery) return;

  let tag = null;

  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(location.href, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-cache" });
    const known = tag;
    tag = answer.headers.get("ETag");
    if (answer.status !== 200 || known === null || tag === known) return;
    exchange(new DOMParser().parseFromString(await answer.text(), "text/html"));
  };

  // Folds that somebody has opened stay open, and the focus stays where it is.
  const exchange = (fresh) => {
    const focused = document.activeElement?.id;
    const opened = [...document.querySelectorAll("input:checked")].map((box) => box.id);
    const details = [...document.querySelectorAll("details")].map((each) => each.open);
    for (const part of ["main", ".facts", ".as-of time"]) {
      const [old, now] = [document.querySelector(part), fresh.querySelector(part)];
      if (old && now && old.innerHTML !== now.innerHTML) old.replaceWith(document.adoptNode(now));
    }
    for (const id of opened) {
      const box = document.getElementById(id);
      if (box) box.checked = true;
    }
    document.querySelectorAll("details").forEach((each, n) => { each.open = details[n] ?? false; });
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };

  const forEver = async () => {
    try {
      await look();
    } catch {
      // The network is away: the page stays as it is, and tells by its time how old it is.
    }
    setTimeout(forEver, seconds(lookEvery));
  };
  setTimeout(forEver, seconds(lookEvery));
})();
