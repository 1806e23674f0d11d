// Shows one part of the page at a time, and asks the app how things are.

import { json, part } from "./ask.js";
import * as doors from "./doors.js";
import { show } from "./pictures.js";
import * as now from "./now.js";
import * as outputs from "./outputs.js";
import { read, settings } from "./settings.js";
import { by } from "./show.js";
import * as system from "./system.js";

const PARTS = ["now", "doors", "outputs", "system"];
// An app that begins anew with other settings is away for some seconds, which is no trouble.
const STATUS_MS = 1000, SLOW_MS = 10000, STILL_MS = 8000, AWAY_MS = 6000;
let leave = new AbortController(), open, frames = -1, moved = Date.now(), good = moved;

function go() {
  open = PARTS.includes(location.hash.slice(1)) ? location.hash.slice(1) : "now";
  leave.abort();
  leave = new AbortController();
  for (const name of PARTS) by(name).hidden = name !== open;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${open}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${by(`${open}-title`).textContent} – Door state`;
  const image = by(open).querySelector("[data-live]");
  if (image) show(image, leave.signal);
  slowly();
}

async function status() {
  let told;
  try {
    told = await json("status");
    // Counted anew: the app has begun again, and with it its stream.
    if (told.watch.frames < frames) go();
    if (told.watch.frames !== frames) moved = Date.now();
    frames = told.watch.frames ?? frames;
    told.watch.still = Date.now() - moved > STILL_MS;
    if (!settings.doors.length) await read();
  } catch (error) {
    told = { error: error.message };
  }
  if (!told.error && !told.watch.error) good = Date.now();
  else if (Date.now() - good < AWAY_MS) return;
  now.update(told, settings.doors);
  if (told.error) return;
  doors.update(told);
  outputs.update(told);
  if (open === "system") system.update(told);
}

async function slowly() {
  if (open === "now") await now.history().catch(() => {});
  if (open === "system") await system.log().catch(() => {});
}

// Calls `act` again and again while somebody looks.
async function every(milliseconds, act) {
  for (;;) {
    if (!document.hidden) await act();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  }
}

addEventListener("hashchange", () => {
  go();
  by("main").focus({ preventScroll: true });
});
by("range").onchange = slowly;

// A stream that began before would keep the page loading for ever.
addEventListener("load", async () => {
  await read().catch(() => {});
  go();
  every(STATUS_MS, status);
  every(SLOW_MS, slowly);
  // What happens is shown at once.
  new EventSource(part("events")).onmessage = ({ data }) => {
    if (["door", "alarm", "view"].includes(JSON.parse(data).event)) status().then(slowly);
  };
});
