// What this device and this tab remember of an attempt.
//
// The journal lies in localStorage and not in IndexedDB, because localStorage is written before the click
// that gave the answer has returned: a tab that crashes, is closed or reloaded in the same instant has lost
// nothing. IndexedDB answers later and could not promise that. Neither outlives a power cut within the
// browser's own delay of a few seconds, and for that each line is on its way to the server at once.

/**
 * One answer: its number, the item's place, the letters, and the time that was left when it was given.
 *
 * @typedef {{seq: number, place: number, choice: string, left_ms: number}} Line
 * @typedef {{number: number, seconds: number}} Leave
 */

/**
 * @typedef {object} Notes
 * @property {Line[]} unsent what the server has not yet said that it holds
 * @property {Leave[]} leaves times of leaving the page that the server has not yet counted
 * @property {number[]} flags
 * @property {number} place the item that is open
 * @property {number} opened the place (of the room) that these notes were last written in
 * @property {number} acked the last number that the server is known to hold
 * @property {string} token the token of that place, so that the rest can be sent after the end
 * @property {string} fileKey the key that a hand-in file of that place is sealed with
 */

/** @type {Notes} */
const NOTHING = { unsent: [], leaves: [], flags: [], place: 1, opened: 0, acked: 0, token: "", fileKey: "" };

/** What this device remembers of one attempt. */
export class Journal {
  constructor(/** @type {string} */ attempt) {
    this.key = `chizheng-attempt-${attempt}`;
    this.isKept = true;
    this.isClosed = false;
    /** @type {Notes} */
    this.notes = structuredClone(NOTHING);
    this.refresh();
  }

  /** Take up what lies on this device; another window may have written it until a moment ago. */
  refresh() {
    this.notes = { ...structuredClone(NOTHING), ...this.read() };
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
    if (this.isClosed) return;
    try {
      window.localStorage.setItem(this.key, JSON.stringify(this.notes));
      this.isKept = true;
    } catch {
      this.isKept = false;
    }
  }

  /** Another window has the paper, and the notes with it: write nothing more from here. */
  close() {
    this.isClosed = true;
  }

  /** @returns {Line[]} the newest unsent line of each item, in the order they were written */
  get newest() {
    return newestOfEach(this.notes.unsent);
  }

  /**
   * Cross off what the server holds, and older answers to the same items with it.
   *
   * @param {Line[]} batch
   * @param {number} lastSeq
   */
  crossOff(batch, lastSeq) {
    const stored = new Map(batch.map((line) => [line.place, line.seq]));
    this.notes.unsent = this.notes.unsent.filter((line) => line.seq > (stored.get(line.place) ?? 0));
    this.notes.acked = Math.max(this.notes.acked, lastSeq);
    this.write();
  }

  /** Forget everything, unless something has not reached the server: the outcome's page sees to that. */
  leave() {
    if (this.notes.unsent.length) this.close();
    else this.forget();
  }

  forget() {
    this.close();
    try {
      window.localStorage.removeItem(this.key);
    } catch {
      this.isKept = false;
    }
  }
}

/** @returns {Line[]} */
function newestOfEach(/** @type {Line[]} */ lines) {
  return [...new Map(lines.map((line) => [line.place, line])).values()].sort((one, other) => one.seq - other.seq);
}

/**
 * The token of the place that this tab holds. It lies in the tab's own storage only from the moment the page
 * goes until it comes back: a reload finds it, and a copy of the tab, which gets a copy of that storage, does not.
 */
export class Place {
  constructor(/** @type {string} */ attempt) {
    this.key = `chizheng-place-${attempt}`;
    this.token = this.take(this.key);
    this.wantsToTakeOver = this.take(`${this.key}-take`) !== "";
    window.addEventListener("pagehide", () => this.token && this.leave(this.key, this.token));
  }

  /** Come back and take the paper over: somebody has asked for it here. */
  reloadToTakeOver() {
    this.leave(`${this.key}-take`, "1");
    window.location.reload();
  }

  take(/** @type {string} */ key) {
    try {
      const found = window.sessionStorage.getItem(key) ?? "";
      window.sessionStorage.removeItem(key);
      return found;
    } catch {
      return "";
    }
  }

  leave(/** @type {string} */ key, /** @type {string} */ value) {
    try {
      window.sessionStorage.setItem(key, value);
    } catch {
      // Without storage a reload asks once whether to go on here, and nothing is lost.
    }
  }
}
