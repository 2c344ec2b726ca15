// A document may also be dropped on its form; without this script it is chosen and sent as usual.

const zone = /** @type {HTMLElement | null} */ (document.querySelector("[data-drop]"));

/** Let a dropped file take the place of a chosen one, and send the form. */
function takeDrops(/** @type {HTMLElement} */ zone) {
  const form = /** @type {HTMLFormElement} */ (zone.querySelector("form"));
  const input = /** @type {HTMLInputElement} */ (form.querySelector("input[type=file]"));
  zone.querySelector("[data-drop-hint]")?.removeAttribute("hidden");
  for (const [name, ready] of /** @type {[string, boolean][]} */ ([["dragover", true], ["dragleave", false]])) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.toggle("drop-ready", ready);
    });
  }
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("drop-ready");
    const files = event.dataTransfer?.files;
    if (!files?.length) return;
    input.files = files;
    form.requestSubmit();
  });
}

if (zone) takeDrops(zone);
