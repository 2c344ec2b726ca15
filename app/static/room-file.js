// The hand-in file: what never reached the server, for the invigilator, where the network stays away.
// It is sealed (AES-GCM) with the key of this place. A browser on plain http cannot seal; then the file says so.

const FORMAT = "chizheng-hand-in";
const VERSION = 1;

/**
 * Save what is unsent as a file on this device.
 *
 * @param {import("./room-journal.js").Journal} journal
 * @param {string} attempt
 * @returns {Promise<string>} the name of the text that says what became of it
 */
export async function saveFile(journal, attempt) {
  const { opened: place, fileKey: key } = journal.notes;
  if (!journal.newest.length) return "fileEmpty";
  const file = await handInFile({ attempt, place, key, lines: journal.newest });
  download(file.name, file.content);
  return file.isSealed ? "fileSealed" : "fileUnsealed";
}

/**
 * @param {{attempt: string, place: number, key: string, lines: import("./room-journal.js").Line[]}} held
 * @returns {Promise<{name: string, content: string, isSealed: boolean}>}
 */
async function handInFile({ attempt, place, key, lines }) {
  const isSealed = Boolean(window.crypto?.subtle);
  const head = { format: FORMAT, version: VERSION, attempt, place, sealed: isSealed };
  const body = isSealed ? await sealed(head, key, { lines }) : { key, lines };
  const name = `hand-in-${attempt}${isSealed ? "" : "-unsealed"}.json`;
  return { name, content: `${JSON.stringify({ ...head, ...body }, null, 1)}\n`, isSealed };
}

/** Hand a text to the device as a file. */
function download(/** @type {string} */ name, /** @type {string} */ content) {
  const address = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/**
 * @param {{format: string, version: number, attempt: string, place: number}} head
 * @param {string} key
 * @param {object} body
 */
async function sealed(head, key, body) {
  const nonce = window.crypto.getRandomValues(new Uint8Array(12));
  const made = await window.crypto.subtle.importKey("raw", bytesOf(key), "AES-GCM", false, ["encrypt"]);
  const additionalData = new TextEncoder().encode([head.format, head.version, head.attempt, head.place].join(":"));
  const plain = new TextEncoder().encode(JSON.stringify(body));
  const content = await window.crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData }, made, plain);
  return { nonce: base64(nonce), content: base64(new Uint8Array(content)) };
}

function bytesOf(/** @type {string} */ text) {
  return Uint8Array.from(window.atob(text), (letter) => letter.charCodeAt(0));
}

function base64(/** @type {Uint8Array} */ bytes) {
  return window.btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
