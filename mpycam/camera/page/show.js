// Small helpers for the page's elements.

export const by = (id) => document.getElementById(id);

// make("button", {type: "button"}, "Text", otherElement): an element with properties and children.
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// A button that is disabled while what it does is going on.
export function button(label, act, properties = {}) {
  const element = make("button", { type: "button", ...properties }, label);
  element.onclick = async () => {
    element.disabled = true;
    try {
      await act();
    } finally {
      element.disabled = false;
    }
  };
  return element;
}

// Says what went well or wrong in a place of the page; lines after the first are the remedy.
export function notice(place, good, title, ...lines) {
  by(place).replaceChildren(
    make("div", { className: `notice ${good ? "good" : "bad"}` }, make("strong", {}, title), lines.join(" ")),
  );
}

export const forget = (place) => by(place).replaceChildren();

// Does something, and says so in a place of the page if it fails. Returns whether it succeeded.
export async function attempt(place, act) {
  try {
    await act();
    return true;
  } catch (error) {
    if (error.name !== "AbortError") notice(place, false, error.message);
    return false;
  }
}

// Asks before something that cannot be undone. Returns a promise of true or false.
export function sure(question, yes) {
  const dialog = by("question");
  by("question-text").textContent = question;
  by("question-yes").textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === "yes");
  });
}

// Calls `act` now and every `milliseconds` while the browser shows the page, until `signal` aborts.
export function every(milliseconds, signal, act) {
  const turn = async () => {
    if (signal.aborted) return;
    if (!document.hidden) await act().catch(() => {});
    if (!signal.aborted) setTimeout(turn, milliseconds);
  };
  turn();
}
