// The configuration: as it is in the camera, and as it is being changed in the page.

import { ask, json } from "./ask.js";
import { by, make, say } from "./show.js";

// `own` is what the file has, `values` what holds, `doors` what holds for each door; each has its part of the file as `own`.
// So many of them are `kept` in the camera: those behind are new.
export const settings = { own: {}, values: {}, doors: [], fields: [], kept: 0 };
const drawers = [];
let changed = false;

// `draw` is called when the settings have been read anew.
export const whenRead = (draw) => drawers.push(draw);
export const unsaved = () => changed;

export async function read() {
  Object.assign(settings, await json("settings"));
  settings.kept = settings.doors.length;
  settings.doors.forEach((door, place) => { door.own = settings.own.doors?.[place] ?? {}; });
  mark(false);
  for (const draw of drawers) draw();
}

// Sends a change, and reads what it has become: the app begins anew and may be away for a moment.
export async function send(change) {
  await change();
  for (let turn = 1; ; turn += 1) {
    try {
      return await read();
    } catch (error) {
      if (turn === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

function mark(now) {
  changed = now;
  by("save-bar").hidden = !now;
  say(by("save-notice"), "There are unsaved changes.");
}

export function set(name, value) {
  settings.own[name] = settings.values[name] = value;
  mark(true);
}

export function setDoor(door, name, value) {
  door[name] = door.own[name] = value;
  mark(true);
}

export function addDoor() {
  const own = { name: `door ${settings.doors.length + 1}`, region: [0.4, 0.3, 0.2, 0.4] };
  settings.doors.push({ ...settings.doors[0], ...own, own });
  mark(true);
}

export function removeDoor(place) {
  settings.doors.splice(place, 1);
  mark(true);
}

// A single door has its keys outside of `doors`, unless it has been one of several.
function file() {
  const { doors: before = [], ...rest } = settings.own;
  if (settings.doors.length === 1 && !before.length) return { ...rest, ...settings.doors[0].own };
  return { ...rest, doors: settings.doors.map(({ name, region, own }) => ({ name, region, ...own })) };
}

by("save").onclick = async () => {
  by("save").disabled = true;
  try {
    await send(() => ask("settings", { method: "PUT", body: JSON.stringify(file()) }));
  } catch (error) {
    say(by("save-notice"), error.message);
  }
  by("save").disabled = false;
};
by("discard").onclick = () => send(() => {});
addEventListener("beforeunload", (event) => changed && event.preventDefault());

// A label with the field for a setting: [name, words, {properties of the input, times}]. `times` is what one of the
// page's units is in the configuration's.
export function field(value, [name, words, { times = 1, ...properties } = {}], change) {
  const flag = typeof value === "boolean", number = typeof value === "number";
  const type = flag ? "checkbox" : number ? "number" : /password|key$/.test(name) ? "password" : "text";
  const input = make("input", { type, step: "any", autocomplete: "off", name, ...properties });
  if (flag) input.checked = value;
  else input.value = number ? value / times : value;
  input.oninput = () => {
    if (input.validity.valid && !(number && input.value === "")) change(name, flag ? input.checked : number ? input.value * times : input.value);
  };
  return flag ? make("label", { className: "check" }, input, words) : make("label", {}, words, input);
}
