// Saving: every answer is written down on this device first, then sent, and crossed off only once the
// server has said that it is stored. What is not crossed off is sent again, also after a reload.

import { pause } from "./room-page.js";

/** @typedef {import("./room-journal.js").Journal} Journal */
/** @typedef {import("./room-journal.js").Place} Place */
/** @typedef {import("./room-journal.js").Line} Line */
/** @typedef {{state: string, remaining_ms: number, extra_seconds: number, at: number}} Word how the server says an attempt stands */

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8_000;
const PATIENCE_MS = 8_000;
// Four sends a second at most: what is answered meanwhile goes along with the next.
const GAP_MS = 250;
// With nothing to save the server is asked every 10 s; while saves go through, every 30 s, for what they do not say.
const IDLE_MS = 10_000;
const STALE_MS = 30_000;
const PAUSED_MS = 3_000;
const MOST_AT_ONCE = 200;

/** The server's no, with the code that the page acts on. */
export class Refusal extends Error {
  constructor(/** @type {number} */ status, /** @type {{error?: string, code?: string, since?: string}} */ body) {
    super(body.error ?? "");
    this.status = status;
    this.code = body.code ?? "";
    this.since = body.since ?? "";
  }
}

/**
 * Sends what the journal holds, one batch at a time, and says how things stand after every step.
 *
 * @typedef {object} Listener
 * @property {(remainingMs: number, at: number) => void} saved
 * @property {(word: Word) => void} heard
 * @property {(places: number[]) => void} held
 * @property {(answer: {count: number, handed_in: boolean}) => void} left
 * @property {() => void} changed
 * @property {(refusal: Refusal) => void} refused
 */
export class Saves {
  /**
   * @param {Journal} journal
   * @param {Place} place
   * @param {{place: string, responses: string, time: string, leaves: string}} urls
   * @param {Listener} listener
   */
  constructor(journal, place, urls, listener) {
    this.journal = journal;
    this.place = place;
    this.urls = urls;
    this.listener = listener;
    this.lastSeq = 0;
    this.retryMs = FIRST_RETRY_MS;
    this.sentAt = -Infinity;
    this.heardAt = -Infinity;
    this.isOpen = false;
    this.isSending = false;
    this.isStopped = false;
    this.isPaused = false;
    /** @type {Set<number>} the numbers under way */
    this.sending = new Set();
    /** @type {Date | null} */
    this.offlineSince = null;
    /** @type {number | undefined} */
    this.timer = undefined;
    window.addEventListener("online", () => this.soon(0));
    window.addEventListener("offline", () => this.isOpen && !this.isStopped && this.lost());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.flushAndGo() : this.soon(0)));
    window.addEventListener("pagehide", () => this.flushAndGo());
  }

  /**
   * Open the room here: from now on this page alone may write.
   *
   * @returns {Promise<{choices: Record<string, string>, conflicts: Line[], leaves: number, word: Word}>}
   */
  async open(/** @type {boolean} */ takesOver) {
    const answer = await this.ask(this.urls.place, json({ take_over: takesOver }));
    this.journal.refresh();
    this.isOpen = true;
    this.offlineSince = null;
    this.place.token = answer.token;
    const conflicts = this.reconcile(answer);
    this.heardAt = performance.now();
    this.soon(0);
    return { choices: answer.choices, conflicts, leaves: answer.leaves, word: answer };
  }

  /**
   * Compare what this device still holds with what the server has, and keep what may still be sent.
   *
   * Where the paper was open somewhere else meanwhile and was answered there, nothing of ours is mixed in: the
   * server's word stands, and the candidate is told what was different here. A number that the server has used
   * already was either ours, then all is well, or another window's.
   *
   * @param {{choices: Record<string, string>, last_seq: number, place: number, token: string, file_key: string}} answer
   * @returns {Line[]} what this device had otherwise and does not send
   */
  reconcile({ choices, last_seq: lastSeq, place, token, file_key: fileKey }) {
    const notes = this.journal.notes;
    const lines = this.journal.newest;
    const wasElsewhere = notes.opened > 0 && place !== notes.opened + 1 && lastSeq !== notes.acked;
    const open = wasElsewhere ? [] : lines.filter((line) => line.seq > lastSeq);
    const lost = lines.filter((line) => !open.includes(line) && (choices[line.place] ?? "") !== line.choice);
    open.forEach((line) => (choices[line.place] = line.choice));
    this.lastSeq = Math.max(lastSeq, ...open.map((line) => line.seq));
    Object.assign(notes, { unsent: open, opened: place, acked: lastSeq, token, fileKey });
    this.journal.write();
    return lost;
  }

  /** Write an answer down and send it; an older one to the same item that is not under way is dropped. */
  record(/** @type {number} */ place, /** @type {string} */ choice, /** @type {number} */ leftMs) {
    const notes = this.journal.notes;
    notes.unsent = notes.unsent.filter((line) => line.place !== place || this.sending.has(line.seq));
    this.lastSeq += 1;
    notes.unsent.push({ seq: this.lastSeq, place, choice, left_ms: Math.ceil(leftMs) });
    this.journal.write();
    this.listener.changed();
    if (!this.offlineSince && !this.isPaused) this.soon(this.gap);
  }

  /** Note that the page was left; the server counts it. */
  recordLeave(/** @type {import("./room-journal.js").Leave} */ leave) {
    this.journal.notes.leaves.push(leave);
    this.journal.write();
    this.soon(0);
  }

  /** @returns {Set<number>} the places whose answer the server does not hold yet */
  get unsavedPlaces() {
    return new Set(this.journal.notes.unsent.map((line) => line.place));
  }

  /** @returns {number} the milliseconds until the next send is due */
  get gap() {
    return Math.max(0, this.sentAt + GAP_MS - performance.now());
  }

  stop() {
    this.isStopped = true;
    window.clearTimeout(this.timer);
  }

  soon(/** @type {number} */ ms) {
    if (this.isStopped || !this.isOpen) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.send(), ms);
  }

  /** Ask how the attempt stands as soon as may be: something has changed that a save does not say. */
  askSoon() {
    this.heardAt = -Infinity;
    this.soon(this.gap);
  }

  /** Send what is unsent, then what was counted here, then ask how the attempt stands where that is due. */
  async send() {
    if (this.isSending || this.isStopped || !this.isOpen) return;
    this.isSending = true;
    try {
      await this.sendBatch();
    } catch (error) {
      if (error instanceof Refusal && error.status < 500) this.refused(error);
      else this.lost();
    } finally {
      this.isSending = false;
      this.sending = new Set();
      this.listener.changed();
      this.next();
    }
  }

  async sendBatch() {
    this.sentAt = performance.now();
    const batch = this.isPaused ? [] : this.journal.newest.slice(0, MOST_AT_ONCE);
    this.sending = new Set(batch.map((line) => line.seq));
    const leave = this.journal.notes.leaves[0];
    if (batch.length) this.arrived(await this.ask(this.urls.responses, json({ responses: batch }), true), batch);
    else if (leave) await this.sendLeave(leave);
    if ((!batch.length && !leave) || performance.now() - this.heardAt > STALE_MS) await this.hear();
  }

  /** Have a leave counted; what does not make sense to the server is not sent again and again. */
  async sendLeave(/** @type {import("./room-journal.js").Leave} */ leave) {
    try {
      this.counted(await this.ask(this.urls.leaves, json(leave)));
    } catch (error) {
      if (!(error instanceof Refusal && error.status === 400)) throw error;
      this.journal.notes.leaves.shift();
      this.journal.write();
    }
  }

  /** Ask how the attempt stands; this is also what shows the invigilator that the page is there. */
  async hear() {
    /** @type {Word} */
    const word = await this.ask(`${this.urls.time}?unsaved=${this.unsavedPlaces.size}`, {});
    this.reached();
    this.heardAt = performance.now();
    this.isPaused = word.state === "paused";
    this.listener.heard(word);
    return word;
  }

  next() {
    if (this.offlineSince) return;
    if (this.isPaused) this.soon(PAUSED_MS);
    else this.soon(this.journal.notes.unsent.length || this.journal.notes.leaves.length ? this.gap : IDLE_MS);
  }

  /** Send everything and ask how the attempt stands; nothing where the line is broken or the server said no. */
  async settle() {
    window.clearTimeout(this.timer);
    while (this.isSending) await pause(50);
    while (this.journal.notes.unsent.length && !this.isStopped && !this.isPaused) {
      await this.send();
      window.clearTimeout(this.timer);
      if (this.offlineSince) return null;
    }
    if (this.isStopped) return null;
    try {
      return await this.hear();
    } catch (error) {
      if (error instanceof Refusal && error.status < 500) this.refused(error);
      else this.lost();
      window.clearTimeout(this.timer);
      return null;
    }
  }

  /** The page may be gone in a moment: the browser itself carries on with this request. Nothing is crossed off. */
  flushAndGo() {
    const batch = this.journal.newest.filter((line) => !this.sending.has(line.seq));
    if (!batch.length || !this.isOpen || this.isStopped || this.isPaused) return;
    const headers = { "Content-Type": "application/json", "Attempt-Token": this.place.token };
    const body = JSON.stringify({ responses: batch.slice(0, MOST_AT_ONCE) });
    fetch(this.urls.responses, { method: "POST", headers, body, keepalive: true, redirect: "error" }).catch(() => {});
    this.soon(this.gap);
  }

  /**
   * The server holds a batch.
   *
   * @param {{last_seq: number, held: number[], remaining_ms: number, at: number}} answer
   * @param {Line[]} batch
   */
  arrived(answer, batch) {
    this.journal.crossOff(batch, answer.last_seq);
    this.reached();
    if (answer.held.length) this.listener.held(answer.held);
    else this.listener.saved(answer.remaining_ms, answer.at);
  }

  counted(/** @type {{count: number, handed_in: boolean}} */ answer) {
    this.journal.notes.leaves.shift();
    this.journal.write();
    this.reached();
    this.listener.left(answer);
  }

  reached() {
    this.offlineSince = null;
    this.retryMs = FIRST_RETRY_MS;
  }

  /** The server said no. A pause is not the end: the lines are kept, and it is asked when it is over. */
  refused(/** @type {Refusal} */ refusal) {
    this.reached();
    if (refusal.code === "paused") {
      this.isPaused = true;
      this.askSoon();
    }
    this.listener.refused(refusal);
  }

  /** The line is broken: say since when, and try again, later each time. */
  lost() {
    this.offlineSince ??= new Date();
    this.listener.changed();
    this.soon(this.retryMs * (0.5 + Math.random() / 2));
    this.retryMs = Math.min(LAST_RETRY_MS, this.retryMs * 2);
  }

  /**
   * Ask the server; ``at`` is the moment of this page's clock that its answer speaks of, halfway of the trip.
   *
   * @param {string} url
   * @param {RequestInit} options
   * @param {boolean} keepalive whether the browser carries on with it when the page goes
   * @returns {Promise<any>}
   */
  async ask(url, options, keepalive = false) {
    const patience = new AbortController();
    const timer = window.setTimeout(() => patience.abort(), PATIENCE_MS);
    const token = this.place.token;
    const headers = { ...options.headers, ...(token ? { "Attempt-Token": token } : {}) };
    const sentAt = performance.now();
    try {
      const answer = await fetch(url, { ...options, headers, keepalive, signal: patience.signal, redirect: "error", cache: "no-store" });
      const body = await answer.json();
      if (!answer.ok) throw new Refusal(answer.status, body);
      return { ...body, at: (sentAt + performance.now()) / 2 };
    } finally {
      window.clearTimeout(timer);
    }
  }
}

export function json(/** @type {object} */ body) {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}
