"""/axis-cgi/systemready.cgi: whether the camera is up, and whether it waits for its first account."""

import asyncio

from mpycam.camera.role import Role
from mpycam.camera.router import POST
from mpycam.camera.vapix.json_api import ErrorCodes, JsonApi

MOST_SECONDS = 60
# Of the mistakes it only knows the one: invalid JSON input.
CODES = ErrorCodes(9000, 1000, 1000, 1000, 1000, 1000, 1000)


def add_routes(router):
    """Add the CGI."""
    api = JsonApi(["1.4"], CODES, {"systemready": (Role.ANONYMOUS, _systemready)})
    router.add(POST, "/axis-cgi/systemready.cgi", Role.ANONYMOUS, api)


async def _systemready(call):
    camera = call.camera
    timeout = call.value("timeout", (int, float), default=0)
    if not 0 <= timeout <= MOST_SECONDS:
        raise call.invalid("params.timeout")
    until = asyncio.get_running_loop().time() + timeout
    while not camera.ready and asyncio.get_running_loop().time() < until:
        await asyncio.sleep(0.05)
    data = {
        "systemready": "yes" if camera.ready else "no",
        "needsetup": "yes" if camera.accounts.needs_setup else "no",
        "uptime": str(int(camera.clock.uptime())),
        "bootid": camera.boot_id,
    }
    if camera.profile.since(12):
        # There is no preview mode in this camera: it has been over from the start.
        data["previewmode"] = "0"
    return data
