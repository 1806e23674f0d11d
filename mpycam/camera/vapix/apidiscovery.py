"""/axis-cgi/apidiscovery.cgi: which interfaces the camera has."""

from mpycam.camera.role import Role
from mpycam.camera.router import GET_POST
from mpycam.camera.vapix.json_api import OLD_CODES, JsonApi

LINK = "https://www.axis.com/partner_pages/vapix_library/#/"
# Identifier, name, and its version since which AXIS OS.
APIS = [
    ("api-discovery", "API Discovery Service", {(9, 80): "1.0"}),
    ("basic-device-info", "Basic Device Information", {(9, 80): "1.1", (10, 12): "1.2", (11, 11): "1.3"}),
    ("disk-management", "Edge storage Disk management", {(9, 80): "1.0"}),
    ("event-mqtt-bridge", "Event MQTT Bridge API", {(10, 12): "1.3"}),
    ("event-streaming-over-websocket", "Event Streaming Over WebSocket", {(10, 12): "1.0"}),
    ("fwmgr", "Firmware Management", {(9, 80): "1.4"}),
    ("io-port-management", "IO Port Management", {(9, 80): "1.0"}),
    ("mqtt-client", "MQTT Client API", {(9, 80): "1.0", (12,): "1.6"}),
    ("packagemanager", "Package Manager", {(9, 80): "1.4"}),
    ("param-cgi", "Legacy Parameter Handling", {(9, 80): "1.0"}),
    ("systemready", "Systemready", {(9, 80): "1.1", (11, 11): "1.3", (12,): "1.4"}),
    ("user-management", "User Management", {(9, 80): "1.1"}),
]


def add_routes(router):
    """Add the CGI."""
    api = JsonApi(["1.0"], OLD_CODES, {"getApiList": (Role.VIEWER, _get_api_list)})
    router.add(GET_POST, "/axis-cgi/apidiscovery.cgi", Role.ANONYMOUS, api)


def _get_api_list(call):
    found = []
    for identifier, name, versions in APIS:
        known = [version for release, version in versions.items() if call.camera.profile.since(*release)]
        if known:
            found.append({"id": identifier, "version": known[-1], "name": name, "docLink": LINK})
    return {"apiList": found}
