// The invigilators' board: asks the server every few seconds what has changed, and shows it row by row.
// Without it the page is a plain list that can be reloaded.

import { clockText } from "./room-clock.js";

const POLL_MS = 2500;
const TIMEOUT_MS = 10_000;
const TONES = { not_in: "neutral", answering: "good", offline: "bad", paused: "warn", handed_in: "info" };
// The places of a row in the server's answer, after its fingerprint.
const [ID, UNIT, ROOM, NAME, NUMBER, STATE, IRREGULAR, ANSWERED, SEEN, UNSENT, DEADLINE, LEFT, EXTRA, AWAY, CUT_OFF] =
  [...Array(15).keys()];

const board = /** @type {HTMLElement} */ (document.getElementById("board"));
const body = document.getElementById("board-rows");
const blank = /** @type {HTMLTemplateElement | null} */ (document.getElementById("board-row"));
const updated = /** @type {HTMLElement} */ (document.getElementById("board-updated"));
const lost = /** @type {HTMLElement} */ (document.getElementById("board-lost"));
const every = /** @type {HTMLInputElement | null} */ (document.getElementById("board-every"));
const words = board.dataset;

/** Rows by fingerprint, as the server last sent them. @type {Map<string, {row: any[], line: HTMLElement}>} */
let known = new Map();
let tag = "";
let serverAheadMs = Number(words.nowMs) - performance.now();
let lastUpdate = updated.textContent?.match(/\d+:\d+:\d+/)?.[0] ?? "";

const wallClock = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", timeStyle: "medium", hourCycle: "h23" });
const lines = new Map([...(body?.children ?? [])].map((line) => [/** @type {HTMLElement} */ (line).dataset.id, line]));

function filled(/** @type {string | undefined} */ text, /** @type {Record<string, string>} */ parts) {
  return Object.entries(parts).reduce((said, [name, part]) => said.replace(`{${name}}`, part), text ?? "");
}

async function poll() {
  try {
    const address = new URL(words.rows ?? "", window.location.href);
    if (known.size) address.searchParams.set("since", [...known.keys()].join(""));
    const answer = await fetch(address, {
      headers: tag ? { "If-None-Match": tag } : {},
      signal: AbortSignal.timeout(TIMEOUT_MS),
      cache: "no-store",
    });
    if (answer.status === 401 || answer.status === 403) return say(words.signedOut);
    if (answer.status !== 304 && !answer.ok) throw new Error(String(answer.status));
    hear(answer, answer.status === 304 ? null : await answer.json());
  } catch {
    say(filled(words.lost, { time: lastUpdate }));
  }
  window.setTimeout(poll, POLL_MS);
}

function say(/** @type {string | undefined} */ text) {
  if (lost.textContent !== text) lost.textContent = text ?? "";
  lost.hidden = false;
  board.classList.add("board-stale");
}

function hear(/** @type {Response} */ answer, /** @type {any} */ news) {
  const now = Number(answer.headers.get("Server-Time-Ms"));
  serverAheadMs = now - performance.now();
  tag = answer.headers.get("ETag") ?? "";
  if (news) show(news);
  lastUpdate = wallClock.format(now);
  updated.textContent = filled(words.updated, { time: lastUpdate });
  lost.hidden = true;
  board.classList.remove("board-stale");
}

function show(/** @type {any} */ news) {
  for (const [key, count] of Object.entries({ ...news.counts, irregular: news.irregular, total: news.total })) {
    const place = document.querySelector(`[data-count="${key}"] strong`);
    if (place) place.textContent = Number(count).toLocaleString("en");
  }
  const held = document.getElementById("board-held");
  if (held) {
    held.textContent = String(news.held);
    held.hidden = news.held === 0;
  }
  const all = document.getElementById("board-all");
  if (all) all.textContent = filled(words.all, { count: Number(news.shown).toLocaleString("en") });
  showRows(news);
}

function showRows(/** @type {any} */ news) {
  if (!body || !blank) return;
  const kept = new Map();
  for (const sent of news.rows) {
    const mark = typeof sent === "string" ? sent : sent[0];
    const one = typeof sent === "string" ? known.get(sent) : written(sent.slice(1), news.names);
    if (one) kept.set(mark, one);
  }
  known = kept;
  const shown = [...kept.values()].map((one) => one.line);
  for (const line of [...body.children]) if (!shown.includes(/** @type {HTMLElement} */ (line))) leave(line);
  shown.forEach((line, place) => {
    if (body.children[place] !== line) body.insertBefore(line, body.children[place] ?? null);
  });
  const none = document.getElementById("board-none");
  if (none) none.hidden = shown.length > 0;
  tick();
}

function leave(/** @type {Element} */ line) {
  lines.delete(/** @type {HTMLElement} */ (line).dataset.id);
  line.remove();
}

/** @returns {string} seconds as minutes and seconds */
function minutes(/** @type {number} */ seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Write what a row says into its line; a line that is there already keeps its tick and its focus. */
function written(/** @type {any[]} */ row, /** @type {string[]} */ names) {
  let line = /** @type {HTMLElement | undefined} */ (lines.get(row[ID]));
  if (!line) {
    line = /** @type {HTMLElement} */ (blank?.content.querySelector("tr")?.cloneNode(true));
    lines.set(row[ID], line);
  }
  line.dataset.id = row[ID];
  const box = /** @type {HTMLInputElement} */ (line.querySelector("input"));
  box.value = row[ID];
  box.setAttribute("aria-label", filled(words.tick, { name: row[NAME] }));
  const name = /** @type {HTMLAnchorElement} */ (cell(line, "name"));
  name.textContent = row[NAME];
  name.href = (words.timeline ?? "").replace("00000000-0000-0000-0000-000000000000", row[ID]);
  const state = cell(line, "state");
  state.textContent = board.getAttribute(`data-state-${row[STATE].replace("_", "-")}`);
  state.className = `tag tag-${TONES[/** @type {keyof typeof TONES} */ (row[STATE])]}`;
  const irregular = cell(line, "irregular");
  irregular.hidden = row[IRREGULAR] === 0;
  irregular.textContent = `${words.irregular}${row[IRREGULAR] > 1 ? ` ${row[IRREGULAR]}` : ""}`;
  const texts = {
    number: row[NUMBER],
    unit: names[row[UNIT]],
    room: names[row[ROOM]] || "—",
    answered: row[STATE] === "not_in" ? "—" : row[ANSWERED],
    left: row[LEFT] === null ? "—" : clockText(row[LEFT] * 1000),
    extra: row[EXTRA] ? `+${minutes(row[EXTRA])}` : "—",
    seen: row[SEEN] === null ? "—" : wallClock.format(row[SEEN] * 1000),
    unsent: row[UNSENT] || "—",
    away: row[AWAY] || "—",
    "cut-off": row[CUT_OFF] ? minutes(row[CUT_OFF]) : "—",
  };
  for (const [key, text] of Object.entries(texts)) cell(line, key).textContent = String(text);
  if (row[DEADLINE] === null) delete line.dataset.deadline;
  else line.dataset.deadline = row[DEADLINE];
  return { row, line };
}

function cell(/** @type {HTMLElement} */ line, /** @type {string} */ name) {
  return /** @type {HTMLElement} */ (line.querySelector(`[data-cell="${name}"]`));
}

/** Let the time that is left run between two answers, by the server's clock. */
function tick() {
  const now = performance.now() + serverAheadMs;
  for (const line of /** @type {Iterable<HTMLElement>} */ (body?.children ?? [])) {
    if (line.dataset.deadline) cell(line, "left").textContent = clockText(Math.max(0, Number(line.dataset.deadline) * 1000 - now));
  }
}

if (every && body) {
  every.hidden = false;
  every.addEventListener("change", () => {
    for (const box of body.querySelectorAll("input")) box.checked = every.checked;
  });
}
window.setInterval(tick, 1000);
poll();
