// A document is looked up by its digest, computed here: the file itself does not leave the browser.
// Without this script, or where the page is not served securely, the form sends the file to be hashed.

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-look-up]"));
const canHash = Boolean(window.crypto?.subtle);

/** Compute the SHA-256 of a file as the log writes it. */
async function digestOf(/** @type {File} */ file) {
  const digest = await window.crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Open the page's answer about a file. */
async function lookUp(/** @type {File} */ file) {
  window.location.assign(`${form?.dataset.lookUp}?digest=${await digestOf(file)}#answer`);
}

/** Take the form over: its file is hashed here, chosen or dropped. */
function takeOver(/** @type {HTMLFormElement} */ form) {
  const zone = /** @type {HTMLElement} */ (form.closest("[data-drop]"));
  const input = /** @type {HTMLInputElement} */ (form.querySelector("input[type=file]"));
  form.querySelector("[data-sent]")?.setAttribute("hidden", "");
  form.querySelector("[data-kept]")?.removeAttribute("hidden");
  form.addEventListener("submit", (event) => {
    const file = input.files?.[0];
    if (!file) return;
    event.preventDefault();
    lookUp(file).catch(() => form.submit());
  });
  for (const [name, ready] of /** @type {[string, boolean][]} */ ([["dragover", true], ["dragleave", false]])) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.toggle("drop-ready", ready);
    });
  }
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("drop-ready");
    const file = event.dataTransfer?.files[0];
    if (file) lookUp(file).catch(() => undefined);
  });
}

if (form && canHash) takeOver(form);
