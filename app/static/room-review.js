// The review before hand-in: what is unanswered and flagged, by name, and whether the server holds it all.

import { button, element, make, say, texts } from "./room-page.js";

/**
 * @typedef {object} Review
 * @property {number} count
 * @property {Map<number, string>} answered
 * @property {Set<number>} flagged
 * @property {number} unsaved
 * @property {boolean} isOffline
 */

/** @typedef {{goTo: (place: number) => void, back: () => void, handIn: () => void}} Ways */

/** Show the review, and what the question before hand-in says. */
export function showReview(/** @type {Review} */ review, /** @type {Ways} */ ways) {
  const { count, answered, flagged, unsaved } = review;
  const places = Array.from({ length: count }, (_none, index) => index + 1);
  const open = places.filter((place) => !answered.has(place));
  const marked = places.filter((place) => flagged.has(place));
  const focused = document.activeElement?.id;
  const handIn = /** @type {HTMLButtonElement} */ (button(texts.handIn, "btn btn-primary", ways.handIn));
  handIn.id = "to-confirm";
  handIn.disabled = unsaved > 0;
  element("review").replaceChildren(
    make("h2", { id: "review-title" }, texts.reviewTitle),
    open.length ? jumps("reviewOpen", open, "warn", ways) : line("good", say("reviewAll", { count })),
    ...(marked.length ? [jumps("reviewFlagged", marked, "info", ways)] : []),
    unsaved ? line("warn", say("reviewUnsaved", { count: unsaved })) : line("good", say("reviewSaved", { count: answered.size })),
    make("div", { class: "form-actions" }, handIn, button(texts.back, "btn btn-secondary", ways.back)),
  );
  if (focused === "to-confirm") handIn.focus();
  element("confirm-text").textContent = say("confirmText", { answered: answered.size, open: open.length });
  /** @type {HTMLButtonElement} */ (element("hand-in-button")).disabled = unsaved > 0 || review.isOffline;
}

function line(/** @type {string} */ tone, /** @type {string} */ text) {
  return make("p", { class: `review-line ${tone}` }, text);
}

/**
 * @param {string} name
 * @param {number[]} places
 * @param {string} tone
 * @param {Ways} ways
 */
function jumps(name, places, tone, ways) {
  const links = places.map((place) => {
    const link = button(String(place), "jump", () => ways.goTo(place));
    link.setAttribute("aria-label", say("position", { place }));
    return make("li", {}, link);
  });
  const lead = make("p", {}, say(name, { count: places.length }));
  return make("div", { class: `review-line ${tone}` }, lead, make("ul", { class: "jumps" }, ...links));
}
