// The camera's events as they come, over ws-data-stream.

import { address, text } from "./ask.js";
import { by, make } from "./show.js";

const MOST = 500;
const AGAIN_MS = 2000;
// What comes at first are not news, but the states as they are.
const STATES_MS = 1000;
let unseen = 0;
let began = 0;

const pairs = (values) => Object.entries(values ?? {}).map(([name, value]) => `${name} ${value}`).join(", ");

function matches(row) {
  return row.textContent.toLowerCase().includes(by("event-filter").value.toLowerCase());
}

function add({ topic, timestamp, message }) {
  const time = new Date(timestamp);
  const row = make(
    "tr", {},
    make("td", { title: time.toLocaleString() }, time.toLocaleTimeString()),
    make("td", {}, topic),
    make("td", {}, pairs({ ...message.source, ...message.key })),
    make("td", {}, pairs(message.data)),
  );
  row.hidden = !matches(row);
  by("event-list").prepend(row);
  if (by("event-list").children.length > MOST) by("event-list").lastChild.remove();
  if (by("events").hidden && performance.now() - began > STATES_MS) {
    unseen += 1;
    by("event-count").textContent = unseen > 99 ? "99+" : unseen;
    by("event-count").hidden = false;
  }
}

async function connect() {
  // A browser cannot log in to a WebSocket; a session's token stands for the account.
  const token = (await text("/axis-cgi/wssession.cgi")).trim();
  const socket = new WebSocket(
    `${address("/vapix/ws-data-stream").replace(/^http/, "ws")}?wssession=${encodeURIComponent(token)}&sources=events`);
  socket.onopen = () => socket.send(JSON.stringify({
    apiVersion: "1.0", method: "events:configure", params: { eventFilterList: [{ topicFilter: "//." }] },
  }));
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.method === "events:notify") add(message.params.notification);
    else if (message.error) by("events-state").textContent = message.error.message;
    else {
      began = performance.now();
      by("events-state").textContent = "Listening.";
    }
  };
  await new Promise((resolve) => { socket.onclose = resolve; });
}

// Listens from now on, whatever part of the page is shown.
export async function listen() {
  for (;;) {
    await connect().catch(() => {});
    by("events-state").textContent = "Not connected. Connecting again…";
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

by("event-filter").oninput = () => {
  for (const row of by("event-list").children) row.hidden = !matches(row);
};
by("events-clear").onclick = () => by("event-list").replaceChildren();

export function show() {
  unseen = 0;
  by("event-count").hidden = true;
}
