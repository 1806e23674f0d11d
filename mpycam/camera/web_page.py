"""The camera's own web page: plain files, which talk to the VAPIX interfaces and to /simulator/."""

from pathlib import Path

from aiohttp import web

from mpycam.camera.role import Role
from mpycam.camera.router import GET

FOLDER = Path(__file__).parent / "page"
# The one file that asks for an account. The others know nothing of this camera, and the set-up page uses them too.
GUARDED = "index.html"
# Scripts and pictures of this camera only, and no frame around the page: an app's page cannot click in it.
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
FILES = {path.name: path for path in sorted(FOLDER.iterdir())}


def add_routes(router):
    """Add the page's files."""
    router.add(GET, "/", Role.ANONYMOUS, _front_door)
    for name, path in FILES.items():
        router.add(GET, f"/{name}", Role.VIEWER if name == GUARDED else Role.ANONYMOUS, _file(path))


async def _front_door(request, camera):
    raise web.HTTPFound("/setup.html" if camera.accounts.needs_setup else "/index.html")


def _file(path):
    async def handle(request, camera):
        return web.FileResponse(path, headers=HEADERS)

    return handle
