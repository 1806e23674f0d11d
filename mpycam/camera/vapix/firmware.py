"""Restarting, the factory default, and /axis-cgi/firmwaremanagement.cgi.

The camera's firmware is whatever --profile says: it cannot be upgraded, and there is none to go back to.
"""

from mpycam.camera.role import Role
from mpycam.camera.router import GET_POST, POST
from mpycam.camera.vapix import answers
from mpycam.camera.vapix.json_api import ApiError, ErrorCodes, JsonApi, error_answer

CODES = ErrorCodes(internal=500, version=417, json=400, method=405, missing=400, invalid=400, forbidden=400)
VERSION = "1.4"
INVALID_IMAGE, NO_OLD_FIRMWARE = 415, 404


def add_routes(router):
    """Add the CGIs."""
    for folder in ("", "admin/"):
        router.add(GET_POST, f"/axis-cgi/{folder}restart.cgi", Role.ADMIN, _restart)
        router.add(GET_POST, f"/axis-cgi/{folder}factorydefault.cgi", Role.ADMIN, _factory_default)
        router.add(GET_POST, f"/axis-cgi/{folder}hardfactorydefault.cgi", Role.ADMIN, _hard_factory_default)
    api = JsonApi(
        [VERSION],
        CODES,
        {
            "status": (Role.ADMIN, _status),
            "commit": (Role.ADMIN, lambda call: {"firmwareVersion": call.camera.profile.version}),
            "rollback": (Role.ADMIN, _rollback),
            "purge": (Role.ADMIN, lambda call: {}),
            "stopAuto": (Role.ADMIN, lambda call: {}),
            "factoryDefault": (Role.ADMIN, _factory_default_method),
            "reboot": (Role.ADMIN, _reboot),
        },
    )

    async def manage(request, camera):
        if request.content_type.startswith("multipart/"):
            return error_answer(VERSION, "upgrade", INVALID_IMAGE, "Upgrade failed due to invalid image.")
        return await api(request, camera)

    router.add(POST, "/axis-cgi/firmwaremanagement.cgi", Role.ADMIN, manage)


async def _restart(request, camera):
    camera.logs.write("restart.cgi", 1, "INFO", "Restarting")
    camera.reboot()
    return answers.page("Restarting...")


async def _factory_default(request, camera):
    camera.factory_default(keep_network=True)
    return answers.page("Restoring the factory default settings...")


async def _hard_factory_default(request, camera):
    camera.factory_default(keep_network=False)
    return answers.page("Restoring the factory default settings...")


def _status(call):
    return {"activeFirmwareVersion": call.camera.profile.version, "activeFirmwarePart": "9000000"}


def _rollback(call):
    raise ApiError(NO_OLD_FIRMWARE, "No old firmware exists to rollback to.")


def _factory_default_method(call):
    mode = call.value("factoryDefaultMode", str, default="soft")
    if mode not in ("soft", "hard"):
        raise call.invalid("params.factoryDefaultMode")
    call.camera.factory_default(keep_network=mode == "soft")
    return {}


def _reboot(call):
    call.camera.reboot()
    return {}
