// Pieces of the exam room's page: finding and making elements, sentences, notices, the wall clock.
// It knows nothing of the paper or of the answers.

export const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
export const dialog = (/** @type {string} */ id) => /** @type {HTMLDialogElement} */ (document.getElementById(id));
export const embedded = (/** @type {string} */ id) => JSON.parse(element(id).textContent ?? "");

/** @type {Record<string, string>} */
export const texts = embedded("room-texts");

/** Fill the places of a text. */
export function say(/** @type {string} */ name, /** @type {Record<string, string | number>} */ values = {}) {
  return texts[name].replace(/\{(\w+)\}/g, (_whole, key) => String(values[key]));
}

/**
 * Make an element.
 *
 * @param {string} tag
 * @param {Record<string, string | boolean>} attributes
 * @param {...(Node | string)} children
 */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

/** A button that does something. */
export function button(/** @type {string} */ text, /** @type {string} */ look, /** @type {() => void} */ act) {
  const made = make("button", { type: "button", class: look }, text);
  made.addEventListener("click", act);
  return made;
}

/** The city's wall clock, as on every other page. */
export function wallClock(/** @type {Date} */ moment) {
  return moment.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
}

/** Put a notice above the paper; a newer one of the same name replaces it. */
export function notice(/** @type {string} */ name, /** @type {string} */ text, /** @type {string} */ tone, /** @type {Node[]} */ ...more) {
  dropNotice(name);
  const made = make("div", { class: `alert alert-${tone}`, role: "status", "data-name": name }, text, " ", ...more);
  element("notices").append(made);
}

export function dropNotice(/** @type {string} */ name) {
  element("notices").querySelector(`[data-name=${name}]`)?.remove();
}

export function announce(/** @type {string} */ text) {
  element("announcer").textContent = text;
}

/** Open one dialog and close every other. */
export function openOnly(/** @type {string} */ id) {
  closeDialogs(id);
  if (!dialog(id).open) dialog(id).showModal();
}

export function closeDialogs(/** @type {string} */ butFor = "") {
  for (const open of document.querySelectorAll("dialog[open]")) {
    if (open.id !== butFor) /** @type {HTMLDialogElement} */ (open).close();
  }
}

export const pause = (/** @type {number} */ ms) => new Promise((again) => window.setTimeout(again, ms));

/** @returns {string} what this device was told to remember, or nothing */
export function remembered(/** @type {string} */ key) {
  try {
    return window.localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

export function remember(/** @type {string} */ key, /** @type {string} */ value) {
  try {
    if (value) window.localStorage.setItem(key, value);
    else window.localStorage.removeItem(key);
  } catch {
    // Where nothing can be kept the choice lasts as long as the page.
  }
}
