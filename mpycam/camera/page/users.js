// The accounts of the camera.

import { form, text } from "./ask.js";
import { attempt, button, by, forget, make, notice, sure } from "./show.js";

const CGI = "/axis-cgi/pwdgrp.cgi";
const GROUPS = {
  viewer: { grp: "users", sgrp: "viewer" },
  operator: { grp: "users", sgrp: "operator:viewer" },
  admin: { grp: "root", sgrp: "admin:operator:viewer:ptz" },
};
const ROLES = [["admin", "Administrator"], ["operator", "Operator"], ["viewer", "Viewer"]];

// pwdgrp.cgi answers with a small page whose body says what it did.
async function change(fields, done) {
  forget("users-notice");
  await attempt("users-notice", async () => {
    const answer = new DOMParser().parseFromString(await text(CGI, form(fields)), "text/html").body.textContent.trim();
    if (answer.startsWith("Error")) notice("users-notice", false, answer, "The system log may say why.");
    else notice("users-notice", true, done);
    await refresh();
  });
}

async function remove(name) {
  if (await sure(`Remove the user ${name}?`, "Remove")) {
    await change({ action: "remove", user: name }, `${name} is removed.`);
  }
}

async function refresh() {
  const groups = {};
  for (const [, name, members] of (await text(`${CGI}?action=get`)).matchAll(/^(\w+)="([^"]*)"/gm)) {
    groups[name] = members.split(",").filter(Boolean);
  }
  const names = [...new Set(ROLES.flatMap(([role]) => groups[role] ?? []))];
  by("user-list").replaceChildren(...names.map((name) => make(
    "tr", {},
    make("th", { scope: "row" }, name),
    make("td", {}, ROLES.find(([role]) => groups[role]?.includes(name))[1]),
    make("td", { className: "actions" },
      button("Remove…", () => remove(name), { className: "danger", "aria-label": `Remove ${name}` })),
  )));
}

by("add-user").onsubmit = async (event) => {
  event.preventDefault();
  const { user, pwd, role } = Object.fromEntries(new FormData(event.target));
  await change({ action: "add", user, pwd, ...GROUPS[role], comment: "" }, `${user} is added.`);
  event.target.reset();
};

export function show() {
  forget("users-notice");
  attempt("users-notice", refresh);
}
