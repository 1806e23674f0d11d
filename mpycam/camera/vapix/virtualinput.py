"""/axis-cgi/virtualinput/: inputs that only HTTP switches."""

import re

from mpycam.camera.ports import VIRTUAL_INPUTS
from mpycam.camera.role import Role
from mpycam.camera.router import GET_POST
from mpycam.camera.vapix import answers
from mpycam.camera.vapix.arguments import arguments

MISSING, NO_SUCH_INPUT, SCHEMA_VERSION, INVALID_DURATION = 10, 20, 30, 50
TEXTS = {
    MISSING: "Missing argument.",
    NO_SUCH_INPUT: "The specified virtual input does not exist.",
    SCHEMA_VERSION: "The specified schema version is not supported.",
    INVALID_DURATION: "Invalid duration.",
}
LONGEST_SECONDS = 24 * 3600


def add_routes(router):
    """Add the CGIs."""
    router.add(GET_POST, "/axis-cgi/virtualinput/activate.cgi", Role.OPERATOR, _activate)
    router.add(GET_POST, "/axis-cgi/virtualinput/deactivate.cgi", Role.OPERATOR, _deactivate)
    router.add(GET_POST, "/axis-cgi/virtualinput/getschemaversions.cgi", Role.OPERATOR, _schema_versions)


async def _activate(request, camera):
    given = await arguments(request)
    error = _mistake(given)
    seconds = None
    # The duration came with AXIS OS 12.
    if not error and "duration" in given and camera.profile.since(12):
        if not re.fullmatch(r"\d{1,9}", given["duration"], re.ASCII) or int(given["duration"]) > LONGEST_SECONDS:
            error = INVALID_DURATION
        else:
            seconds = int(given["duration"])
    if error:
        return _error(error)
    return _changed("Activate", camera.ports.set_virtual_input(int(given["port"]), True, seconds))


async def _deactivate(request, camera):
    given = await arguments(request)
    error = _mistake(given)
    if error:
        return _error(error)
    return _changed("Deactivate", camera.ports.set_virtual_input(int(given["port"]), False))


async def _schema_versions(request, camera):
    version = "<MajorVersion>1</MajorVersion><MinorVersion>1</MinorVersion><Deprecated>false</Deprecated>"
    return _response(
        "<Success><GetSchemaVersionsSuccess>"
        f"<SchemaVersion>{version}</SchemaVersion>"
        "</GetSchemaVersionsSuccess></Success>"
    )


def _mistake(given):
    """The number of what is wrong with the arguments that both CGIs have, or None."""
    if "schemaversion" not in given or "port" not in given:
        return MISSING
    if given["schemaversion"] != "1":
        return SCHEMA_VERSION
    port = given["port"]
    if not re.fullmatch(r"\d{1,9}", port, re.ASCII) or not 1 <= int(port) <= VIRTUAL_INPUTS:
        return NO_SUCH_INPUT
    return None


def _changed(verb, changed):
    state = f"<StateChanged>{'true' if changed else 'false'}</StateChanged>"
    return _response(f"<Success><{verb}Success>{state}</{verb}Success></Success>")


def _error(number):
    description = f"<ErrorDescription>{TEXTS[number]}</ErrorDescription>"
    return _response(f"<Error><GeneralError><ErrorCode>{number}</ErrorCode>{description}</GeneralError></Error>")


def _response(inside):
    namespace = "http://www.axis.com/vapix/http_cgi/virtualinput1"
    return answers.xml(
        f'<VirtualInputResponse xmlns="{namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' SchemaVersion="1.1" xsi:schemaLocation="{namespace} {namespace}_0.xsd">{inside}</VirtualInputResponse>'
    )
