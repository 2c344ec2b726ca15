// A part of the page that shows work in progress is fetched again and put in place, until the work is done.
// Without script the page is the same, and is brought up to date by opening it again.

const SECONDS = 2;

/** Fetch this page again and take over the part of the same id; what somebody is using is left alone. */
async function refresh(/** @type {HTMLElement} */ part) {
  const answer = await fetch(window.location.href, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok || part.contains(document.activeElement)) return part;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(part.id);
  if (!fresh) return part;
  part.replaceWith(fresh);
  return fresh;
}

/** Keep one part fresh for as long as it says that something is going on. */
function keepLive(/** @type {HTMLElement} */ part) {
  window.setTimeout(async () => {
    const fresh = await refresh(part);
    if (fresh.hasAttribute("data-live")) keepLive(fresh);
  }, SECONDS * 1000);
}

for (const part of document.querySelectorAll("[data-live]")) keepLive(/** @type {HTMLElement} */ (part));
