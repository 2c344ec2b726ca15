// What makes the page easier on its reader: the size of the text, and the timer out of sight.
// Both stay on this device; who was granted large print starts with it.

import { announce, element, remember, remembered, texts } from "./room-page.js";

const SIZE = "chizheng-text-size";
const SIZES = ["1", "2", "3"];
const HIDDEN = "chizheng-timer-hidden";

/** Let the reader choose among three sizes of text. */
export function offerSizes(/** @type {boolean} */ isLargeGranted) {
  const kept = remembered(SIZE);
  showSize(kept && SIZES.includes(kept) ? kept : isLargeGranted ? "3" : "1");
  for (const size of SIZES) {
    element(`size-${size}`).addEventListener("click", () => {
      remember(SIZE, size);
      showSize(size);
    });
  }
}

function showSize(/** @type {string} */ chosen) {
  document.documentElement.dataset.textSize = chosen;
  for (const size of SIZES) element(`size-${size}`).setAttribute("aria-pressed", String(size === chosen));
}

/** The timer may be hidden until so much time is left; then it comes back. */
export class TimerSwitch {
  constructor(/** @type {number} */ backMs) {
    this.backMs = backMs;
    this.isLast = false;
    this.isHidden = remembered(HIDDEN) === "1";
    element("timer-switch").addEventListener("click", () => this.toggle());
    this.show();
  }

  toggle() {
    this.isHidden = !this.isHidden;
    remember(HIDDEN, this.isHidden ? "1" : "");
    this.show();
  }

  /** Bring the timer back once little time is left; from then on it stays. */
  tick(/** @type {number} */ left) {
    const isLast = left <= this.backMs;
    if (isLast === this.isLast) return;
    this.isLast = isLast;
    if (isLast && this.isHidden) announce(texts.timerBack);
    this.show();
  }

  show() {
    const isHidden = this.isHidden && !this.isLast;
    element("timer").hidden = isHidden;
    const control = element("timer-switch");
    control.hidden = this.isLast;
    control.textContent = isHidden ? texts.timerShow : texts.timerHide;
  }
}
