// The exam room: one item at a time, every answer saved at once, the time as the server says it.
// All sentences come from the page, so that both languages read the same code.

import { Countdown, clockText } from "./room-clock.js";
import { TimerSwitch, offerSizes } from "./room-comfort.js";
import { saveFile } from "./room-file.js";
import { Journal, Place } from "./room-journal.js";
import { LETTERS, listenToKeys } from "./room-keys.js";
import { watchLeaves } from "./room-leaves.js";
import { announce, button, closeDialogs, dialog, dropNotice, element, embedded, make, notice, openOnly, pause, say, texts, wallClock } from "./room-page.js";
import { buildPalette, showPalette } from "./room-palette.js";
import { showFlag, showItem, showLetters } from "./room-question.js";
import { showReview } from "./room-review.js";
import { Refusal, Saves } from "./room-saves.js";

/** @typedef {import("./room-keys.js").Acts} Acts */
/** @typedef {import("./room-question.js").Item} Item */
/** @typedef {import("./room-saves.js").Word} Word */

const WARN_MS = 10 * 60_000;
const URGENT_MS = 5 * 60_000;
const NOTICE_MS = 5_000;
const AGAIN_MS = 2_000;
// A difference of the trip is smaller, a line in the time ledger is larger.
const LEDGER_MS = 1_500;

/** @type {Item[]} */
const paper = embedded("room-paper");
const room = element("room");
const data = /** @type {Record<string, string>} */ (room.dataset);
const limit = Number(data.leaveLimit);

const journal = new Journal(data.attempt);
const held = new Place(data.attempt);
/** @type {Set<number>} */
let flags = new Set();
/** @type {Map<number, string>} place to letters */
const choices = new Map();
let place = 1;
let isReviewing = false;
let isEnding = false;
let isLeaving = false;
let leaveCount = Number(data.leaves);
/** @type {number | null} */
let extraSeconds = null;
/** @type {Countdown} */
let countdown;

const saves = new Saves(
  journal,
  held,
  { place: data.api, responses: data.responses, time: data.time, leaves: data.leavesUrl },
  { saved, heard, held: cameTooLate, left, changed: showState, refused },
);
const otherWindows = "BroadcastChannel" in window ? new BroadcastChannel(journal.key) : null;
const timerSwitch = new TimerSwitch(URGENT_MS);

/* One item */

function showQuestion() {
  const at = { place, count: paper.length, letters: choices.get(place) ?? "", isFlagged: flags.has(place) };
  showItem(paper[place - 1], at, { answer, flag: toggleFlag });
  /** @type {HTMLButtonElement} */ (element("previous")).disabled = place === 1;
  /** @type {HTMLButtonElement} */ (element("next")).disabled = place === paper.length;
}

/** Keep an answer: on the page, on this device, and on its way to the server. */
function answer(/** @type {string} */ letters) {
  if (countdown.left <= 0 || isEnding || isLeaving) return showLetters(choices.get(place) ?? "");
  if (letters) choices.set(place, letters);
  else choices.delete(place);
  showLetters(letters);
  return saves.record(place, letters, countdown.left);
}

/** Choose or drop an option by its key; the focus goes there, so that a screen reader says what became of it. */
function choose(/** @type {string} */ letter) {
  element(`option-${letter}`).focus({ preventScroll: true });
  const now = choices.get(place) ?? "";
  if (!paper[place - 1].many) return answer(now === letter ? "" : letter);
  const letters = now.includes(letter) ? now.replace(letter, "") : now + letter;
  return answer([...letters].sort().join(""));
}

function toggleFlag() {
  if (!flags.delete(place)) flags.add(place);
  journal.notes.flags = [...flags];
  journal.write();
  showFlag(flags.has(place));
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

/* How things stand */

/** Bring everything that tells how things stand up to date. */
function showState() {
  const unsaved = saves.unsavedPlaces;
  showPalette({ count: paper.length, here: isReviewing ? 0 : place, answered: choices, flagged: flags, unsaved });
  showSaves(unsaved.size);
  element("foot-count").textContent = `${choices.size}/${paper.length}`;
  if (!isReviewing) return;
  const review = { count: paper.length, answered: choices, flagged: flags, unsaved: unsaved.size, isOffline: saves.offlineSince !== null };
  showReview(review, { goTo, back: () => goTo(place), handIn: () => dialog("confirm").showModal() });
}

function showSaves(/** @type {number} */ unsaved) {
  const offline = saves.offlineSince;
  const state = offline ? "offline" : unsaved ? "pending" : "saved";
  const pending = unsaved ? say("pending", { count: unsaved }) : texts.saved;
  const text = offline ? say("offline", { time: wallClock(offline) }) : pending;
  const shown = element("save-text");
  const before = element("save-state").dataset.state;
  element("save-state").dataset.state = state;
  if (shown.textContent !== text) shown.textContent = text;
  if (state === "offline" && before !== "offline") {
    notice("line", texts.offlineNotice, "warning", button(texts.saveFile, "btn btn-secondary btn-sm", () => offerFile("file")));
  }
  if (state === "saved" && before !== "saved" && element("notices").querySelector("[data-name=line]")) {
    dropNotice("file");
    notice("line", texts.online, "success");
    window.setTimeout(() => state === element("save-state").dataset.state && dropNotice("line"), NOTICE_MS);
  }
}

/** Save what is unsent as a file, and say what to do with it. */
async function offerFile(/** @type {string} */ where) {
  const text = texts[await saveFile(journal, data.attempt)];
  if (where === "file") notice("file", text, "info");
  else element(where).textContent = text;
}

function saved(/** @type {number} */ remainingMs, /** @type {number} */ at) {
  if (Math.abs(countdown.sync(remainingMs, at)) > LEDGER_MS) saves.askSoon();
}

/** The server says how the attempt stands. */
function heard(/** @type {Word} */ word) {
  if (word.state === "handed_in") return leaveFor(data.outcome);
  showExtra(word.extra_seconds);
  if (word.state === "paused") {
    isEnding = false;
    countdown.hold(word.remaining_ms);
    return openOnly("paused");
  }
  countdown.sync(word.remaining_ms, word.at);
  if (dialog("paused").open) {
    dialog("paused").close();
    announce(texts.resumed);
  }
  return undefined;
}

/** Say what was given on top of the allowance, and say it aloud when more is given. */
function showExtra(/** @type {number} */ seconds) {
  const amount = (/** @type {number} */ part) =>
    part < 60 ? say("seconds", { count: part }) : say("minutes", { count: Math.floor(part / 60) });
  if (extraSeconds !== null && seconds > extraSeconds) {
    notice("extra", say("extraGiven", { amount: amount(seconds - extraSeconds) }), "info");
    window.setTimeout(() => dropNotice("extra"), NOTICE_MS * 4);
  }
  extraSeconds = seconds;
  element("extra").hidden = seconds <= 0;
  element("extra").textContent = say("extra", { amount: amount(seconds) });
}

function cameTooLate(/** @type {number[]} */ places) {
  notice("held", say("held", { places: places.join(texts.pause) }), "warning");
}

/* Review and views */

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

function openPalette(/** @type {boolean} */ open) {
  element("palette").classList.toggle("is-open", open);
  element("palette-open").setAttribute("aria-expanded", String(open));
}

/* The end */

/** Leave for good; what never reached the server stays in the journal, and the outcome's page takes it up. */
function leaveFor(/** @type {string} */ address) {
  isLeaving = true;
  saves.stop();
  countdown?.stop();
  journal.leave();
  window.location.assign(address);
}

/** @returns {Promise<"done" | "refused" | "offline">} what became of handing in; doing it again is harmless */
async function handIn() {
  const form = /** @type {HTMLFormElement} */ (element("hand-in"));
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  try {
    const answered = await fetch(form.action, { method: "POST", body, redirect: "manual", cache: "no-store" });
    if (answered.ok || answered.type === "opaqueredirect") return "done";
    return answered.status < 500 ? "refused" : "offline";
  } catch {
    return "offline";
  }
}

/** The candidate hands in; without a line nothing has happened, and that is said. */
async function handInNow(/** @type {Event} */ event) {
  event.preventDefault();
  if (saves.unsavedPlaces.size || isLeaving) return;
  const outcome = await handIn();
  if (outcome === "done") return leaveFor(data.outcome);
  closeDialogs();
  if (outcome === "offline") saves.lost();
  const reload = button(texts.reload, "btn btn-secondary btn-sm", () => window.location.reload());
  notice("hand-in", texts.notHandedIn, "danger", ...(outcome === "refused" ? [reload] : []));
}

/** The time is over: send what is unsent, hear whether more was given, hand in; again until the line holds. */
async function end() {
  if (!saves.isOpen || isEnding || isLeaving) return;
  isEnding = true;
  element("ending-text").textContent = texts.ending;
  element("ending-file").hidden = true;
  openOnly("ending");
  while (isEnding && !isLeaving && !saves.isStopped) {
    const word = await saves.settle();
    if (!isEnding || isLeaving || saves.isStopped) return;
    if (word && word.remaining_ms > 1_000) return goOn();
    if (word && word.remaining_ms > 0) {
      await pause(word.remaining_ms);
      continue;
    }
    const outcome = word ? await handIn() : "offline";
    if (outcome === "done") return leaveFor(data.outcome);
    element("ending-text").textContent = outcome === "offline" ? texts.endingOffline : texts.endingRefused;
    element("ending-file").hidden = saves.unsavedPlaces.size === 0;
    await pause(AGAIN_MS);
  }
}

/** More time was given in the last moment. */
function goOn() {
  isEnding = false;
  dialog("ending").close();
  saves.askSoon();
}

/** The server said no: act on its reason. */
function refused(/** @type {Refusal} */ refusal) {
  if (refusal.code === "handed_in" || refusal.code === "over") return leaveFor(data.outcome);
  if (refusal.code === "other_place") return lock();
  if (refusal.code === "paused") {
    isEnding = false;
    countdown.hold(countdown.left);
    return openOnly("paused");
  }
  saves.stop();
  const isSignedOut = refusal.status === 403;
  const text = isSignedOut ? texts.signedOut : say("rejected", { error: refusal.message });
  const way = isSignedOut
    ? make("a", { href: data.signIn }, texts.signIn)
    : button(texts.reload, "btn btn-secondary btn-sm", () => window.location.reload());
  if (!isEnding) return notice("refused", text, "danger", way);
  element("ending-file").hidden = saves.unsavedPlaces.size === 0;
  return element("ending-text").replaceChildren(text, " ", way);
}

/** Another window has the paper: stop here at once. */
function lock() {
  isLeaving = true;
  journal.close();
  saves.stop();
  countdown?.stop();
  openOnly("locked");
}

/* Leaving the page */

/** Back after some seconds: it is written down, and what that means is said. */
function cameBack(/** @type {number} */ seconds) {
  if (!saves.isOpen || saves.isPaused || isEnding || isLeaving) return;
  const count = leaveCount + journal.notes.leaves.length + 1;
  saves.recordLeave({ number: count, seconds });
  const isLast = limit > 0 && count >= limit;
  element("left-text").textContent = say("left", { seconds, count });
  element("left-rule").textContent = limit === 0 ? texts.leftNoLimit : say(isLast ? "leftLast" : "leftLimit", { limit });
  element("left-close").hidden = isLast;
  openOnly("left");
}

/** The server has counted it. */
function left(/** @type {{count: number, handed_in: boolean}} */ counted) {
  leaveCount = counted.count;
  if (counted.handed_in) leaveFor(data.outcome);
  else element("left-close").hidden = false;
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
    help: () => dialog("help").showModal(),
  };
}

function sayTime() {
  const seconds = Math.ceil(countdown.left / 1000);
  announce(say("timeLeft", { minutes: Math.floor(seconds / 60), seconds: seconds % 60 }));
}

/* Opening */

function showTime(/** @type {number} */ remaining) {
  const timer = element("timer");
  const text = clockText(remaining);
  if (timer.textContent !== text) timer.textContent = text;
  timer.dataset.tone = remaining <= URGENT_MS ? "urgent" : remaining <= WARN_MS ? "warn" : "calm";
  timerSwitch.tick(remaining);
}

function wire() {
  element("previous").addEventListener("click", () => goTo(place - 1));
  element("next").addEventListener("click", () => goTo(place + 1));
  element("to-review").addEventListener("click", openReview);
  element("to-help").addEventListener("click", () => dialog("help").showModal());
  element("palette-open").addEventListener("click", () => openPalette(!element("palette").classList.contains("is-open")));
  element("palette-close").addEventListener("click", () => openPalette(false));
  element("confirm-close").addEventListener("click", () => dialog("confirm").close());
  element("take-over").addEventListener("click", () => held.reloadToTakeOver());
  element("hand-in").addEventListener("submit", handInNow);
  element("ending-file").addEventListener("click", () => offerFile("ending-note"));
  element("left-close").addEventListener("click", () => dialog("left").close());
  for (const id of ["elsewhere", "locked", "paused", "left", "ending"]) {
    dialog(id).addEventListener("cancel", (event) => event.preventDefault());
  }
  window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && saves.unsavedPlaces.size) event.preventDefault();
  });
  otherWindows?.addEventListener("message", lock);
  offerSizes(data.largePrint === "yes");
  listenToKeys(acts);
  watchLeaves(cameBack);
}

/** Ask whether to go on here; the paper is open somewhere else. */
async function asked(/** @type {string} */ since) {
  const text = since ? say("elsewhereSince", { time: wallClock(new Date(since)) }) : texts.elsewhere;
  element("elsewhere-text").textContent = text;
  openOnly("elsewhere");
  await new Promise((go) => element("go-on-here").addEventListener("click", go, { once: true }));
  dialog("elsewhere").close();
}

/** Open the room here, again and again until the line holds; nothing where the server says no. */
async function open() {
  let takesOver = held.wantsToTakeOver;
  for (let waitMs = 500; ; waitMs = Math.min(8_000, waitMs * 2)) {
    try {
      return await saves.open(takesOver);
    } catch (error) {
      const refusal = error instanceof Refusal && error.status < 500 ? error : null;
      if (refusal?.code === "open_elsewhere") {
        await asked(refusal.since);
        takesOver = true;
      } else if (refusal?.status === 403 && held.token) {
        // A token from before the server's keys were changed says nothing any more.
        held.token = "";
      } else if (refusal) {
        refused(refusal);
        return null;
      } else {
        saves.lost();
        await pause(waitMs);
      }
    }
  }
}

async function start() {
  buildPalette(paper.map((item) => item.kind), goTo);
  countdown = new Countdown(Number(data.remainingMs), {
    tick: showTime,
    reach: (minutes) => announce(say("minutesLeft", { count: minutes })),
    end,
    parted: () => saves.askSoon(),
  });
  wire();
  const opened = await open();
  if (!opened) return;
  otherWindows?.postMessage("opened");
  leaveCount = opened.leaves;
  flags = new Set(journal.notes.flags);
  place = Math.min(Math.max(1, journal.notes.place), paper.length);
  for (const [number, letters] of Object.entries(opened.choices)) if (letters) choices.set(Number(number), letters);
  if (opened.conflicts.length) notice("conflict", say("conflict", { places: conflictText(opened.conflicts) }), "warning");
  if (!journal.isKept) notice("storage", texts.noStorage, "warning");
  room.hidden = false;
  showQuestion();
  showState();
  heard(opened.word);
  if (opened.word.state === "answering" && opened.word.remaining_ms === 0) end();
}

function conflictText(/** @type {import("./room-journal.js").Line[]} */ lines) {
  const one = (/** @type {import("./room-journal.js").Line} */ line) =>
    say("conflictOne", { place: line.place, choice: line.choice || texts.unanswered });
  return lines.map(one).join(texts.pause);
}

start();
