"""/axis-cgi/param.cgi: the parameters, listed, described, set, added and removed."""

from xml.sax.saxutils import escape, quoteattr

from mpycam.camera.keys import CALLER
from mpycam.camera.parameters import ParameterError
from mpycam.camera.role import Role
from mpycam.camera.router import GET_POST
from mpycam.camera.vapix import answers
from mpycam.camera.vapix.arguments import arguments

LEVELS = {Role.ANONYMOUS: 0, Role.VIEWER: 1, Role.OPERATOR: 4, Role.ADMIN: 6}
USER_GROUPS = {"anonymous": Role.ANONYMOUS, "viewer": Role.VIEWER, "operator": Role.OPERATOR, "admin": Role.ADMIN}
# As many groups as one request may ask for.
MOST_GROUPS = 200
# Arguments that are no parameters to set.
WORDS = {"action", "usergroup", "group", "template", "force", "listformat", "responseformat", "responsecharset"}


def add_routes(router):
    """Add the CGI, which has a path for each role."""
    for path, role in [("", Role.VIEWER), ("view/", Role.VIEWER), ("operator/", Role.OPERATOR), ("admin/", Role.ADMIN)]:
        router.add(GET_POST, f"/axis-cgi/{path}param.cgi", role, _param)


async def _param(request, camera):
    given = await arguments(request, query=camera.profile.post_query)
    camera.authentication.require(request, USER_GROUPS.get(given.get("usergroup"), Role.ANONYMOUS))
    action = given.get("action")
    if action not in ACTIONS:
        return answers.text(f"# Error: unknown action '{_line(action or '')}'\n")
    role, function = ACTIONS[action]
    camera.authentication.require(request, role)
    return function(camera.parameters, given, LEVELS[request[CALLER].role], camera)


def _list(parameters, given, level, camera):
    lines = []
    for group in _groups(given):
        found = parameters.select(group.strip(), level)
        lines += [f"root.{each.name}={each.type.shown(parameters.get(each.name))}" for each in found]
        if not found:
            lines.append(f"# Error: Error -1 getting param in group '{_line(group)}'")
    return answers.text("".join(f"{line}\n" for line in lines))


def _list_definitions(parameters, given, level, camera):
    if given.get("listformat") != "xmlschema":
        return answers.text("# Error: need listformat=xmlschema\n")
    found = {}
    for group in _groups(given):
        selected = parameters.select(group.strip(), level)
        if not selected:
            return answers.text(f"# Error: Error -1 getting param in group '{_line(group)}'\n")
        found.update((each.name, each) for each in selected)
    lines = [
        '<parameterDefinitions xmlns="http://www.axis.com/ParameterDefinitionsSchema"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:schemaLocation="http://www.axis.com/ParameterDefinitionsSchema'
        ' http://www.axis.com/vapix/http_cgi/param/parameterdefinitions.xsd" version="1.0">',
        f"<model>{escape(camera.identity.product.short_name)}</model>",
        f"<firmwareVersion>{camera.profile.version}</firmwareVersion>",
    ]
    opened = []
    for definition in found.values():
        *groups, name = ["root", *definition.name.split(".")]
        common = 0
        while common < min(len(groups), len(opened)) and groups[common] == opened[common]:
            common += 1
        lines += ["</group>"] * (len(opened) - common)
        lines += [f"<group name={quoteattr(group)}>" for group in groups[common:]]
        opened = groups
        shown = definition.type.shown(parameters.get(definition.name))
        lines.append(
            f"<parameter name={quoteattr(name)} value={quoteattr(shown)}"
            f' securityLevel="{definition.security}" niceName={quoteattr(definition.nice_name or name)}>'
            f"{definition.type.xml()}</parameter>"
        )
    lines += ["</group>"] * len(opened) + ["</parameterDefinitions>"]
    return answers.xml("\n".join(lines), "iso-8859-1")


def _update(parameters, given, level, camera):
    values = {_name(name): value for name, value in given.items() if name not in WORDS}
    try:
        parameters.set(values, level)
    except ParameterError as error:
        return answers.text(f"# Error: {_line(str(error))}\n")
    return answers.text("OK")


def _add(parameters, given, level, camera):
    values = {_name(name): value for name, value in given.items() if name not in WORDS}
    try:
        entry = parameters.add_group(
            given.get("template", ""), _name(given.get("group", "")), values, force=given.get("force") == "yes"
        )
    except ParameterError as error:
        return answers.text(f"# Request failed: {_line(str(error))}\n")
    return answers.text(f"{entry} OK\n")


def _remove(parameters, given, level, camera):
    try:
        parameters.remove_groups([_name(group.strip()) for group in given.get("group", "").split(",")])
    except ParameterError as error:
        return answers.text(f"# Request failed: {_line(str(error))}\n")
    return answers.text("OK\n")


ACTIONS = {
    "list": (Role.VIEWER, _list),
    "listdefinitions": (Role.VIEWER, _list_definitions),
    "update": (Role.OPERATOR, _update),
    "add": (Role.OPERATOR, _add),
    "remove": (Role.OPERATOR, _remove),
}


def _groups(given):
    return given.get("group", "root").split(",")[:MOST_GROUPS]


def _name(text):
    return text.removeprefix("root.")


def _line(text):
    return " ".join(text.splitlines())
