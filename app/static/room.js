// The exam room: one item at a time, every answer saved at once, the time as the server says it.
// All sentences come from the page, so that both languages read the same code.

import { Countdown, clockText } from "./room-clock.js";
import { LETTERS, listenToKeys } from "./room-keys.js";
import { announce, button, dialog, dropNotice, element, embedded, make, notice, say, texts, wallClock } from "./room-page.js";
import { buildPalette, showPalette } from "./room-palette.js";
import { Journal, Saves } from "./room-saves.js";

/** @typedef {import("./room-keys.js").Acts} Acts */
/** @typedef {{kind: string, many: boolean, marks: number, stem: string, options: string[]}} Item */

const WARN_MS = 10 * 60_000;
const URGENT_MS = 5 * 60_000;
const NOTICE_MS = 5_000;
/** The language of the items, whatever the page is in. */
const CHINESE = { lang: "zh-Hans-CN" };

/** @type {Item[]} */
const paper = embedded("room-paper");
const room = element("room");
const data = /** @type {Record<string, string>} */ (room.dataset);

const journal = new Journal(data.attempt);
const flags = new Set(journal.notes.flags);
/** @type {Map<number, string>} place to letters */
const choices = new Map();
let place = Math.min(Math.max(1, journal.notes.place), paper.length);
let isReviewing = false;
let isLeaving = false;
/** @type {Countdown} */
let countdown;

const saves = new Saves(
  journal,
  { place: data.api, responses: data.responses, time: data.time },
  { saved: (remainingMs) => countdown?.sync(remainingMs), changed: showState, refused },
);
const otherWindows = "BroadcastChannel" in window ? new BroadcastChannel(journal.key) : null;

/* One item */

function showQuestion() {
  const item = paper[place - 1];
  const sheet = element("question");
  sheet.replaceChildren(questionHead(item), optionsOf(item), questionTools());
  /** @type {HTMLButtonElement} */ (element("previous")).disabled = place === 1;
  /** @type {HTMLButtonElement} */ (element("next")).disabled = place === paper.length;
}

function questionHead(/** @type {Item} */ item) {
  const title = make("h2", { id: "question-title" }, say("position", { place }));
  const total = make("span", { class: "question-total" }, say("total", { count: paper.length }));
  const kind = make("span", { class: "tag tag-info" }, item.kind);
  const marks = make("span", { class: "question-marks" }, say("marks", { count: item.marks }));
  return make("div", { class: "question-head" }, title, total, kind, marks);
}

function optionsOf(/** @type {Item} */ item) {
  const legend = make("legend", { class: "stem", ...CHINESE }, item.stem);
  const hint = item.many ? [make("p", { class: "stem-hint", id: "stem-hint" }, texts.manyHint)] : [];
  const options = item.options.map((text, index) => optionOf(item, LETTERS[index], text));
  const described = item.many ? { "aria-describedby": "stem-hint" } : {};
  return make("fieldset", { class: "options", ...described }, legend, ...hint, ...options);
}

function optionOf(/** @type {Item} */ item, /** @type {string} */ letter, /** @type {string} */ text) {
  const control = make("input", {
    type: item.many ? "checkbox" : "radio",
    name: `place-${place}`,
    id: `option-${letter}`,
    value: letter,
    checked: (choices.get(place) ?? "").includes(letter),
  });
  control.addEventListener("change", readOptions);
  return make(
    "label",
    { class: "option", for: `option-${letter}` },
    control,
    make("span", { class: "option-letter" }, letter),
    make("span", { class: "option-text", ...CHINESE }, text),
  );
}

function questionTools() {
  const flagged = flags.has(place);
  const flag = button(`⚑ ${flagged ? texts.flagged : texts.flag}`, "btn btn-secondary btn-sm", toggleFlag);
  flag.id = "flag";
  flag.setAttribute("aria-pressed", String(flagged));
  const clear = button(texts.clear, "btn btn-link btn-sm", () => answer(""));
  clear.id = "clear";
  clear.hidden = !choices.get(place);
  return make("div", { class: "question-tools" }, flag, clear);
}

function readOptions() {
  const chosen = element("question").querySelectorAll("input:checked");
  answer([...chosen].map((control) => /** @type {HTMLInputElement} */ (control).value).join(""));
}

/** Keep an answer: on the page, on this device, and on its way to the server. */
function answer(/** @type {string} */ letters) {
  if (letters) choices.set(place, letters);
  else choices.delete(place);
  for (const control of element("question").querySelectorAll("input")) {
    control.checked = letters.includes(control.value);
  }
  element("clear").hidden = !letters;
  saves.record(place, letters);
}

/** Choose or drop an option by its key; the focus goes there, so that a screen reader says what became of it. */
function choose(/** @type {string} */ letter) {
  element(`option-${letter}`).focus({ preventScroll: true });
  const item = paper[place - 1];
  const now = choices.get(place) ?? "";
  if (!item.many) return answer(now === letter ? "" : letter);
  const letters = now.includes(letter) ? now.replace(letter, "") : now + letter;
  return answer([...letters].sort().join(""));
}

function toggleFlag() {
  if (!flags.delete(place)) flags.add(place);
  journal.notes.flags = [...flags];
  journal.write();
  const flag = element("flag");
  flag.setAttribute("aria-pressed", String(flags.has(place)));
  flag.textContent = `⚑ ${flags.has(place) ? texts.flagged : texts.flag}`;
  showState();
}

/** Turn to an item and put the reader there. */
function goTo(/** @type {number} */ wanted) {
  if (wanted < 1 || wanted > paper.length) return;
  place = wanted;
  journal.notes.place = place;
  journal.write();
  openView(false);
  openPalette(false);
  showQuestion();
  showState();
  element("question").focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
}

/* Palette and state */

/** Bring everything that tells how things stand up to date. */
function showState() {
  const unsaved = saves.unsavedPlaces;
  showPalette({ count: paper.length, here: isReviewing ? 0 : place, answered: choices, flagged: flags, unsaved });
  showSaves(unsaved);
  element("foot-count").textContent = `${choices.size}/${paper.length}`;
  if (isReviewing) showReview();
}

function showSaves(/** @type {Set<number>} */ unsaved) {
  const offline = saves.offlineSince;
  const state = offline ? "offline" : unsaved.size ? "pending" : "saved";
  const text = offline
    ? say("offline", { time: wallClock(offline) })
    : unsaved.size
      ? say("pending", { count: unsaved.size })
      : texts.saved;
  const shown = element("save-text");
  const before = element("save-state").dataset.state;
  element("save-state").dataset.state = state;
  if (shown.textContent !== text) shown.textContent = text;
  if (state === "offline" && before !== "offline") notice("line", texts.offlineNotice, "warning");
  if (state === "saved" && before !== "saved" && element("notices").querySelector("[data-name=line]")) {
    notice("line", texts.online, "success");
    window.setTimeout(() => state === element("save-state").dataset.state && dropNotice("line"), NOTICE_MS);
  }
}

/* Review and hand-in */

function openView(/** @type {boolean} */ reviewing) {
  isReviewing = reviewing;
  element("review").hidden = !reviewing;
  element("question").hidden = reviewing;
  room.classList.toggle("is-reviewing", reviewing);
}

function openReview() {
  openView(true);
  openPalette(false);
  showState();
  element("review").focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
}

function showReview() {
  const places = paper.map((_item, index) => index + 1);
  const open = places.filter((number) => !choices.has(number));
  const unsaved = saves.unsavedPlaces.size;
  const handIn = button(texts.handIn, "btn btn-primary", openConfirm);
  handIn.id = "to-confirm";
  const focused = document.activeElement?.id;
  element("review").replaceChildren(
    make("h2", { id: "review-title" }, texts.reviewTitle),
    open.length ? jumps("reviewOpen", open, "warn") : make("p", { class: "review-line good" }, say("reviewAll", { count: paper.length })),
    ...(flags.size ? [jumps("reviewFlagged", places.filter((number) => flags.has(number)), "info")] : []),
    make(
      "p",
      { class: `review-line ${unsaved ? "warn" : "good"}` },
      unsaved ? say("reviewUnsaved", { count: unsaved }) : say("reviewSaved", { count: choices.size }),
    ),
    make("div", { class: "form-actions" }, handIn, button(texts.back, "btn btn-secondary", () => goTo(place))),
  );
  if (focused === "to-confirm") element("to-confirm").focus();
  /** @type {HTMLButtonElement} */ (element("to-confirm")).disabled = unsaved > 0;
  showConfirm(open.length, unsaved);
}

function jumps(/** @type {string} */ name, /** @type {number[]} */ places, /** @type {string} */ tone) {
  const links = places.map((number) => make("li", {}, button(String(number), "jump", () => goTo(number))));
  for (const [index, link] of links.entries()) {
    link.firstElementChild?.setAttribute("aria-label", say("position", { place: places[index] }));
  }
  const lead = make("p", {}, say(name, { count: places.length }));
  return make("div", { class: `review-line ${tone}` }, lead, make("ul", { class: "jumps" }, ...links));
}

function showConfirm(/** @type {number} */ open, /** @type {number} */ unsaved) {
  element("confirm-text").textContent = say("confirmText", { answered: choices.size, open });
  /** @type {HTMLButtonElement} */ (element("hand-in-button")).disabled = unsaved > 0 || saves.offlineSince !== null;
}

function openConfirm() {
  dialog("confirm").showModal();
}

/** Leave for good: nothing is unsaved any more, or nothing can be saved any more. */
function leave(/** @type {() => void} */ how) {
  isLeaving = true;
  saves.stop();
  countdown?.stop();
  journal.forget();
  how();
}

/** The time is over: hand in as soon as the line holds. */
async function end() {
  for (const open of document.querySelectorAll("dialog[open]")) /** @type {HTMLDialogElement} */ (open).close();
  dialog("ending").showModal();
  saves.stop();
  for (;;) {
    const reached = await fetch(data.time, { cache: "no-store" }).then(() => true, () => false);
    if (reached) return leave(() => /** @type {HTMLFormElement} */ (element("hand-in")).submit());
    element("ending-text").textContent = texts.endingOffline;
    await new Promise((again) => window.setTimeout(again, 2_000));
  }
}

/** The server said no: act on its reason. */
function refused(/** @type {import("./room-saves.js").Refusal} */ refusal) {
  if (refusal.code === "handed_in" || refusal.code === "over") {
    return leave(() => window.location.assign(data.outcome));
  }
  if (refusal.code === "other_place") return lock();
  saves.stop();
  if (refusal.status === 403) {
    const link = make("a", { href: data.signIn }, texts.signIn);
    return notice("refused", texts.signedOut, "danger", link);
  }
  const reload = button(texts.reload, "btn btn-secondary btn-sm", () => window.location.reload());
  return notice("refused", say("rejected", { error: refusal.message }), "danger", reload);
}

/** Another window has the paper: stop here at once. */
function lock() {
  saves.stop();
  countdown?.stop();
  isLeaving = true;
  for (const open of document.querySelectorAll("dialog[open]")) /** @type {HTMLDialogElement} */ (open).close();
  dialog("locked").showModal();
}

/* Keyboard */

/** @returns {Acts} what the keys do */
function acts() {
  return {
    isReviewing,
    offered: LETTERS.slice(0, paper[place - 1].options.length),
    choose,
    move: (step) => goTo(place + step),
    flag: toggleFlag,
    review: openReview,
    time: sayTime,
    help: openHelp,
  };
}

function sayTime() {
  const seconds = Math.ceil(countdown.left / 1000);
  announce(say("timeLeft", { minutes: Math.floor(seconds / 60), seconds: seconds % 60 }));
}

function openHelp() {
  dialog("help").showModal();
}

function openPalette(/** @type {boolean} */ open) {
  element("palette").classList.toggle("is-open", open);
  element("palette-open").setAttribute("aria-expanded", String(open));
}

/* Opening */

function showTime(/** @type {number} */ left) {
  const timer = element("timer");
  const text = clockText(left);
  if (timer.textContent !== text) timer.textContent = text;
  timer.dataset.tone = left <= URGENT_MS ? "urgent" : left <= WARN_MS ? "warn" : "calm";
}

function wire() {
  element("previous").addEventListener("click", () => goTo(place - 1));
  element("next").addEventListener("click", () => goTo(place + 1));
  element("to-review").addEventListener("click", openReview);
  element("to-help").addEventListener("click", openHelp);
  element("palette-open").addEventListener("click", () => openPalette(!element("palette").classList.contains("is-open")));
  element("palette-close").addEventListener("click", () => openPalette(false));
  element("confirm-close").addEventListener("click", () => dialog("confirm").close());
  element("take-over").addEventListener("click", () => window.location.reload());
  element("hand-in").addEventListener("submit", () => leave(() => {}));
  for (const id of ["locked", "ending"]) dialog(id).addEventListener("cancel", (event) => event.preventDefault());
  window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && saves.unsavedPlaces.size) event.preventDefault();
  });
  otherWindows?.addEventListener("message", lock);
  listenToKeys(acts);
}

/** Open the room here, again and again until the line holds. */
async function open() {
  for (let waitMs = 500; ; waitMs = Math.min(8_000, waitMs * 2)) {
    try {
      return await saves.open();
    } catch (error) {
      if (error instanceof Error && "code" in error && /** @type {any} */ (error).status < 500) {
        refused(/** @type {any} */ (error));
        return null;
      }
      saves.lost();
      await new Promise((again) => window.setTimeout(again, waitMs));
    }
  }
}

async function start() {
  buildPalette(paper.map((item) => item.kind), goTo);
  countdown = new Countdown(Number(data.remainingMs), {
    tick: showTime,
    reach: (minutes) => announce(say("minutesLeft", { count: minutes })),
    end,
  });
  wire();
  const opened = await open();
  if (!opened) return;
  saves.offlineSince = null;
  otherWindows?.postMessage("opened");
  for (const [number, letters] of Object.entries(opened.choices)) if (letters) choices.set(Number(number), letters);
  countdown.sync(opened.remainingMs);
  if (opened.conflicts.length) notice("conflict", say("conflict", { places: opened.conflicts.join(texts.pause) }), "warning");
  journal.write();
  if (!journal.isKept) notice("storage", texts.noStorage, "warning");
  room.hidden = false;
  showQuestion();
  showState();
}

start();
