// The waiting page: the server's clock, a countdown that opens the door by itself, and a check of the device.

import { clockText } from "./room-clock.js";
import { element, say, texts } from "./room-page.js";

const desk = element("waiting");
const clock = element("server-clock");
const countdown = document.getElementById("countdown");
const loadedAt = performance.now();
const nowMs = Number(desk.dataset.nowMs);
const opensInMs = Number(desk.dataset.opensInMs);
const RUSH_MS = 1500;
const DAY_MS = 86_400_000;
const SLOW_MS = 1_000;
const PATIENCE_MS = 8_000;
const PROBE = "chizheng-check";

const cityTime = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : "zh-CN", {
  timeZone: "Asia/Shanghai",
  dateStyle: "medium",
  timeStyle: "medium",
  hourCycle: "h23",
});

function tick() {
  const passed = performance.now() - loadedAt;
  clock.textContent = cityTime.format(nowMs + passed);
  if (!countdown) return;
  const left = Math.max(0, opensInMs - passed);
  countdown.textContent = left < DAY_MS ? clockText(left) : `${Math.floor(left / DAY_MS)} × 24:00:00 + ${clockText(left % DAY_MS)}`;
  if (left === 0) {
    window.clearInterval(timer);
    // Everybody's page opens at once; a moment's difference spares the server the rush.
    window.setTimeout(() => window.location.reload(), Math.random() * RUSH_MS);
  }
}

/** Say how one part of the check came out. */
function found(/** @type {string} */ id, /** @type {boolean} */ isGood, /** @type {string} */ text) {
  const line = element(id);
  line.dataset.state = isGood ? "good" : "bad";
  /** @type {HTMLElement} */ (line.querySelector("span")).textContent = text;
}

/** @returns {boolean} whether what is written on this device is there again */
function keeps() {
  try {
    window.localStorage.setItem(PROBE, "1");
    const isThere = window.localStorage.getItem(PROBE) === "1";
    window.localStorage.removeItem(PROBE);
    return isThere;
  } catch {
    return false;
  }
}

/** @returns {Promise<number | null>} the milliseconds of one trip to the server, or nothing where none comes back */
async function trip() {
  const startedAt = performance.now();
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const health = element("system-check").dataset.health ?? "";
  const isThere = await fetch(health, { cache: "no-store", signal }).then((answer) => answer.ok, () => false);
  return isThere ? Math.max(1, Math.round(performance.now() - startedAt)) : null;
}

async function check() {
  found("check-script", true, texts.good);
  const hasStorage = keeps();
  found("check-storage", hasStorage, hasStorage ? texts.good : texts.noStorage);
  const ms = await trip();
  const isQuick = ms !== null && ms < SLOW_MS;
  found("check-server", isQuick, ms === null ? texts.noServer : say(isQuick ? "trip" : "slow", { ms }));
  const notes = [
    ...(hasStorage ? [] : [texts.storageNote]),
    ...(ms === null ? [texts.serverNote] : isQuick ? [] : [texts.slowNote]),
  ];
  element("check-note").textContent = notes.length ? notes.join(" ") : texts.allGood;
}

const timer = window.setInterval(tick, 500);
tick();
check();
