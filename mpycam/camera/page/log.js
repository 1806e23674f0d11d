// The window that shows a log.

import { text } from "./ask.js";
import { by, every } from "./show.js";

// Shows the log of an app, or the system's without a name, as it grows.
export function showLog(app) {
  const dialog = by("log"), shown = by("log-text");
  by("log-title").textContent = app ? `Log of ${app}` : "System log";
  shown.textContent = "";
  dialog.showModal();
  const closed = new AbortController();
  dialog.onclose = () => closed.abort();
  every(2000, closed.signal, async () => {
    let log;
    try {
      log = await text(`/axis-cgi/admin/systemlog.cgi${app ? `?appname=${encodeURIComponent(app)}` : ""}`);
    } catch (error) {
      log = error.message;
    }
    if (log === shown.textContent) return;
    // Who scrolled up to read stays there.
    const atEnd = shown.scrollTop + shown.clientHeight >= shown.scrollHeight - 20;
    shown.textContent = log;
    if (atEnd) shown.scrollTop = shown.scrollHeight;
  });
}
