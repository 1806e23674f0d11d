// The pictures: a stream where the camera lets one through, else one picture after the other.

import { address, ask } from "./ask.js";

const AGAIN_MS = 1000;
let streams = true;

// Shows the pictures of an image's stream, data-live, until the signal aborts.
export function show(image, signal) {
  image.onload = () => image.classList.add("known");
  signal.addEventListener("abort", () => image.removeAttribute("src"));
  if (streams) {
    image.onerror = () => {
      image.classList.remove("known");
      streams = false;
      poll(image, signal);
    };
    image.src = address(`live${image.dataset.live}?${Date.now()}`);
  } else poll(image, signal);
}

async function poll(image, signal) {
  image.onerror = null;
  for (let turn = 1; !signal.aborted; turn += 1) {
    let wait = AGAIN_MS / 2;
    try {
      if (document.hidden) throw new Error("nobody looks");
      const picture = await (await ask(`picture${image.dataset.live && "?raw=1"}`)).blob();
      const url = URL.createObjectURL(picture);
      if (!signal.aborted) image.src = url;
      await image.decode().catch(() => {});
      URL.revokeObjectURL(url);
    } catch {
      wait = 2 * AGAIN_MS;
    }
    // A camera whose app had only begun has a stream after all.
    if (turn % 20 === 0 && !signal.aborted) {
      streams = true;
      return show(image, signal);
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
