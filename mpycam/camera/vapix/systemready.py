"""/axis-cgi/systemready.cgi: whether the camera is up, and whether it waits for its first account."""

from aiohttp import web

from mpycam.camera.role import Role
from mpycam.camera.router import POST


def add_routes(router):
    """Add the CGI."""
    router.add(POST, "/axis-cgi/systemready.cgi", Role.ANONYMOUS, _systemready)


async def _systemready(request, camera):
    return web.json_response(
        {
            "apiVersion": "1.1",
            "method": "systemready",
            "data": {
                "systemready": "yes",
                "needsetup": "yes" if camera.accounts.needs_setup else "no",
                "uptime": str(int(camera.clock.uptime())),
                "bootid": camera.boot_id,
            },
        }
    )
