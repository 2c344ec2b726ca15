// One item of the paper as it stands on the page, with its options and tools.

import { LETTERS } from "./room-keys.js";
import { button, element, make, say, texts } from "./room-page.js";

/** @typedef {{kind: string, many: boolean, marks: number, stem: string, options: string[]}} Item */
/** @typedef {{place: number, count: number, letters: string, isFlagged: boolean}} Position */
/** @typedef {{answer: (letters: string) => void, flag: () => void}} Tools */

/** The language of the items, whatever the page is in. */
const CHINESE = { lang: "zh-Hans-CN" };

/** Put an item on the page. */
export function showItem(/** @type {Item} */ item, /** @type {Position} */ at, /** @type {Tools} */ tools) {
  element("question").replaceChildren(head(item, at), options(item, at, tools), toolbar(at, tools));
}

/** Show another answer to the item that stands on the page. */
export function showLetters(/** @type {string} */ letters) {
  for (const control of element("question").querySelectorAll("input")) control.checked = letters.includes(control.value);
  element("clear").hidden = !letters;
}

export function showFlag(/** @type {boolean} */ isFlagged) {
  const flag = element("flag");
  flag.setAttribute("aria-pressed", String(isFlagged));
  flag.textContent = `⚑ ${isFlagged ? texts.flagged : texts.flag}`;
}

function head(/** @type {Item} */ item, /** @type {Position} */ { place, count }) {
  const title = make("h2", { id: "question-title" }, say("position", { place }));
  const total = make("span", { class: "question-total" }, say("total", { count }));
  const kind = make("span", { class: "tag tag-info" }, item.kind);
  const marks = make("span", { class: "question-marks" }, say("marks", { count: item.marks }));
  return make("div", { class: "question-head" }, title, total, kind, marks);
}

function options(/** @type {Item} */ item, /** @type {Position} */ at, /** @type {Tools} */ tools) {
  const legend = make("legend", { class: "stem", ...CHINESE }, item.stem);
  const hint = item.many ? [make("p", { class: "stem-hint", id: "stem-hint" }, texts.manyHint)] : [];
  const rows = item.options.map((text, index) => option(item, at, { letter: LETTERS[index], text }, tools));
  const described = item.many ? { "aria-describedby": "stem-hint" } : {};
  return make("fieldset", { class: "options", ...described }, legend, ...hint, ...rows);
}

/**
 * @param {Item} item
 * @param {Position} at
 * @param {{letter: string, text: string}} offered
 * @param {Tools} tools
 */
function option(item, at, { letter, text }, tools) {
  const id = `option-${letter}`;
  const checked = at.letters.includes(letter);
  const control = make("input", { type: item.many ? "checkbox" : "radio", name: `place-${at.place}`, id, value: letter, checked });
  control.addEventListener("change", () => tools.answer(chosen()));
  const sign = make("span", { class: "option-letter" }, letter);
  return make("label", { class: "option", for: id }, control, sign, make("span", { class: "option-text", ...CHINESE }, text));
}

function toolbar(/** @type {Position} */ at, /** @type {Tools} */ tools) {
  const flag = button(`⚑ ${at.isFlagged ? texts.flagged : texts.flag}`, "btn btn-secondary btn-sm", tools.flag);
  flag.id = "flag";
  flag.setAttribute("aria-pressed", String(at.isFlagged));
  const clear = button(texts.clear, "btn btn-link btn-sm", () => tools.answer(""));
  clear.id = "clear";
  clear.hidden = !at.letters;
  return make("div", { class: "question-tools" }, flag, clear);
}

function chosen() {
  const controls = element("question").querySelectorAll("input:checked");
  return [...controls].map((control) => /** @type {HTMLInputElement} */ (control).value).join("");
}
