// The keyboard of the exam room: which key does what, and the switch that turns single keys off.

import { element, remember, remembered } from "./room-page.js";

export const LETTERS = "ABCDEF";
const KEYS_OFF = "chizheng-keys-off";

/**
 * What the keys may do at this moment.
 *
 * @typedef {object} Acts
 * @property {boolean} isReviewing
 * @property {string} offered the letters of the item's options
 * @property {(letter: string) => void} choose
 * @property {(step: number) => void} move
 * @property {() => void} flag
 * @property {() => void} review
 * @property {() => void} time
 * @property {() => void} help
 */

/** Listen from now on; what the keys do is asked for at each of them. */
export function listenToKeys(/** @type {() => Acts} */ acts) {
  const control = /** @type {HTMLInputElement} */ (element("keys-on"));
  control.checked = !remembered(KEYS_OFF);
  control.addEventListener("change", () => remember(KEYS_OFF, control.checked ? "" : "1"));
  document.addEventListener("keydown", (event) => onKey(event, acts(), control.checked));
}

function onKey(/** @type {KeyboardEvent} */ event, /** @type {Acts} */ acts, /** @type {boolean} */ isOn) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (!acts.isReviewing && event.key === "ArrowLeft") acts.move(-1);
  else if (!acts.isReviewing && event.key === "ArrowRight") acts.move(1);
  else if (!isOn || !letterKey(event.key.toUpperCase(), acts)) return;
  event.preventDefault();
}

/** @returns {boolean} whether the key meant something */
function letterKey(/** @type {string} */ key, /** @type {Acts} */ acts) {
  const letter = /^[1-6]$/.test(key) ? LETTERS[Number(key) - 1] : key;
  /** @type {Record<string, () => void>} */
  const others = { F: acts.flag, M: acts.flag, R: acts.review, T: acts.time, "?": acts.help };
  if (!acts.isReviewing && letter.length === 1 && acts.offered.includes(letter)) acts.choose(letter);
  else if (key in others && !(acts.isReviewing && (key === "F" || key === "M"))) others[key]();
  else return false;
  return true;
}
