// The live view, and the door in front of the camera where it is the simulator's.

import { ask, json } from "./ask.js";
import { pictures } from "./stream.js";
import { by, every } from "./show.js";

const SILENCE_MS = 3000;
const AGAIN_MS = 1000;

const state = (text) => {
  if (by("stream-state").textContent !== text) by("stream-state").textContent = text;
};

// Draws one connection's pictures.
async function watch(signal) {
  const query = new URLSearchParams({ fps: 15 });
  if (by("resolution").value) query.set("resolution", by("resolution").value);
  by("snapshot").href = `axis-cgi/jpg/image.cgi?${query}`;
  const canvas = by("picture");
  const context = canvas.getContext("2d");
  let count = 0, bytes = 0, damaged = 0, since = performance.now(), last = since;
  const silence = setInterval(() => {
    const seconds = (performance.now() - last) / 1000;
    if (seconds * 1000 > SILENCE_MS) state(`No picture for ${Math.round(seconds)} seconds.`);
  }, 500);
  try {
    const response = await ask(`/axis-cgi/mjpg/video.cgi?${query}`, { signal });
    for await (const data of pictures(response)) {
      last = performance.now();
      let picture;
      try {
        picture = await createImageBitmap(new Blob([data], { type: "image/jpeg" }));
      } catch {
        damaged += 1;
        state(damaged === 1 ? "One picture was damaged." : `${damaged} pictures were damaged.`);
        continue;
      }
      if (canvas.width !== picture.width || canvas.height !== picture.height) {
        [canvas.width, canvas.height] = [picture.width, picture.height];
      }
      context.drawImage(picture, 0, 0);
      picture.close();
      if (!damaged) state("Live.");
      count += 1;
      bytes += data.length;
      const seconds = (last - since) / 1000;
      if (seconds >= 1) {
        by("stream-figures").textContent = `${canvas.width} × ${canvas.height}, `
          + `${(count / seconds).toFixed(1)} pictures and ${Math.round(bytes / seconds / 1000)} kB a second`;
        [count, bytes, since] = [0, 0, last];
      }
    }
    state("The stream ended. Connecting again…");
  } finally {
    clearInterval(silence);
  }
}

async function stream(signal) {
  while (!signal.aborted) {
    const change = new AbortController();
    const both = AbortSignal.any([signal, change.signal]);
    by("resolution").onchange = () => change.abort();
    const hide = () => document.hidden && change.abort();
    document.addEventListener("visibilitychange", hide);
    try {
      await watch(both);
    } catch (error) {
      if (!both.aborted) state(`The stream broke off (${error.message}). Connecting again…`);
    } finally {
      document.removeEventListener("visibilitychange", hide);
    }
    if (signal.aborted) return;
    if (!change.signal.aborted) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    while (document.hidden && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

// The door

function shown(door) {
  let text = door.open ? "It is open." : "It is closed.";
  if (door.moving) text = "It is moving.";
  if (by("door-state").textContent !== text) by("door-state").textContent = text;
  by("angle-shown").textContent = `${Math.round(door.angle)}°`;
  if (document.activeElement !== by("angle")) by("angle").value = door.angle;
  if (document.activeElement !== by("hours")) by("hours").value = String(door.hours);
  by("people").checked = door.people;
  by("region").textContent = JSON.stringify(door.region);
}

async function set(wanted) {
  try {
    shown(await json("/simulator/door", wanted));
  } catch (error) {
    by("door-state").textContent = error.message;
  }
}

by("door-open").onclick = () => set({ open: true });
by("door-close").onclick = () => set({ open: false });
by("angle").onchange = () => set({ angle: Number(by("angle").value) });
by("hours").onchange = () => set({ hours: Number(by("hours").value) });
by("people").onchange = () => set({ people: by("people").checked });
by("door").onsubmit = (event) => event.preventDefault();

// Whether this account may move the door.
export function mayMove(may) {
  for (const control of by("door").elements) control.disabled = !may;
}

export function show(signal) {
  stream(signal);
  every(700, signal, async () => {
    by("door").hidden = !(await json("/simulator/frames")).door;
    if (!by("door").hidden) shown(await json("/simulator/door"));
  });
}
