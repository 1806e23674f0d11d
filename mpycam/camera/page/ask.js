// Requests to the camera.

// The origin, not the page's own address: one opened as http://name:password@camera/ cannot be used in requests.
export const address = (path) => location.origin + path;

// Faults on demand answer 401 and 503; not to this page, where they are ended.
const OURS = { "X-Simulator": "page" };

export class Failure extends Error {}

// The Response to a request; raises Failure, in words, where the camera refuses.
export async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(address(path), { ...options, cache: "no-store", headers: { ...OURS, ...options.headers } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure("The camera does not answer.");
  }
  if (response.ok) return response;
  if (response.status === 401) throw new Failure("Your account may not do this.");
  const text = response.headers.get("Content-Type")?.startsWith("text/plain") ? (await response.text()).trim() : "";
  throw new Failure(text || `The camera answers ${response.status} ${response.statusText}.`);
}

export const text = async (path, options) => (await ask(path, options)).text();

export const json = async (path, value, method = value === undefined ? "GET" : "POST") =>
  (await ask(path, {
    method,
    ...(value === undefined ? {} : { body: JSON.stringify(value), headers: { "Content-Type": "application/json" } }),
  })).json();

// The document of an XML answer.
export async function xml(path) {
  return new DOMParser().parseFromString(await text(path), "text/xml");
}

export const form = (fields) => ({ method: "POST", body: new URLSearchParams(fields) });

// Sends a file as a form's, and tells how far it is, from 0 to 1. fetch() cannot tell.
export function upload(path, file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address(path));
    for (const [name, value] of Object.entries(OURS)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => resolve({ status: request.status, text: request.responseText.trim() });
    request.onerror = () => reject(new Failure("The connection broke off while the package was sent. Try again."));
    const body = new FormData();
    body.append("packfil", file, file.name);
    request.send(body);
  });
}
