// Shows one part of the page at a time. Each part has show(signal): the signal aborts when it is left.

import { by } from "./show.js";
import { json, text } from "./ask.js";
import * as apps from "./apps.js";
import * as events from "./events.js";
import * as faults from "./faults.js";
import * as live from "./live.js";
import * as system from "./system.js";
import * as users from "./users.js";

const parts = { live, apps, events, system, users, faults };
let leave = new AbortController();

function show() {
  const name = location.hash.slice(1) in parts ? location.hash.slice(1) : "live";
  leave.abort();
  leave = new AbortController();
  for (const section of document.querySelectorAll("main > section")) section.hidden = section.id !== name;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${by(`${name}-title`).textContent} – ${by("name").textContent}`;
  parts[name].show(leave.signal);
}

// What an account may not use is not shown: the browser would ask for another one again and again.
const NEEDS = { apps: "admin", users: "admin", faults: "admin", system: "admin" };

async function hide() {
  const groups = (await text("/axis-cgi/usergroup.cgi")).split("\n")[1].split(" ");
  for (const [name, group] of Object.entries(NEEDS)) {
    if (groups.includes(group)) continue;
    document.querySelector(`nav a[href="#${name}"]`).remove();
    delete parts[name];
  }
  live.mayMove(groups.includes("operator"));
}

async function begin() {
  const { data } = await json("/axis-cgi/basicdeviceinfo.cgi", {
    apiVersion: "1.0", method: "getAllUnrestrictedProperties",
  });
  by("name").textContent = data.propertyList.ProdFullName;
}

Promise.allSettled([begin(), hide()]).then(() => {
  addEventListener("hashchange", () => {
    show();
    by("main").focus({ preventScroll: true });
  });
  show();
  events.listen();
});
