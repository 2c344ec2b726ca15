// The time left, as the server says it. The page counts with the clock that nobody can set (performance.now)
// between two answers of the server; what the device takes for the time of day plays no part.

export const ANNOUNCED_MINUTES = [30, 15, 10, 5, 1];
// Smaller differences are the trip's, not the server's.
const NOISE_MS = 250;
// Where the two clocks of a device part, it has slept or its clock was set: the server is asked.
const PARTED_MS = 2_000;

/** Count down to the deadline; the server's word replaces ours whenever it comes. */
export class Countdown {
  /**
   * @param {number} remainingMs
   * @param {{tick: (left: number) => void, reach: (minutes: number) => void, end: () => void, parted: () => void}} listener
   */
  constructor(remainingMs, listener) {
    this.listener = listener;
    this.hasEnded = false;
    /** @type {number | null} what was left when the time was made to stand still */
    this.heldMs = null;
    this.endsAt = performance.now() + remainingMs;
    this.parting = Date.now() - performance.now();
    this.announced = minutesAbove(remainingMs);
    /** @type {number | undefined} */
    this.timer = undefined;
    this.run();
  }

  run() {
    this.hasEnded = false;
    window.clearInterval(this.timer);
    this.timer = window.setInterval(() => this.tick(), 250);
    this.tick();
  }

  /**
   * Take over the remaining time that the server said at a moment of this page's clock; time that had ended
   * goes on when more was given.
   *
   * @returns {number} the milliseconds by which ours was off
   */
  sync(/** @type {number} */ remainingMs, /** @type {number} */ at = performance.now()) {
    const off = at + remainingMs - this.endsAt;
    if (this.heldMs !== null || Math.abs(off) >= NOISE_MS) this.endsAt = at + remainingMs;
    this.heldMs = null;
    if (off > PARTED_MS) this.announced = minutesAbove(this.left);
    if (this.hasEnded && this.left > 0) this.run();
    return off;
  }

  /** Let the time stand still, as it does on the server. */
  hold(/** @type {number} */ remainingMs) {
    this.heldMs = remainingMs;
    if (this.hasEnded) this.run();
  }

  /** @returns {number} the milliseconds left */
  get left() {
    return this.heldMs ?? Math.max(0, this.endsAt - performance.now());
  }

  stop() {
    window.clearInterval(this.timer);
    this.hasEnded = true;
  }

  tick() {
    const left = this.left;
    this.listener.tick(left);
    const due = ANNOUNCED_MINUTES.filter((minutes) => left <= minutes * 60_000 && this.announced.has(minutes));
    due.forEach((minutes) => this.announced.delete(minutes));
    if (due.length && left > 0) this.listener.reach(Math.min(...due));
    this.watchDevice();
    if (left === 0 && !this.hasEnded) {
      this.stop();
      this.listener.end();
    }
  }

  watchDevice() {
    const parting = Date.now() - performance.now();
    if (Math.abs(parting - this.parting) < PARTED_MS) return;
    this.parting = parting;
    this.listener.parted();
  }
}

/** Write a time as a clock does: 1:02:03 or 12:34. */
export function clockText(/** @type {number} */ ms) {
  const seconds = Math.ceil(ms / 1000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(seconds / 3600);
  return hours > 0 ? `${hours}:${parts.join(":")}` : parts.join(":");
}

/** The thresholds still to come: a page opened with 12 minutes left does not announce 15. */
function minutesAbove(/** @type {number} */ ms) {
  return new Set(ANNOUNCED_MINUTES.filter((minutes) => ms > minutes * 60_000));
}
