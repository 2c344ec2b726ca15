// The palette of the exam room: every item with its number and its state, in sign and in words.

import { button, element, make, say, texts } from "./room-page.js";

/**
 * How things stand; places count from 1, and ``here`` is 0 while the whole paper is reviewed.
 *
 * @typedef {object} Standing
 * @property {number} count
 * @property {number} here
 * @property {Map<number, string>} answered
 * @property {Set<number>} flagged
 * @property {Set<number>} unsaved
 */

/** Build the cells, one section for each run of items of one kind. */
export function buildPalette(/** @type {string[]} */ kinds, /** @type {(place: number) => void} */ goTo) {
  /** @type {{kind: string, places: number[]}[]} */
  const sections = [];
  kinds.forEach((kind, index) => {
    if (kinds[index - 1] !== kind) sections.push({ kind, places: [] });
    sections[sections.length - 1].places.push(index + 1);
  });
  element("sections").replaceChildren(...sections.map((section) => sectionOf(section, goTo)));
}

/** Show how every item stands, and how many stand how. */
export function showPalette(/** @type {Standing} */ standing) {
  for (let place = 1; place <= standing.count; place += 1) showCell(place, standing);
  const rows = [
    ["✓", texts.answered, standing.answered.size],
    ["○", texts.unanswered, standing.count - standing.answered.size],
    ["⚑", texts.flagged, standing.flagged.size],
    ["↑", texts.unsaved, standing.unsaved.size],
  ];
  const lines = rows.map(([sign, word, count]) =>
    make("li", {}, make("span", { "aria-hidden": "true" }, String(sign)), ` ${word} `, make("b", {}, String(count))),
  );
  element("legend").replaceChildren(...lines);
}

/**
 * @param {{kind: string, places: number[]}} section
 * @param {(place: number) => void} goTo
 */
function sectionOf(section, goTo) {
  const range = say("section", { first: section.places[0], last: section.places[section.places.length - 1] });
  const cells = section.places.map((place) => make("li", {}, cellOf(place, goTo)));
  const title = make("h3", {}, section.kind, make("small", {}, range));
  return make("section", {}, title, make("ol", { class: "cells" }, ...cells));
}

function cellOf(/** @type {number} */ place, /** @type {(place: number) => void} */ goTo) {
  const cell = button("", "cell", () => goTo(place));
  cell.id = `cell-${place}`;
  cell.append(make("span", { class: "cell-number" }, String(place)), make("span", { class: "cell-marks", "aria-hidden": "true" }));
  return cell;
}

function showCell(/** @type {number} */ place, /** @type {Standing} */ standing) {
  const cell = element(`cell-${place}`);
  const marks = marksOf(place, standing);
  const isHere = place === standing.here;
  const words = [say("position", { place }), ...(isHere ? [texts.current] : []), ...marks.map(([, word]) => word)];
  const sign = marks.map(([glyph]) => glyph).join("");
  cell.setAttribute("aria-label", words.join(texts.comma));
  cell.title = words.join(texts.comma);
  cell.dataset.answered = String(standing.answered.has(place));
  cell.toggleAttribute("data-unsaved", standing.unsaved.has(place));
  if (isHere) cell.setAttribute("aria-current", "true");
  else cell.removeAttribute("aria-current");
  const shown = /** @type {HTMLElement} */ (cell.querySelector(".cell-marks"));
  if (shown.textContent !== sign) shown.textContent = sign;
}

/** @returns {[string, string][]} sign and word of each state an item is in */
function marksOf(/** @type {number} */ place, /** @type {Standing} */ standing) {
  /** @type {[string, string][]} */
  const marks = [standing.answered.has(place) ? ["✓", texts.answered] : ["○", texts.unanswered]];
  if (standing.flagged.has(place)) marks.push(["⚑", texts.flagged]);
  if (standing.unsaved.has(place)) marks.push(["↑", texts.unsaved]);
  return marks;
}
