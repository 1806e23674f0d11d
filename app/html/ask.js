// Requests to the app.

// Without name and password, which a page opened as http://name:password@camera/ has in its address.
const folder = location.origin + location.pathname.replace(/[^/]*$/, "");
export const address = (path) => folder + path;

// api/ leads through the camera's reverse proxy; cameras that have none lead through FastCGI at cgi/.
let api = "api/", known = false;
export const part = (path) => address(api + path);

export class Failure extends Error {}

// The Response to a request; raises Failure, in words.
export async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(part(path), { cache: "no-store", ...options, headers: { "X-Requested-With": "page" } });
  } catch {
    throw new Failure("The camera does not answer.");
  }
  known ||= response.ok;
  if (response.ok) return response;
  if (response.status === 404 && !known) {
    [api, known] = ["cgi/", true];
    return ask(path, options);
  }
  const text = response.headers.get("Content-Type")?.startsWith("text/plain") && (await response.text()).trim();
  if (text) throw new Failure(text);
  if (response.status === 401) throw new Failure("Your account may not do this.");
  if (response.status === 503) throw new Failure("The app does not run. Start it in the camera’s list of apps.");
  throw new Failure(`The camera answers ${response.status} ${response.statusText}.`);
}

export const json = async (path) => (await ask(path)).json();
export const post = async (path, body = "") => (await ask(path, { method: "POST", body })).json();
