"""Who may use ssh, and /config/rest/ssh/v1/users, with which an administrator says so."""

import hashlib
import hmac
import re
import secrets

from aiohttp import web

from mpycam.camera.role import Role
from mpycam.camera.router import GET, POST

USERS = "ssh/users.json"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,31}")
LONGEST_PASSWORD = 256


def may_log_in(camera, name):
    """Tell whether somebody of that name may log in, with the right password or key."""
    if camera.profile.ssh_root:
        return name == "root"
    return name in camera.storage.read(USERS, {})


def check(camera, name, password):
    """Tell whether it is the password of somebody who may log in."""
    if camera.profile.ssh_root:
        return camera.accounts.check(name, password) is not None
    known = camera.storage.read(USERS, {}).get(name)
    return known is not None and hmac.compare_digest(known["hash"], _hash(known["salt"], password))


def _hash(salt, password):
    return hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), n=4096, r=8, p=1).hex()


def add_routes(router):
    """Add the interface for users of ssh."""
    router.add(GET, "/config/rest/ssh/v1/users", Role.ADMIN, _list_users)
    router.add(POST, "/config/rest/ssh/v1/users", Role.ADMIN, _add_user)
    router.add(("PATCH",), "/config/rest/ssh/v1/users/{name}", Role.ADMIN, _change_user)
    router.add(("DELETE",), "/config/rest/ssh/v1/users/{name}", Role.ADMIN, _remove_user)


async def _list_users(request, camera):
    names = sorted(camera.storage.read(USERS, {}))
    return web.json_response({"status": "success", "data": [{"username": name} for name in names]})


async def _add_user(request, camera):
    data = await _data(request)
    name, password, known = data.get("username"), data.get("password"), camera.storage.read(USERS, {})
    if camera.profile.ssh_root or not isinstance(name, str) or not NAME.fullmatch(name) or name == "root":
        return _error(400, "a user of ssh has a name of letters, digits, hyphens and underscores, and is not root")
    if name in known:
        return _error(409, "this user exists")
    return _keep_user(camera, known, name, password)


async def _change_user(request, camera):
    name, known = request.match_info["name"], camera.storage.read(USERS, {})
    if name not in known:
        return _error(404, "there is no such user")
    return _keep_user(camera, known, name, (await _data(request)).get("password"))


async def _remove_user(request, camera):
    name, known = request.match_info["name"], camera.storage.read(USERS, {})
    if known.pop(name, None) is None:
        return _error(404, "there is no such user")
    camera.storage.write(USERS, known)
    return web.json_response({"status": "success"})


async def _data(request):
    """The object "data" of a request, empty where it has none."""
    try:
        body = await request.json()
    except ValueError:
        return {}
    data = body.get("data") if isinstance(body, dict) else None
    return data if isinstance(data, dict) else {}


def _keep_user(camera, known, name, password):
    if not isinstance(password, str) or not 1 <= len(password) <= LONGEST_PASSWORD or not password.isprintable():
        return _error(400, f"a password has 1 to {LONGEST_PASSWORD} characters")
    salt = secrets.token_hex(16)
    camera.storage.write(USERS, {**known, name: {"salt": salt, "hash": _hash(salt, password)}})
    return web.json_response({"status": "success"})


def _error(status, text):
    return web.json_response({"status": "error", "error": {"code": status, "message": text}}, status=status)
