// The waiting page: the server's clock, and a countdown that opens the door by itself.

import { clockText } from "./room-clock.js";

const desk = /** @type {HTMLElement} */ (document.getElementById("waiting"));
const clock = /** @type {HTMLElement} */ (document.getElementById("server-clock"));
const countdown = document.getElementById("countdown");
const loadedAt = performance.now();
const nowMs = Number(desk.dataset.nowMs);
const opensInMs = Number(desk.dataset.opensInMs);
const RUSH_MS = 1500;
const DAY_MS = 86_400_000;

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

const timer = window.setInterval(tick, 500);
tick();
