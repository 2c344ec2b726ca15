// Leaving the page: hidden for three seconds or more counts once, on the way back. Whoever never comes back
// is counted by nobody.

const HIDDEN_MS = 3_000;

/** Say on the way back for how many whole seconds the page was hidden. */
export function watchLeaves(/** @type {(seconds: number) => void} */ back) {
  /** @type {number | null} */
  let since = document.hidden ? performance.now() : null;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      since ??= performance.now();
      return;
    }
    const away = since === null ? 0 : performance.now() - since;
    since = null;
    if (away >= HIDDEN_MS) back(Math.floor(away / 1000));
  });
}
