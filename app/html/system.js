// Times, processes, backup, the settings that are left, and the log.

import { ask, part, post } from "./ask.js";
import { NAMES } from "./outputs.js";
import { field, read, set, settings, whenRead } from "./settings.js";
import { attempt, by, make, say, size, span } from "./show.js";

const STAGES = { read: "Waiting and reading", decode: "Decoding", network: "Network", total: "All together" };

export function update({ watch, supervisor }) {
  const times = Object.entries(watch?.milliseconds ?? {}).filter(([, value]) => value !== null);
  const longest = Math.max(...times.map(([, value]) => value));
  by("stages").replaceChildren(...times.flatMap(([name, value]) => {
    const bar = make("b", { "aria-hidden": "true" });
    bar.style.width = `${value / longest * 100}%`;
    return [make("span", {}, STAGES[name] ?? name), bar, make("span", {}, `${value.toFixed(2)} ms`)];
  }), ...(watch?.fps === undefined ? [] : [make("span", {}, "Pictures"), make("span"), make("span", {}, `${watch.fps.toFixed(1)} a second`)]));
  by("processes").replaceChildren(...Object.entries(supervisor?.processes ?? {}).map(([name, { state, uptime, memory, restarts }]) =>
    make("tr", {}, make("td", {}, name), make("td", {}, `${state}${uptime ? ` for ${span(uptime)}` : ""}`),
      make("td", {}, memory ? size(memory) : ""), make("td", {}, String(restarts ?? "")))));
}

export async function log() {
  const pre = by("log"), below = pre.scrollTop + pre.clientHeight >= pre.scrollHeight - 5;
  say(pre, await (await ask("logs")).text());
  if (below) pre.scrollTop = pre.scrollHeight;
}

by("import").onchange = async ({ target }) => {
  const [file] = target.files;
  target.value = "";
  await attempt("backup-notice", async () => {
    await post("import", file);
    await read();
  }, "The backup is in use now.");
};

by("export").onfocus = by("export").onpointerenter = () => { by("export").href = part("export"); };

by("reference").onclick = () => attempt("view-notice", () => post("reference"), "It learns the view in the next seconds.");

by("more").onsubmit = (event) => event.preventDefault();
const words = (name) => name.replaceAll("_", " ").replace(/^./, (letter) => letter.toUpperCase());

whenRead(() => by("more").replaceChildren(...settings.fields
  .filter(({ name, door }) => !door && name !== "doors" && !NAMES.includes(name))
  .map(({ name, help, min, max }) => field(settings.values[name], [name, help ?? words(name), { ...(min === undefined ? {} : { min, max }) }], set))));
