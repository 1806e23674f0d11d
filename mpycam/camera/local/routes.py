"""/local/<app>/: the reverse proxy, FastCGI and files of apps, in this order."""

import re

from aiohttp import web

from mpycam.camera.local import fastcgi, files, proxy
from mpycam.camera.packages.refusal import Refused
from mpycam.camera.role import Role

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
ROLES = {
    "anonymous": Role.ANONYMOUS, "viewer": Role.VIEWER, "operator": Role.OPERATOR, "admin": Role.ADMIN,
}  # fmt: skip


def add_routes(router):
    """Add the route; who may use it is up to each app."""
    router.add(METHODS, "/local/{app}", Role.ANONYMOUS, _local)
    router.add(METHODS, "/local/{app}/{path:.*}", Role.ANONYMOUS, _local)


async def _local(request, camera):
    name, path = request.match_info["app"], request.match_info.get("path", "")
    require = camera.authentication.require
    try:
        application = camera.applications.get(name)
    except Refused:
        require(request, Role.ADMIN)
        raise web.HTTPNotFound() from None
    record = application.record
    rules = record.proxies if camera.profile.reverse_proxy else []
    for rule in rules:
        if leads_to(rule.path, path):
            require(request, ROLES[rule.access])
            return await proxy.forward(request, camera, application, rule)
    for place, access, fast in record.cgis:
        if fast and (path == place or path.startswith(place + "/")):
            require(request, ROLES[access])
            return await fastcgi.forward(request, camera, application, place)
    require(request, ROLES[record.folder_access])
    if "path" not in request.match_info:
        raise web.HTTPMovedPermanently(f"/local/{name}/")
    return await files.serve(request, camera, record, path)


def leads_to(pattern, path):
    """Tell whether a rule's path, a regular expression, is the path or the beginning of it up to a slash."""
    try:
        return re.match(f"(?:{pattern})(?:/|$)", path) is not None
    except re.error:
        return path == pattern or path.startswith(pattern + "/")
