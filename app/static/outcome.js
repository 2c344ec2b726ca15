// The outcome's page: what this device still holds of the attempt is sent on, or offered as a file.

import { saveFile } from "./room-file.js";
import { Journal } from "./room-journal.js";
import { button, element, notice, pause, say, texts } from "./room-page.js";
import { json } from "./room-saves.js";

const MOST_AT_ONCE = 200;
const AGAIN_MS = 5_000;
const data = /** @type {Record<string, string>} */ (element("outcome").dataset);
const journal = new Journal(data.attempt);

/** @returns {Promise<"done" | "refused" | "offline">} what became of the next lines */
async function send() {
  const batch = journal.newest.slice(0, MOST_AT_ONCE);
  const options = json({ responses: batch });
  const headers = { ...options.headers, "Attempt-Token": journal.notes.token };
  try {
    const answer = await fetch(data.responses, { ...options, headers, redirect: "error", cache: "no-store" });
    if (!answer.ok) return answer.status < 500 ? "refused" : "offline";
    journal.crossOff(batch, (await answer.json()).last_seq);
    return "done";
  } catch {
    return "offline";
  }
}

/** Send what is left until nothing is; say each time how it stands. */
async function sendTheRest() {
  const places = journal.newest.map((line) => line.place).sort((one, other) => one - other).join(texts.pause);
  const save = button(texts.saveFile, "btn btn-secondary btn-sm", async () => {
    notice("file", texts[await saveFile(journal, data.attempt)], "info");
  });
  while (journal.newest.length) {
    const became = await send();
    if (became === "refused") return notice("rest", say("restRefused", { places }), "danger", save);
    if (became === "offline") {
      notice("rest", say("restOffline", { places }), "warning", save);
      await pause(AGAIN_MS);
    }
  }
  journal.forget();
  return notice("rest", say("restHeld", { places }), "warning");
}

element("print").addEventListener("click", () => window.print());
element("print").hidden = false;
if (journal.newest.length) sendTheRest();
else journal.forget();
