"""The files in html/ of an app."""

import mimetypes
import os
import stat

from aiohttp import web

from mpycam.camera.running.confined import open_inside

PIECE = 1 << 16


async def serve(request, camera, record, path):
    """Answer with a file; raises HTTPNotFound and HTTPMethodNotAllowed."""
    if request.method not in ("GET", "HEAD"):
        raise web.HTTPMethodNotAllowed(request.method, ("GET", "HEAD"))
    parts = [part for part in path.split("/") if part]
    if ".." in parts or "\0" in path:
        raise web.HTTPNotFound()
    if not path or path.endswith("/"):
        parts.append("index.html")
    descriptor = _open(camera, record, "/".join(parts))
    if descriptor is None:
        raise web.HTTPNotFound()
    status = os.fstat(descriptor)
    if stat.S_ISDIR(status.st_mode):
        os.close(descriptor)
        raise web.HTTPMovedPermanently(request.rel_url.raw_path + "/")
    with open(descriptor, "rb") as file:
        return await _send(request, file, status, parts[-1])


def _open(camera, record, name):
    """Return the descriptor of a file or folder, None where there is none."""
    folder = f"usr/local/packages/{record.name}"
    places = [f"{folder}/html/{name}"]
    # Before manifests the settings page lay in the package's root.
    if not camera.profile.manifest_majors and name == record.settings_page:
        places.append(f"{folder}/{name}")
    for place in places:
        try:
            descriptor = open_inside(camera.applications.sandbox.root, place)
        except OSError:
            continue
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
            return descriptor
        os.close(descriptor)
    return None


async def _send(request, file, status, name):
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = web.StreamResponse(headers={"Content-Type": kind})
    response.last_modified = status.st_mtime
    if request.if_modified_since and int(status.st_mtime) <= request.if_modified_since.timestamp():
        response.set_status(304)
        await response.prepare(request)
        return response
    left = response.content_length = status.st_size
    await response.prepare(request)
    if request.method == "GET":
        while left > 0:
            piece = file.read(min(left, PIECE))
            if not piece:
                raise ConnectionResetError("the file became shorter while it was sent")
            left -= len(piece)
            await response.write(piece)
    return response
