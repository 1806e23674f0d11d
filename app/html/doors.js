// Where the doors are in the picture, when they count as open, and what looks at them.

import { json, post } from "./ask.js";
import { addDoor, field, removeDoor, send, setDoor, settings, unsaved, whenRead } from "./settings.js";
import { attempt, by, make, notice, percent, say, share, size } from "./show.js";

const WORST = 0.02; // the smallest side of a region
let chosen = 0, gauge, likely;
const door = () => settings.doors[chosen];

// The region on the picture

const corners = ["nw", "ne", "sw", "se"];
const described = ([x, y, width, height]) =>
  `${percent(x)} from the left, ${percent(y)} from the top, ${percent(width)} wide, ${percent(height)} high`;

function drawBoxes() {
  const focused = document.activeElement?.dataset.place;
  for (const box of by("editor").querySelectorAll(".box")) box.remove();
  settings.doors.forEach((each, place) => {
    const [x, y, width, height] = each.region.map(share);
    const box = make("div", { className: place === chosen ? "box chosen" : "box", tabIndex: 0, role: "group" }, make("span", {}, each.name));
    box.setAttribute("aria-label", `Region of ${each.name}: ${described(each.region)}. Arrow keys move it, with Shift they resize it.`);
    box.style.cssText = `left: ${x}; top: ${y}; width: ${width}; height: ${height}`;
    box.dataset.place = place;
    for (const corner of corners) {
      const handle = make("i");
      handle.dataset.corner = corner;
      handle.style.cssText = `${corner[0] === "n" ? "top" : "bottom"}: 0; ${corner[1] === "w" ? "left" : "right"}: 0`;
      box.append(handle);
    }
    box.onkeydown = (event) => press(event, place);
    by("editor").append(box);
    if (focused === String(place)) box.focus();
  });
  door().region.forEach((part, index) => {
    const input = by("region-fields").querySelectorAll("input")[index];
    if (input && document.activeElement !== input) input.value = Math.round(part * 1000) / 10;
  });
}

const within = (value, low, high) => Math.min(Math.max(value, low), high);
const rounded = (value) => Math.round(value * 1000) / 1000;

function setRegion(x, y, width, height) {
  [width, height] = [within(width, WORST, 1), within(height, WORST, 1)];
  [x, y] = [within(x, 0, 1 - width), within(y, 0, 1 - height)];
  setDoor(door(), "region", [x, y, width, height].map(rounded));
  drawBoxes();
}

// The region between two points.
const between = ([x, y], [u, v]) => setRegion(Math.min(x, u), Math.min(y, v), Math.abs(u - x), Math.abs(v - y));

function press(event, place) {
  const step = event.ctrlKey ? 0.05 : 0.01;
  const steps = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
  if (event.key === "Enter" || (steps && place !== chosen)) choose(place);
  if (!steps) return;
  event.preventDefault();
  const [x, y, width, height] = door().region;
  if (event.shiftKey) setRegion(x, y, within(width + steps[0], WORST, 1 - x), within(height + steps[1], WORST, 1 - y));
  else setRegion(x + steps[0], y + steps[1], width, height);
}

by("editor").onpointerdown = (event) => {
  if (event.button) return;
  event.preventDefault();
  const editor = by("editor"), frame = editor.getBoundingClientRect();
  const point = ({ clientX, clientY }) =>
    [within((clientX - frame.left) / frame.width, 0, 1), within((clientY - frame.top) / frame.height, 0, 1)];
  const box = event.target.closest(".box"), corner = event.target.dataset.corner, begin = point(event);
  if (box) {
    if (Number(box.dataset.place) !== chosen) return choose(Number(box.dataset.place));
    editor.querySelector(".chosen").focus();
  }
  const [x, y, width, height] = door().region;
  // A corner is dragged from the one that is opposite.
  const fixed = corner ? [corner[1] === "w" ? x + width : x, corner[0] === "n" ? y + height : y] : begin;
  editor.setPointerCapture(event.pointerId);
  editor.onpointermove = (moved) => {
    const now = point(moved);
    if (box && !corner) setRegion(x + now[0] - begin[0], y + now[1] - begin[1], width, height);
    else between(fixed, now);
  };
  editor.onpointerup = editor.onpointercancel = () => {
    editor.onpointermove = editor.onpointerup = editor.onpointercancel = null;
  };
};

// The forms

function choose(place) {
  chosen = Math.max(0, Math.min(place, settings.doors.length - 1));
  drawChooser();
  drawForm();
  drawBoxes();
  showCard();
}

function drawChooser() {
  const add = make("button", { type: "button", id: "add-door" }, "Add a door");
  add.onclick = () => {
    addDoor();
    choose(settings.doors.length - 1);
  };
  by("chooser").replaceChildren(...settings.doors.map((each, place) => {
    const button = make("button", { type: "button", "aria-pressed": String(place === chosen) }, each.name);
    button.onclick = () => choose(place);
    return button;
  }), add);
}

const group = (title, ...children) => make("fieldset", {}, make("legend", {}, title), ...children);

function drawForm() {
  const change = (name, value) => setDoor(door(), name, value);
  const make_ = (...row) => field(door()[row[0]], row, change);
  const name = make_("name", "Name", { maxLength: 32, required: true, pattern: "[^\\/+#]+" });
  name.addEventListener("input", () => { drawChooser(); drawBoxes(); });
  gauge = make("div", { className: "gauge", "aria-hidden": "true" });
  likely = make("output", { id: "likely" }, " ");
  const parts = [name, group("When it counts as open", likely, gauge,
    threshold("open_threshold", "Open from"), threshold("close_threshold", "Closed up to"),
    make_("minimum_duration", "Only if so for at least (seconds)", { min: 0, max: 3600 }))];
  parts.push(group("Alarms",
    make_("left_open_after", "Left open for (minutes, 0 for never)", { min: 0, max: 1440, times: 60 }),
    make_("left_open_hours", "…during (empty for always)", { placeholder: "mo-fr 18:00-08:00, sa su" }),
    make_("forced_hours", "Must stay closed during (empty for never)", { placeholder: "22:00-06:00" })));
  parts.push(make_("virtual_input", "Virtual input of the camera (0 for none)", { min: 0, max: 64, step: 1 }));
  if (settings.doors.length > 1) {
    const remove = make("button", { type: "button" }, `Remove ${door().name}`);
    remove.onclick = () => {
      removeDoor(chosen);
      choose(chosen);
    };
    parts.push(remove);
  }
  by("door").replaceChildren(...parts);
  by("region-fields").replaceChildren(by("region-fields").firstElementChild, ...["Left", "Top", "Width", "Height"].map((words, index) => {
    const input = make("input", { type: "number", min: 0, max: 100, step: "any" });
    input.oninput = () => {
      const region = [...door().region];
      region[index] = input.value / 100;
      if (input.validity.valid && input.value) setRegion(...region);
    };
    return make("label", {}, words, input);
  }));
  drawGauge();
}

function threshold(name, words) {
  const input = make("input", { type: "range", min: 0, max: 1, step: 0.01, name, value: door()[name] });
  const shown = make("span", {}, percent(door()[name]));
  input.oninput = () => {
    setDoor(door(), name, Number(input.value));
    // The two never cross.
    const other = by("door").elements[name === "open_threshold" ? "close_threshold" : "open_threshold"];
    if (door().close_threshold > door().open_threshold) {
      other.value = input.value;
      other.oninput();
    }
    say(shown, percent(input.value));
    drawGauge();
  };
  return make("label", {}, make("span", { className: "row between" }, words, shown), input);
}

function drawGauge() {
  gauge.style.setProperty("--low", share(door().close_threshold));
  gauge.style.setProperty("--high", share(door().open_threshold));
}

// The probability beside the thresholds.
export function update({ watch }) {
  const now = watch?.doors?.find(({ name }) => name === door()?.name);
  if (!now || now.probability === null || !gauge) return;
  gauge.style.setProperty("--now", share(now.probability));
  say(likely, `Now ${percent(now.probability)} likely open`);
}

by("door").onsubmit = (event) => event.preventDefault();

// The model

async function showCard() {
  const place = chosen;
  const told = place < settings.kept ? await json(`model/${place}`).catch(() => null) : null;
  if (place !== chosen) return;
  const rows = told ? {
    File: told.file, "Tells apart": told.labels.join(", "), "Picture taken": told.inputs.map((shape) => `${shape[1]} × ${shape[0]} pixels`).join(", "),
    Size: size(told.bytes), "Work for one picture": `${(told.multiply_adds / 1e6).toFixed(2)} million multiplications`, Memory: size(told.arena),
  } : { File: "not known yet: save first" };
  by("card").replaceChildren(...Object.entries(rows).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

by("model-file").onchange = async ({ target }) => {
  const [file] = target.files;
  target.value = "";
  if (unsaved()) return notice("model-notice", false, "Save or discard your changes first.");
  const place = chosen, { name } = door();
  await attempt("model-notice", () => send(() => post(`model/${place}`, file)), `${name} uses ${file.name} now.`);
};

whenRead(() => choose(chosen));
