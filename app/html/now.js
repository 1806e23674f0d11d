// What the doors do now, and what they did.

import { json } from "./ask.js";
import { by, make, moment, percent, say, share, span } from "./show.js";

export const WORDS = { open: "Open", closed: "Closed", ajar: "Ajar", unknown: "Unknown" };
const ALARMS = { left_open: "was left open", forced: "was opened when it should stay closed" };
const VIEWS = { dark: "It is too dark to see", blocked: "The view is blocked", moved: "The camera was moved", blurred: "The picture is blurred" };

// The cards of the doors, and what is wrong.
export function update({ watch, error }, doors) {
  const trouble = error ? error : watch.error ? `The app does not watch now: ${watch.error}.`
    : watch.still ? "No pictures come from the camera."
    : VIEWS[watch.view] ? `${VIEWS[watch.view]}, so the doors’ states are unknown.` : "";
  message(by("trouble"), trouble);
  if (error || watch.error) return by("states").replaceChildren();
  message(by("alarms"), watch.doors.filter((door) => door.alarm).map((door) => `Alarm: ${door.name} ${ALARMS[door.alarm]}.`).join(" "));
  const list = by("states");
  while (list.children.length > watch.doors.length) list.lastChild.remove();
  watch.doors.forEach((door, place) => {
    const item = list.children[place] ?? list.appendChild(card());
    const [name, state, since, gauge, likely, today] = item.children;
    item.dataset.state = door.state;
    say(name, door.name);
    say(state, WORDS[door.state]);
    state.className = door.state;
    const then = typeof door.since === "string" ? new Date(door.since) : null;
    say(since, then ? `since ${moment(then)}` : "");
    const set = doors[place];
    gauge.style.cssText = `--now: ${share(door.probability ?? 0)}; --low: ${share(set?.close_threshold ?? 0)}; --high: ${share(set?.open_threshold ?? 1)}`;
    say(likely, door.probability === null ? "" : `${percent(door.probability)} likely open`);
    say(today, `Today: opened ${times(door.openings)}, open for ${span(door.open_seconds)}`);
  });
}

const times = (count) => (count === 1 ? "once" : `${count} times`);

function card() {
  return make("li", { className: "door" }, make("span"), make("strong", { role: "status" }), make("span", { className: "quiet" }),
    make("div", { className: "gauge", "aria-hidden": "true" }), make("span"), make("span", { className: "quiet" }));
}

function message(place, text) {
  if (place.textContent !== text) place.replaceChildren(...(text ? [make("p", { className: "notice bad" }, text)] : []));
}

// The timeline and the tables.
export async function history() {
  const { days, changes } = await json("history");
  const end = Date.now() / 1000, length = Number(by("range").value), begin = end - length;
  const rows = [...new Set(changes.map(([, door]) => door))].flatMap((door) => {
    const own = changes.filter(([, name]) => name === door);
    const opened = own.filter(([time, , state]) => time >= begin && state === "open").length;
    const strip = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    strip.setAttribute("viewBox", "0 0 1000 10");
    strip.setAttribute("preserveAspectRatio", "none");
    strip.setAttribute("role", "img");
    strip.setAttribute("aria-label", `${door}: opened ${times(opened)} in the last ${by("range").selectedOptions[0].text}`);
    own.forEach(([time, , state], place) => {
      const from = Math.max(time, begin), to = own[place + 1]?.[0] ?? end;
      if (to <= begin) return;
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const values = { x: (from - begin) / length * 1000, width: Math.max(1, (to - from) / length * 1000), y: 0, height: 10, class: state };
      for (const [name, value] of Object.entries(values)) bar.setAttribute(name, value);
      strip.append(bar);
    });
    return [make("span", {}, door), strip];
  });
  const axis = make("span", { className: "axis quiet" }, make("span", {}, moment(new Date(begin * 1000)).slice(0, -3)), make("span", {}, "now"));
  const seen = Object.entries(WORDS).filter(([state]) => changes.some(([, , each]) => each === state));
  const key = make("p", { className: "key row quiet" }, ...seen.map(([state, word]) => make("span", { className: state }, word)));
  by("timeline").replaceChildren(...(rows.length ? [...rows, axis, key] : ["Nothing has happened yet."]));
  by("changes").replaceChildren(...changes.slice(-12).reverse().map(([time, door, state]) =>
    make("tr", {}, make("td", {}, moment(new Date(time * 1000))), make("td", {}, door), make("td", { className: state }, WORDS[state]))));
  by("days").replaceChildren(...Object.entries(days).sort().reverse().slice(0, 8).flatMap(([day, doors]) =>
    Object.entries(doors).map(([door, [opened, seconds]]) =>
      make("tr", {}, make("td", {}, day), make("td", {}, door), make("td", {}, times(opened)), make("td", {}, span(seconds))))));
}
