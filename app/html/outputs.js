// Where the app tells what the doors do.

import { post } from "./ask.js";
import { field, set, settings, whenRead } from "./settings.js";
import { attempt, by, make, say } from "./show.js";

const OUTPUTS = [
  ["virtual_input", "Virtual inputs of the camera", "The camera’s own rules can act on them: record, send mail, switch a lamp. Each door has one, see Doors.", []],
  ["mqtt", "MQTT and Home Assistant", "Every door’s state at a broker. Home Assistant finds the doors by itself.", [
    ["mqtt_host", "Broker’s address (empty for none)"], ["mqtt_port", "Port", { min: 1, max: 65535, step: 1 }],
    ["mqtt_user", "User"], ["mqtt_password", "Password"], ["mqtt_prefix", "Topics begin with", { required: true }],
    ["mqtt_device", "Camera’s name in topics (empty for its serial number)"],
    ["discovery_prefix", "Home Assistant’s topics begin with", { required: true }],
  ]],
  ["webhook", "Webhook", "A message to your own server for every change and alarm.", [
    ["webhook_url", "Address (empty for none)", { placeholder: "http://192.0.2.7/door" }], ["webhook_key", "Key that signs the messages"],
  ]],
  ["record", "Clips", "What the camera saw before and after a door changed, on its card or a network share.", [
    ["record_folder", "Folder (empty for none)", { placeholder: "/var/spool/storage/SD_DISK/doors" }],
    ["record_bytes", "Megabytes at most, the oldest make room", { times: 1e6, min: 0 }],
    ["record_before", "Seconds before", { min: 0 }], ["record_after", "Seconds after", { min: 0 }],
  ]],
];
export const NAMES = OUTPUTS.flatMap(([, , , fields]) => fields.map(([name]) => name));

whenRead(() => by("output-cards").replaceChildren(...OUTPUTS.map(([output, title, words, fields]) => {
  const button = make("button", { type: "button", "aria-label": `Test: ${title}` }, "Test");
  const place = `${output}-notice`;
  button.onclick = async () => {
    button.disabled = true;
    await attempt(place, () => post(`test/${output}`), "It worked.");
    button.disabled = false;
  };
  return make("section", { className: "fields", "aria-label": title },
    make("h2", {}, title), make("p", { className: "quiet" }, words), make("p", { id: `${output}-state`, role: "status", hidden: true }),
    ...fields.map((row) => field(settings.values[row[0]], row, set)),
    make("div", { className: "row" }, button), make("div", { id: place, role: "status" }));
})));

const STATES = { connected: "Connected.", lost: "Not connected", off: "Not used." };

export function update({ watch, upload }) {
  for (const { name, state, reason, waiting } of [...(watch?.outputs ?? []), ...(upload?.outputs ?? [])]) {
    const place = by(`${name}-state`);
    if (!place) continue;
    place.hidden = false;
    say(place, `${STATES[state] ?? state}${reason ? `: ${reason}.` : ""}${waiting ? ` ${waiting} messages wait.` : ""}`);
  }
}
