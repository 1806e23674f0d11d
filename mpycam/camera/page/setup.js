// Makes the first account.

import { address, form, json, text } from "./ask.js";
import { attempt, by, notice } from "./show.js";

// Hands the new account to the browser, which would ask for it otherwise.
function logIn(user, password) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", address("/index.html"), true, user, password);
    request.onloadend = resolve;
    request.send();
  });
}

by("setup").onsubmit = async (event) => {
  event.preventDefault();
  const { user, pwd, again } = Object.fromEntries(new FormData(event.target));
  if (pwd !== again) {
    notice("notice", false, "The two passwords differ.");
    return;
  }
  await attempt("notice", async () => {
    const fields = { action: "add", user, pwd, grp: "root", sgrp: "admin:operator:viewer:ptz", comment: "" };
    const answer = new DOMParser().parseFromString(await text("/axis-cgi/pwdgrp.cgi", form(fields)), "text/html");
    if (!answer.body.textContent.includes("Created account")) {
      notice("notice", false, answer.body.textContent.trim());
      return;
    }
    await logIn(user, pwd);
    location.assign("/index.html");
  });
};

json("/axis-cgi/basicdeviceinfo.cgi", { apiVersion: "1.0", method: "getAllUnrestrictedProperties" })
  .then(({ data }) => { by("name").textContent = data.propertyList.ProdFullName; })
  .catch(() => {});
json("/axis-cgi/systemready.cgi", { apiVersion: "1.1", method: "systemready", params: { timeout: 5 } })
  .then(({ data }) => { if (data.needsetup === "no") location.replace("/index.html"); })
  .catch(() => {});
