// Saving: every answer is written down on this device first, then sent, and crossed off only once the
// server has said that it is stored. What is not crossed off is sent again, also after a reload.

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8_000;
const PATIENCE_MS = 8_000;
const RESYNC_MS = 20_000;
const MOST_AT_ONCE = 200;

/** @typedef {{seq: number, place: number, choice: string}} Line */
/** @typedef {{unsent: Line[], flags: number[], place: number}} Notes */

/** What this device remembers of one attempt. */
export class Journal {
  constructor(/** @type {string} */ attempt) {
    this.key = `chizheng-attempt-${attempt}`;
    this.isKept = true;
    /** @type {Notes} */
    this.notes = { unsent: [], flags: [], place: 1, ...this.read() };
  }

  /** @returns {Partial<Notes>} */
  read() {
    try {
      return JSON.parse(window.localStorage.getItem(this.key) ?? "{}");
    } catch {
      return {};
    }
  }

  write() {
    try {
      window.localStorage.setItem(this.key, JSON.stringify(this.notes));
      this.isKept = true;
    } catch {
      this.isKept = false;
    }
  }

  forget() {
    try {
      window.localStorage.removeItem(this.key);
    } catch {
      this.isKept = false;
    }
  }
}

/** The server's no, with the code that the page acts on. */
export class Refusal extends Error {
  constructor(/** @type {number} */ status, /** @type {{error?: string, code?: string}} */ body) {
    super(body.error ?? "");
    this.status = status;
    this.code = body.code ?? "";
  }
}

/**
 * Sends what the journal holds, one batch at a time, and says how things stand after every step.
 *
 * @typedef {{saved: (remainingMs: number) => void, changed: () => void, refused: (refusal: Refusal) => void}} Listener
 */
export class Saves {
  /**
   * @param {Journal} journal
   * @param {{place: string, responses: string, time: string}} urls
   * @param {Listener} listener
   */
  constructor(journal, urls, listener) {
    this.journal = journal;
    this.urls = urls;
    this.listener = listener;
    this.token = "";
    this.lastSeq = 0;
    this.retryMs = FIRST_RETRY_MS;
    this.isSending = false;
    this.isStopped = false;
    /** @type {Date | null} */
    this.offlineSince = null;
    /** @type {number | undefined} */
    this.timer = undefined;
    window.addEventListener("online", () => this.soon(0));
    window.addEventListener("offline", () => this.lost());
    document.addEventListener("visibilitychange", () => this.soon(0));
  }

  /**
   * Open the room here: from now on this page alone may write.
   *
   * @returns {Promise<{choices: Record<string, string>, conflicts: number[], remainingMs: number}>}
   */
  async open() {
    const answer = await this.ask(this.urls.place, { method: "POST" });
    this.token = answer.token;
    this.lastSeq = answer.last_seq;
    const conflicts = this.reconcile(answer.choices);
    this.soon(0);
    return { choices: answer.choices, conflicts, remainingMs: answer.remaining_ms };
  }

  /**
   * Compare what this device still holds with what the server has. A number that the server has used
   * already was either ours, then all is well, or another window's, then the server's word stands.
   *
   * @returns {number[]} the places to look at again
   */
  reconcile(/** @type {Record<string, string>} */ choices) {
    const latest = new Map(this.journal.notes.unsent.map((line) => [line.place, line]));
    const lines = [...latest.values()];
    const open = lines.filter((line) => line.seq > this.lastSeq);
    const used = lines.filter((line) => line.seq <= this.lastSeq);
    open.forEach((line) => (choices[line.place] = line.choice));
    this.lastSeq = Math.max(this.lastSeq, ...open.map((line) => line.seq));
    this.journal.notes.unsent = open.sort((one, other) => one.seq - other.seq);
    this.journal.write();
    return used.filter((line) => (choices[line.place] ?? "") !== line.choice).map((line) => line.place);
  }

  /** Write an answer down and send it; an older one to the same item that is not under way is dropped. */
  record(/** @type {number} */ place, /** @type {string} */ choice) {
    const notes = this.journal.notes;
    notes.unsent = notes.unsent.filter((line) => line.place !== place || this.sending?.has(line.seq));
    this.lastSeq += 1;
    notes.unsent.push({ seq: this.lastSeq, place, choice });
    this.journal.write();
    this.listener.changed();
    if (!this.offlineSince) this.soon(0);
  }

  /** @returns {Set<number>} the places whose answer the server does not hold yet */
  get unsavedPlaces() {
    return new Set(this.journal.notes.unsent.map((line) => line.place));
  }

  stop() {
    this.isStopped = true;
    window.clearTimeout(this.timer);
  }

  soon(/** @type {number} */ ms) {
    if (this.isStopped) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.send(), ms);
  }

  /** Send what is unsent; with nothing to send, ask for the time, which also shows that the line holds. */
  async send() {
    if (this.isSending || this.isStopped || !this.token) return;
    this.isSending = true;
    const batch = this.journal.notes.unsent.slice(0, MOST_AT_ONCE);
    this.sending = new Set(batch.map((line) => line.seq));
    try {
      this.arrived(batch.length ? await this.post(batch) : await this.ask(this.urls.time, {}));
    } catch (error) {
      if (error instanceof Refusal && error.status < 500) this.listener.refused(error);
      else this.lost();
    } finally {
      this.isSending = false;
      this.sending = undefined;
      this.listener.changed();
      this.next();
    }
  }

  next() {
    if (this.offlineSince) return;
    this.soon(this.journal.notes.unsent.length ? 0 : RESYNC_MS);
  }

  post(/** @type {Line[]} */ batch) {
    return this.ask(this.urls.responses, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ responses: batch }),
    });
  }

  arrived(/** @type {{remaining_ms: number}} */ answer) {
    const stored = this.sending ?? new Set();
    this.journal.notes.unsent = this.journal.notes.unsent.filter((line) => !stored.has(line.seq));
    this.journal.write();
    this.offlineSince = null;
    this.retryMs = FIRST_RETRY_MS;
    this.listener.saved(answer.remaining_ms);
  }

  /** The line is broken: say since when, and try again, later each time. */
  lost() {
    this.offlineSince ??= new Date();
    this.listener.changed();
    this.soon(this.retryMs * (0.5 + Math.random() / 2));
    this.retryMs = Math.min(LAST_RETRY_MS, this.retryMs * 2);
  }

  /** @returns {Promise<any>} */
  async ask(/** @type {string} */ url, /** @type {RequestInit} */ options) {
    const patience = new AbortController();
    const timer = window.setTimeout(() => patience.abort(), PATIENCE_MS);
    const headers = { ...options.headers, "Attempt-Token": this.token };
    try {
      const answer = await fetch(url, { ...options, headers, signal: patience.signal, redirect: "error", cache: "no-store" });
      const body = await answer.json();
      if (!answer.ok) throw new Refusal(answer.status, body);
      return body;
    } finally {
      window.clearTimeout(timer);
    }
  }
}
