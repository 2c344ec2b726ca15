// The time left, as the server says it. The page's own clock only counts between two answers of the server.

export const ANNOUNCED_MINUTES = [30, 15, 10, 5, 1];

/** Count down to the deadline; the server's word replaces ours whenever it comes. */
export class Countdown {
  /**
   * @param {number} remainingMs
   * @param {{tick: (left: number) => void, reach: (minutes: number) => void, end: () => void}} listener
   */
  constructor(remainingMs, listener) {
    this.listener = listener;
    this.hasEnded = false;
    this.sync(remainingMs);
    this.announced = minutesAbove(remainingMs);
    this.timer = window.setInterval(() => this.tick(), 250);
    this.tick();
  }

  /** Take over the remaining time that the server has just said. */
  sync(/** @type {number} */ remainingMs) {
    this.endsAt = performance.now() + remainingMs;
  }

  /** @returns {number} the milliseconds left */
  get left() {
    return Math.max(0, this.endsAt - performance.now());
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
    if (left === 0 && !this.hasEnded) {
      this.stop();
      this.listener.end();
    }
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
