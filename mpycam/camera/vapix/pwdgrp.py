"""/axis-cgi/pwdgrp.cgi: the user accounts; and usergroup.cgi, which says what the caller's may do."""

import re

from mpycam.camera.accounts import AccountError
from mpycam.camera.keys import CALLER
from mpycam.camera.role import Role
from mpycam.camera.router import GET_POST
from mpycam.camera.vapix import answers
from mpycam.camera.vapix.arguments import arguments

NAME = re.compile("[A-Za-z0-9]{1,14}")
# The secondary groups of each role, without ptz.
GROUPS = {
    Role.VIEWER: frozenset({"viewer"}),
    Role.OPERATOR: frozenset({"operator", "viewer"}),
    Role.ADMIN: frozenset({"admin", "operator", "viewer"}),
}


def add_routes(router):
    """Add the CGIs."""
    router.add(GET_POST, "/axis-cgi/pwdgrp.cgi", Role.ANONYMOUS, _pwdgrp)
    router.add(GET_POST, "/axis-cgi/usergroup.cgi", Role.VIEWER, _usergroup)


async def _pwdgrp(request, camera):
    given = await arguments(request)
    action = given.get("action")
    if camera.accounts.needs_setup:
        return _first(given, camera)
    camera.authentication.require(request, Role.ADMIN)
    if action not in ("add", "update", "remove", "get"):
        return answers.page("Error: action operation type.")
    if action == "get":
        return _get(camera.accounts)
    if not NAME.fullmatch(given.get("user", "")):
        return answers.page("Error: account user name.")
    return {"add": _add, "update": _update, "remove": _remove}[action](given, camera)


def _first(given, camera):
    """Make the first account, which is the only thing that can be done without one."""
    if given.get("action") != "add":
        return answers.page("Error: initial admin user must be created first.", 401)
    role, ptz = _role(given.get("sgrp", ""))
    named = NAME.fullmatch(given.get("user", "")) and (
        given["user"] == "root" or not camera.profile.first_account_is_root
    )
    if not named or role != Role.ADMIN or not ptz:
        return answers.page("Error: not a valid initial admin user.", 401)
    return _add(given, camera)


def _add(given, camera):
    name, (role, ptz) = given["user"], _role(given.get("sgrp", ""))
    if role is None or given.get("grp") not in ("users", "root") or camera.accounts.get(name):
        return answers.page("Error: malformed action operation, add.")
    try:
        camera.accounts.add(name, given.get("pwd", ""), role, ptz, given.get("comment", ""))
    except AccountError as error:
        return _refused(camera, error)
    return answers.page(f"Created account {name}.")


def _update(given, camera):
    name, role, ptz = given["user"], None, None
    if "sgrp" in given:
        role, ptz = _role(given["sgrp"])
        if role is None:
            return answers.page("Error: malformed action operation, update.")
    try:
        camera.accounts.update(name, given.get("pwd"), role, ptz, given.get("comment"))
    except KeyError:
        return answers.page("Error: malformed action operation, update.")
    except AccountError as error:
        return _refused(camera, error)
    return answers.page(f"Modified account {name}.")


def _remove(given, camera):
    name = given["user"]
    if name == "root" and camera.profile.first_account_is_root:
        return answers.page("Error: malformed action operation, remove.")
    try:
        camera.accounts.remove(name)
    except KeyError:
        return answers.page("Error: malformed action operation, remove.")
    except AccountError as error:
        return _refused(camera, error)
    return answers.page(f"Removed account {name}.")


def _get(accounts):
    names = {
        "admin": [account.name for account in accounts if account.role >= Role.ADMIN],
        "anonymous": [],
        "operator": [account.name for account in accounts if account.role >= Role.OPERATOR],
        "ptz": [account.name for account in accounts if account.ptz],
        "viewer": [account.name for account in accounts],
        "digusers": [account.name for account in accounts],
    }
    return answers.text("".join(f'{group}="{",".join(members)}"\n' for group, members in names.items()))


def _refused(camera, error):
    camera.logs.write("pwdgrp.cgi", 1, "ERR", str(error))
    return answers.page("Error: consult the system log file.")


def _role(text):
    """The Role and whether ptz that a list of secondary groups gives; None and False for one that gives none."""
    groups = text.split(":")
    for role, members in GROUPS.items():
        if members == set(groups) - {"ptz"}:
            return role, "ptz" in groups
    return None, False


async def _usergroup(request, camera):
    account = request[CALLER].account
    groups = [group for group in ("admin", "operator", "viewer") if group in GROUPS[account.role]]
    return answers.text("\n".join([account.name, " ".join(groups + ["ptz"] * account.ptz)]) + "\n")
