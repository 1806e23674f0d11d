// Times, processes, backup, the settings that are left, and the log.

import { ask, part, post } from "./ask.js";
import { NAMES } from "./outputs.js";
import { field, send, set, settings, whenRead } from "./settings.js";
import { attempt, by, make, say, share, size, span } from "./show.js";

const STAGES = { read: "Waiting and reading", decode: "Decoding", network: "Network", total: "All together" };

export function update({ watch, supervisor }) {
  const times = watch?.milliseconds ?? {};
  by("stages").replaceChildren(...Object.entries(STAGES).flatMap(([name, words]) => {
    if (typeof times[name] !== "number") return [];
    const bar = make("b", { "aria-hidden": "true" });
    bar.style.width = share(times[name] / times.total);
    return [make("span", {}, words), bar, make("span", {}, `${times[name].toFixed(2)} ms`)];
  }), ...(watch?.fps === undefined ? [] : [make("span", {}, "Pictures"), make("span"), make("span", {}, `${watch.fps.toFixed(1)} a second`)]));
  const { processes = {}, supervisor: own = {} } = supervisor ?? {};
  by("processes").replaceChildren(...Object.entries({ ...processes, supervisor: own }).map(
    ([name, { state = "running", seconds, proportional, starts, reason }]) =>
      make("tr", {}, make("td", {}, name),
        make("td", {}, `${state}${seconds ? ` for ${span(seconds)}` : ""}${reason ? `, ${reason}` : ""}`),
        make("td", {}, proportional ? size(proportional) : ""), make("td", {}, String(starts ?? 1)))));
}

export async function log() {
  const pre = by("log"), below = pre.scrollTop + pre.clientHeight >= pre.scrollHeight - 5;
  const lines = (await (await ask("logs")).text()).split("\n").filter(Boolean);
  say(pre, lines.map((line) => {
    const { time, event, ...rest } = JSON.parse(line);
    return `${time} ${event} ${JSON.stringify(rest)}`;
  }).join("\n"));
  if (below) pre.scrollTop = pre.scrollHeight;
}

by("import").onchange = async ({ target }) => {
  const [file] = target.files;
  target.value = "";
  await attempt("backup-notice", () => send(() => post("import", file)), "The backup is in use now.");
};

by("reference").onclick = () => attempt("view-notice", () => post("reference"), "It learns the view in the next seconds.");

by("more").onsubmit = (event) => event.preventDefault();
const words = (name) => name.replaceAll("_", " ").replace(/^(fps|rtsp|.)/, (begin) => begin.toUpperCase());

whenRead(() => {
  by("export").href = part("export");
  const elsewhere = ["doors", ...NAMES, ...settings.fields.find(({ name }) => name === "doors").fields.map(({ name }) => name)];
  by("more").replaceChildren(...settings.fields.filter(({ name }) => !elsewhere.includes(name)).map(({ name, help, low, high }) => {
    const label = field(settings.values[name], [name, words(name), low === undefined ? {} : { min: low, max: high }], set);
    label.append(make("span", { className: "quiet" }, help));
    return label;
  }));
});
