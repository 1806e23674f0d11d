// What the camera's error numbers mean, and what helps.

const UPLOAD = {
  1: ["This is not a valid package.",
    "Choose an .eap file made by mpycam or by the ACAP SDK; copy it again if it may be damaged."],
  2: ["The package has no valid signature.",
    "Switch on Allow unsigned apps and try again. AXIS OS 13 takes packages only that Axis has signed."],
  3: ["The package is too large, or the camera's flash is full.",
    "Remove apps that are not needed, or make the package smaller."],
  5: ["The package does not fit this camera.",
    "It is for another processor or another AXIS OS: see System for what this camera is, and choose its package."],
  10: ["The package cannot be installed.", "The system log says why."],
  12: ["Another package is being installed.", "Wait until it is done, then try again."],
  13: ["The package wants a user or group that is not allowed here.",
    "AXIS OS 12 and later run no app as root: leave the user out of the manifest."],
  14: ["An app of this name in other capital letters is installed.", "Remove that one first."],
  15: ["It took too long.", "The network may be slow: try again."],
  27: ["The installed version is from another vendor.", "Remove it first, then install this one."],
  29: ["The manifest or package.conf in the package is invalid.",
    "The system log says what is wrong; mpycam eap inspect finds it before the upload."],
};

const CONTROL = {
  1: ["No app was named.", ""],
  4: ["There is no such app any more.", "Somebody else may have removed it."],
  6: ["It is running already.", ""],
  7: ["It is not running.", ""],
  8: ["It could not be started.", "Its log says why."],
  9: ["Too many apps are running.", "Stop another one first."],
  10: ["It did not work.", "The app's log and the system log say why."],
  15: ["It took too long.", "Try again, or restart the camera."],
};

const LICENSE = {
  21: ["The license key is invalid.", ""], 22: ["The license key is for another camera.", ""],
  23: ["The license key is for another app.", ""], 24: ["The license has expired.", ""],
  25: ["The license key could not be removed.", ""], 26: ["The license key could not be stored.", ""],
  30: ["There is no license key to remove.", ""], 31: ["The app takes no license key.", ""],
};

// ["what went wrong", "what helps"] for an answer such as "Error: 5", or null for "OK".
export function meaning(answer, of) {
  if (answer === "OK") return null;
  const number = /^Error:? *(\d+)/.exec(answer)?.[1];
  const table = of === "upload" ? UPLOAD : { ...LICENSE, ...CONTROL };
  const [what, help] = table[number] ?? [`The camera answers ${answer || "nothing"}.`, "The system log may say why."];
  return [number ? `${what} (Error ${number})` : what, help];
}
