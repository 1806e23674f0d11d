// Installs, starts, stops and removes apps.

import { json, text, upload, xml } from "./ask.js";
import { meaning } from "./errors.js";
import { showLog } from "./log.js";
import { attempt, button, by, every, forget, make, notice, sure } from "./show.js";

const CGI = "/axis-cgi/applications";
let before = "";

async function control(action, app) {
  forget("apps-notice");
  await attempt("apps-notice", async () => {
    const query = new URLSearchParams({ action, package: app.Name });
    const answer = await text(`${CGI}/control.cgi?${query}`, { method: "POST" });
    const wrong = meaning(answer.trim(), "control");
    if (wrong) notice("apps-notice", false, `${app.NiceName}: ${wrong[0]}`, wrong[1]);
    else if (action === "remove") notice("apps-notice", true, `${app.NiceName} is removed.`);
    await refresh();
  });
}

async function remove(app) {
  const question = `Remove ${app.NiceName}? Its settings and data are deleted with it.`;
  if (await sure(question, "Remove")) await control("remove", app);
}

function entry(app) {
  const running = app.Status === "Running";
  const facts = [`Version ${app.Version}`, app.Vendor, app.SignatureStatus === "Unsigned" ? "not signed" : ""];
  const element = make(
    "li", { className: "app" },
    make("div", { className: "row" },
      make("h2", {}, app.NiceName),
      make("span", { className: `state ${running ? "running" : ""}` }, app.Status)),
    make("p", { className: "quiet" }, facts.filter(Boolean).join(" · ")),
    make("div", { className: "row" },
      running
        ? button("Stop", () => control("stop", app))
        : button("Start", () => control("start", app), { className: "main" }),
      ...(app.ConfigurationPage
        ? [make("a", { className: "button", href: `/${app.ConfigurationPage}`, target: "_blank" }, "Open")] : []),
      button("Log", () => showLog(app.Name)),
      button("Remove…", () => remove(app), { className: "danger" })),
  );
  for (const control of element.querySelectorAll("button, a")) {
    control.setAttribute("aria-label", `${control.textContent.replace("…", "")} ${app.NiceName}`);
  }
  element.dataset.app = app.Name;
  return element;
}

async function refresh() {
  const list = await xml(`${CGI}/list.cgi`);
  const apps = [...list.querySelectorAll("application")].map((each) =>
    Object.fromEntries([...each.attributes].map(({ name, value }) => [name, value])));
  // Left alone where nothing changed, so that the keyboard's place is kept.
  if (JSON.stringify(apps) === before) return;
  before = JSON.stringify(apps);
  const focused = document.activeElement?.getAttribute("aria-label");
  by("app-list").replaceChildren(...apps.map(entry));
  if (focused) by("app-list").querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
  by("no-apps").hidden = apps.length > 0;
}

async function install(file) {
  forget("apps-notice");
  by("upload-name").textContent = `Sending ${file.name}…`;
  by("upload-progress").hidden = false;
  await attempt("apps-notice", async () => {
    const { status, text: answer } = await upload(`${CGI}/upload.cgi`, file, (part) => {
      by("progress").value = part;
      if (part === 1) by("upload-name").textContent = `Installing ${file.name}…`;
    });
    const wrong = meaning(status === 200 ? answer : `${status}`, "upload");
    if (wrong) notice("apps-notice", false, `${file.name}: ${wrong[0]}`, wrong[1]);
    else notice("apps-notice", true, `${file.name} is installed.`);
  });
  by("upload-progress").hidden = true;
  by("progress").value = 0;
  await refresh().catch(() => {});
}

by("package").onchange = async () => {
  const [file] = by("package").files;
  if (file) await install(file);
  by("package").value = "";
};

// A file may be dropped anywhere on the Apps page, and one beside it does not replace the page.
const drop = by("upload"), section = by("apps");
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => event.preventDefault());
section.ondragover = () => drop.classList.add("over");
section.ondragleave = (event) => section.contains(event.relatedTarget) || drop.classList.remove("over");
section.ondrop = async (event) => {
  drop.classList.remove("over");
  const [file] = event.dataTransfer.files;
  if (file) await install(file);
};
drop.onsubmit = (event) => event.preventDefault();

async function showSwitch() {
  // Versions without the switch answer with an error.
  const answer = await xml(`${CGI}/config.cgi?action=get&name=AllowUnsigned`);
  const value = answer.querySelector("param")?.getAttribute("value");
  by("unsigned-label").hidden = !value;
  by("unsigned").checked = value === "true";
}

by("unsigned").onchange = () => attempt("apps-notice", async () => {
  await text(`${CGI}/config.cgi?action=set&name=AllowUnsigned&value=${by("unsigned").checked}`, { method: "POST" });
}).then(() => showSwitch());

async function showProcessor() {
  const { data } = await json("/axis-cgi/basicdeviceinfo.cgi", { apiVersion: "1.0", method: "getAllProperties" });
  by("processor").textContent = `This camera takes packages for ${data.propertyList.Architecture}.`;
}

export function show(signal) {
  before = "";
  showProcessor().catch(() => {});
  forget("apps-notice");
  showSwitch().catch(() => { by("unsigned-label").hidden = true; });
  attempt("apps-notice", refresh);
  every(2000, signal, refresh);
}
