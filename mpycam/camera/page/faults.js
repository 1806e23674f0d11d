// Faults on demand.

import { json } from "./ask.js";
import { attempt, button, by, every, forget, make } from "./show.js";

const NAMES = {
  drop: "Streams break off", stall: "Streams stall", freeze: "Frozen picture", corrupt: "Damaged pictures",
  unauthorized: "401 Unauthorized", unavailable: "503 Service Unavailable", slow: "Slow network",
  flash_full: "Full flash", clock: "Wrong clock", reboot: "Reboot",
};
let before = "";

function field(label, properties) {
  const input = make("input", { type: "number", ...properties });
  return [make("label", {}, `${label} `, input), input];
}

// What of a fault is on, in words.
function progress(fault) {
  const parts = [];
  if (fault.takes) parts.push(`${fault.value} ${fault.takes.unit}`);
  if (fault.left !== null) parts.push(`${fault.left} ${fault.counted} to go`);
  if (fault.remaining !== null) parts.push("for some seconds");
  return `On${parts.length ? `: ${parts.join(", ")}` : "."}`;
}

function entry(fault) {
  const act = async (method, path, value) => {
    forget("faults-notice");
    await attempt("faults-notice", async () => draw(await json(path, value, method)));
  };
  const element = make("li", { className: "fault" });
  element.dataset.fault = fault.name;
  const described = { "aria-describedby": `fault-${fault.name}` };
  element.append(
    make("p", { id: `fault-${fault.name}` }, make("strong", {}, NAMES[fault.name] ?? fault.name), fault.text));
  if (fault.on) {
    element.append(
      make("span", { className: "on" }, progress(fault)),
      button("End", () => act("DELETE", `/simulator/faults/${fault.name}`), described));
    return element;
  }
  const wanted = {};
  const take = (name, label, properties) => {
    const [labelled, input] = field(label, properties);
    wanted[name] = input;
    element.append(labelled);
  };
  if (fault.takes) {
    const { unit, least: min, most: max, default: value } = fault.takes;
    take("value", unit, { min, max, value, step: "any" });
  }
  if (fault.counted) take("count", fault.counted, { min: 1, max: 1000000 });
  if (fault.lasts) take("seconds", "seconds", { min: 0, max: 86400, step: "any" });
  element.append(button("Begin", () => {
    const given = Object.entries(wanted).filter(([, input]) => input.value !== "");
    return act("POST", "/simulator/faults", {
      name: fault.name, ...Object.fromEntries(given.map(([name, input]) => [name, Number(input.value)])),
    });
  }, described));
  return element;
}

function draw(faults) {
  // Left alone where nothing changed, so that what is being typed stays.
  const now = JSON.stringify(faults.map((fault) => ({ ...fault, remaining: fault.remaining === null })));
  if (now === before) return;
  before = now;
  by("fault-list").replaceChildren(...faults.map(entry));
}

by("end-faults").onclick = () => attempt("faults-notice", async () => {
  draw(await json("/simulator/faults", undefined, "DELETE"));
});

export function show(signal) {
  before = "";
  forget("faults-notice");
  every(1000, signal, async () => draw(await json("/simulator/faults")));
}
