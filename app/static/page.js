// Small conveniences of every page; each page works without them.

/** Ask before a step that cannot be taken back. */
function askFirst(/** @type {SubmitEvent} */ event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const question = form.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
}

/** Take the reader to what has to be put right. */
function showErrors() {
  const summary = document.querySelector("[data-focus]");
  if (summary instanceof HTMLElement) summary.focus();
}

/** Reload a page that shows work in progress. */
function keepFresh() {
  const seconds = Number(document.querySelector("[data-refresh]")?.getAttribute("data-refresh") ?? 0);
  if (seconds > 0) window.setTimeout(() => window.location.reload(), seconds * 1000);
}

/** On a narrow screen the bar scrolls; the open place belongs into view. */
function showPlace() {
  document.querySelector(".site-nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
}

document.addEventListener("submit", askFirst);
showPlace();
showErrors();
keepFresh();
