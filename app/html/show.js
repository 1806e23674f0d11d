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

// Changes what an element says only where it differs, so that it is not read aloud again.
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function notice(place, good, text) {
  by(place).replaceChildren(make("p", { className: good ? "notice" : "notice bad" }, text));
}

// Does something, and says in a place of the page how it went.
export async function attempt(place, act, done) {
  by(place).replaceChildren();
  try {
    await act();
    notice(place, true, done);
    return true;
  } catch (error) {
    notice(place, false, error.message);
    return false;
  }
}

export const percent = (part) => `${Math.round(part * 100)} %`;
// The same for style sheets.
export const share = (part) => `${part * 100}%`;

// Seconds in words.
export function span(seconds) {
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

export const size = (bytes) => (bytes < 10000 ? `${bytes} bytes` : `${Math.round(bytes / 1000).toLocaleString("en")} kB`);

// A moment of today as a time, another one with its day.
export function moment(date) {
  const today = date.toDateString() === new Date().toDateString();
  return date.toLocaleString("en-GB", {
    ...(today ? {} : { weekday: "short", day: "numeric", month: "short" }), hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
}
