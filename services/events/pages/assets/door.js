/* The door on the organiser's phone, with a connection or without: who is expected, who is there, and scans that wait.
   Nobody is shown as there before the server has said so. A batch is sent under one key until it was answered. */
"use strict";
const words = JSON.parse(document.getElementById("words").textContent);
const activity = document.body.dataset.activity;
const english = document.documentElement.lang === "en";
const base = `/api/events/v1/activities/${activity}`;
const kept = `door:${activity}`;
const part = id => document.getElementById(id);
const state = Object.assign({ list: null, queue: [], batch: null, refused: [], ahead: 0, until: 0 }, read());
let token = opened();
let busy = false;

function read() {
  for (const key of Object.keys(localStorage).filter(key => key.startsWith("door:"))) {
    const found = JSON.parse(localStorage.getItem(key));
    if (found.until && found.until < Date.now() && !found.queue.length && !found.batch) localStorage.removeItem(key);
  }
  return JSON.parse(localStorage.getItem(kept) || "{}");
}

function keep() {
  localStorage.setItem(kept, JSON.stringify(state));
  show();
}

function opened() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem("door", given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return sessionStorage.getItem("door");
}

function tell(text) {
  part("notice").textContent = text;
}

function ask(path, options = {}) {
  const headers = { Authorization: `Bearer ${token}`, "Accept-Language": english ? "en" : "zh-CN", ...options.headers };
  return fetch(base + path, { ...options, headers, cache: "no-store" });
}

async function renew() {
  const answer = await ask("/door-list");
  if (!answer.ok) throw await trouble(answer);
  const date = Date.parse(answer.headers.get("Date") || "");
  state.list = await answer.json();
  state.ahead = Number.isNaN(date) ? 0 : Math.max(0, Date.now() - date);
  state.until = Date.parse(state.list.ends_at) + 86400000;
  keep();
}

async function trouble(answer) {
  if (answer.status === 401) return new Error(words.signed_out);
  const told = await answer.json().catch(() => ({}));
  return new Error(told.detail || `${answer.status}`);
}

async function send() {
  if (busy || !token) return;
  busy = true;
  try {
    while (state.batch || state.queue.length) {
      if (!state.batch) {
        state.batch = { key: crypto.randomUUID(), scans: state.queue.slice(0, 100) };
        state.queue = state.queue.slice(100);
        keep();
      }
      const answer = await ask("/scans", {
        method: "POST",
        headers: { "Content-Type": "application/json", "Idempotency-Key": state.batch.key },
        body: JSON.stringify({ scans: state.batch.scans }),
      });
      if (!answer.ok) throw await trouble(answer);
      settle((await answer.json()).answers);
    }
    await renew();
    tell(words.sent);
  } catch (error) {
    tell(error instanceof TypeError ? words.offline : error.message);
  } finally {
    busy = false;
    show();
  }
}

function settle(answers) {
  const sent = new Map(state.batch.scans.map(scan => [scan.id, scan]));
  for (const answer of answers) {
    const row = state.list.rows.find(row => row.person === answer.person);
    if (answer.outcome === "refused") {
      state.refused.push({ ...sent.get(answer.id), why: english ? answer.reason_en : answer.reason_zh });
    } else if (row) {
      row.present = true;
    }
  }
  state.batch = null;
  keep();
}

function scan(what) {
  const at = new Date(Date.now() - state.ahead).toISOString();
  state.queue.push({ id: crypto.randomUUID(), at, ...what });
  keep();
  send();
}

function named(scan) {
  return state.list.rows.find(row => row.person === scan.person || (scan.code || "").split(".")[2] === row.reference);
}

function enter(code) {
  const row = named({ code });
  tell(row ? `${row.label || row.person} · ${words.waits}` : words.unknown);
  scan({ code });
}

function item(list, text, ...children) {
  const found = document.createElement("li");
  found.append(text, ...children);
  list.append(found);
  return found;
}

function button(text, what, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.setAttribute("aria-label", `${text} ${what}`);
  made.addEventListener("click", act);
  return made;
}

function show() {
  const list = state.list;
  part("entrance").hidden = Boolean(token || list);
  part("desk").hidden = !list;
  if (!list) return;
  const waiting = [...state.queue, ...(state.batch ? state.batch.scans : [])];
  part("title").textContent = list.title;
  const starts = new Date(list.starts_at);
  part("about").textContent = starts.toLocaleString(english ? "en-GB" : "zh-CN", {
    timeZone: "Asia/Shanghai", dateStyle: "medium", timeStyle: "short" });
  const heads = rows => rows.reduce((sum, row) => sum + row.heads, 0);
  part("counts").textContent = words.counts
    .replace("{here}", heads(list.rows.filter(row => row.present))).replace("{all}", heads(list.rows))
    .replace("{waiting}", waiting.length);
  part("adults").hidden = list.adults_missing === 0;
  part("adults").textContent = words.adults.replace("{count}", list.adults_missing);
  const rows = part("rows");
  rows.replaceChildren();
  for (const row of list.rows) {
    const who = row.label || row.person;
    const about = document.createElement("span");
    const pickups = row.pickups.length ? `${words.pickups}${row.pickups.join("、")}` : "";
    about.className = "place";
    about.textContent = [`× ${row.heads}`, row.children.join("、"), pickups].filter(Boolean).join(" · ");
    const pending = waiting.some(scan => named(scan) === row);
    const mark = document.createElement("span");
    mark.className = row.present ? "chip free" : "chip";
    mark.textContent = row.present ? words.here : words.waits;
    item(rows, who, about, row.present || pending ? mark : button(words.came, who, () => scan({ person: row.person })));
  }
  const refused = part("refused").querySelector("ul");
  part("refused").hidden = !state.refused.length;
  refused.replaceChildren();
  for (const scan of state.refused) {
    const row = named(scan);
    const who = row ? row.label || row.person : scan.code || scan.person;
    item(refused, `${who}: ${scan.why} `, button(words.noted, who, () => {
      state.refused = state.refused.filter(other => other.id !== scan.id);
      keep();
    }));
  }
}

async function look() {
  const view = part("view");
  if (view.srcObject) {
    view.srcObject.getTracks().forEach(track => track.stop());
    view.srcObject = null;
    view.hidden = true;
    return;
  }
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  view.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  view.hidden = false;
  await view.play();
  let last = "";
  const again = async () => {
    if (!view.srcObject) return;
    const [found] = await detector.detect(view).catch(() => []);
    if (found && found.rawValue !== last) enter((last = found.rawValue));
    setTimeout(again, 300);
  };
  again();
}

part("entrance").addEventListener("submit", event => {
  event.preventDefault();
  token = part("token").value.trim();
  sessionStorage.setItem("door", token);
  begin();
});
part("seen").addEventListener("submit", event => {
  event.preventDefault();
  const code = part("code").value.trim();
  if (code) enter(code);
  part("code").value = "";
});
part("send").addEventListener("click", send);
part("clear").addEventListener("click", () => {
  if (state.queue.length || state.batch) return tell(words.not_yet);
  localStorage.removeItem(kept);
  sessionStorage.removeItem("door");
  location.reload();
});
if ("BarcodeDetector" in window) {
  part("camera").hidden = false;
  part("camera").addEventListener("click", () => look().catch(() => tell(words.no_camera)));
}
addEventListener("online", send);
setInterval(() => (state.queue.length || state.batch) && send(), 15000);
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/calendar/assets/door-worker.js", { scope: location.pathname }).catch(() => {});
}

async function begin() {
  show();
  if (!token) return tell(state.list ? words.signed_out : words.token);
  await send();
}

begin();
