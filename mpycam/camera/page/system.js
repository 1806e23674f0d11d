// What the camera is, its log, restart and factory default.

import { json, text } from "./ask.js";
import { showLog } from "./log.js";
import { attempt, by, every, forget, make, notice, sure } from "./show.js";

const NAMES = {
  ProdFullName: "Model", SerialNumber: "Serial number", Version: "AXIS OS", BuildDate: "Built",
  Architecture: "Processor type", Soc: "System on chip", HardwareID: "Hardware", ProdType: "Kind",
};

function span(seconds) {
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [name, size] = units.find(([, size]) => seconds >= size) ?? units[3];
  const count = Math.floor(seconds / size);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

async function refresh() {
  const [about, ready] = await Promise.all([
    json("/axis-cgi/basicdeviceinfo.cgi", { apiVersion: "1.0", method: "getAllProperties" }),
    json("/axis-cgi/systemready.cgi", { apiVersion: "1.1", method: "systemready", params: { timeout: 5 } }),
  ]);
  const facts = Object.entries(NAMES).map(([key, name]) => [name, about.data.propertyList[key]]);
  facts.push(["Running for", span(Number(ready.data.uptime))]);
  by("properties").replaceChildren(
    ...facts.filter(([, value]) => value).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

async function when(question, yes, path, done) {
  if (!(await sure(question, yes))) return;
  await attempt("system-notice", async () => {
    await text(path, { method: "POST" });
    notice("system-notice", true, done);
  });
}

by("show-log").onclick = () => showLog("");
by("restart").onclick = () => when(
  "Restart the camera? Apps stop until it is up again.", "Restart",
  "/axis-cgi/restart.cgi", "The camera restarts.");
by("factory-default").onclick = () => when(
  "Set the camera back to its factory default? All apps, accounts and settings are lost.", "Set back",
  "/axis-cgi/factorydefault.cgi", "The camera is set back and restarts. Open it anew to make an account.");

export function show(signal) {
  forget("system-notice");
  attempt("system-notice", refresh);
  every(5000, signal, refresh);
}
