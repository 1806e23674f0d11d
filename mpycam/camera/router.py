"""The routes of the camera, each with the role that it asks for."""

import html
from dataclasses import dataclass

from aiohttp import web

from mpycam.camera.keys import CALLER, CAMERA, IN_CAMERA
from mpycam.camera.role import Role

GET = ("GET", "HEAD")
POST = ("POST",)
# VAPIX takes its query strings either way.
GET_POST = (*GET, *POST)


@dataclass(frozen=True)
class Route:
    """A path, as aiohttp writes them ("/local/{app}/{path:.*}"), and who may use it.

    `handler` is `async (request, camera) -> response`. `request[CALLER]` says who asks;
    a handler that lets more people in than may do everything calls camera.authentication.require().
    """

    methods: tuple
    path: str
    role: Role
    handler: object


class Router:
    """Collects routes from the modules that have an `add_routes(router)`."""

    def __init__(self):
        self.routes = []

    def add(self, methods, path, role, handler):
        """Add a route; see Route."""
        self.routes.append(Route(tuple(methods), path, role, handler))

    def application(self, camera, in_camera):
        """Return the aiohttp application that serves the routes, for the address inside the camera or outside."""
        application = web.Application(middlewares=[*camera.middlewares, _errors, _authenticate])
        application[CAMERA], application[IN_CAMERA] = camera, in_camera
        application.on_response_prepare.append(_finish)
        for route in self.routes:
            for method in route.methods:
                application.router.add_route(method, route.path, _handler(route))
        return application


def _handler(route):
    async def handle(request):
        camera = request.app[CAMERA]
        if route.role > Role.ANONYMOUS:
            camera.authentication.require(request, route.role)
        return await route.handler(request, camera)

    return handle


@web.middleware
async def _authenticate(request, handler):
    request[CALLER] = request.app[CAMERA].authentication.caller(request)
    return await handler(request)


@web.middleware
async def _errors(request, handler):
    # aiohttp's own error texts, and an escaped exception, become pages as the camera's web server writes them.
    try:
        return await handler(request)
    except web.HTTPError as error:
        if error.content_type != "text/plain" or error.text != f"{error.status}: {error.reason}":
            raise
        page = error_page(error.status, error.reason, request.path)
        for name in ("WWW-Authenticate", "Allow"):
            page.headers.extend((name, value) for value in error.headers.getall(name, ()))
        return page


_TEXTS = {
    401: "Your client does not have permission to get URL {} from this server.",
    404: "The requested URL {} was not found on this server.",
    405: "The requested method is not allowed for the URL {}.",
}


def error_page(status, reason, path):
    """Return the page that says what went wrong."""
    text = _TEXTS.get(status, "The request for the URL {} failed.").format(html.escape(path))
    title = f"{status} {reason}"
    body = f"<HTML><HEAD><TITLE>{title}</TITLE></HEAD>\n<BODY><H1>{title}</H1>\n{text}\n</BODY></HTML>\n"
    return web.Response(
        status=status,
        body=body.encode("iso-8859-1", "replace"),
        headers={"Content-Type": "text/html; charset=ISO-8859-1"},
    )


async def _finish(request, response):
    caller = request.get(CALLER)
    if caller and caller.authentication_info and caller.authentication_info.isascii():
        response.headers["Authentication-Info"] = caller.authentication_info
    response.headers["Server"] = "mpycam"
