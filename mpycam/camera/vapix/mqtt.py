"""/axis-cgi/mqtt/client.cgi and /axis-cgi/mqtt/event.cgi: the camera's MQTT client, and what it publishes."""

from mpycam.camera.mqtt import DEFAULT_PORTS, EVERYTHING
from mpycam.camera.role import Role
from mpycam.camera.router import POST
from mpycam.camera.topics import TopicError, TopicFilter
from mpycam.camera.vapix.json_api import NEW_CODES, ApiError, JsonApi, value

MOST_CHARACTERS = 255
MOST_MESSAGE_CHARACTERS = 64 * 1024
MOST_FILTERS = 100
CLIENT_STRINGS = ("httpProxy", "httpsProxy", "username", "password", "clientId", "deviceTopicPrefix")
CLIENT_SECONDS = {"keepAliveInterval": (1, 65535), "connectTimeout": (1, 300)}
CLIENT_SWITCHES = ("cleanSession", "autoReconnect", "activateOnReboot")
MESSAGES = ("lastWillTestament", "connectMessage", "disconnectMessage")


def add_routes(router):
    """Add the CGIs."""
    client = {
        "configureClient": (Role.ADMIN, _configure_client),
        "activateClient": (Role.ADMIN, _activate),
        "deactivateClient": (Role.ADMIN, _deactivate),
        "getClientStatus": (Role.ADMIN, _status),
    }
    event = {
        "configureEventPublication": (Role.ADMIN, _configure_publication),
        "getEventPublicationConfig": (Role.ADMIN, _publication),
    }
    router.add(POST, "/axis-cgi/mqtt/client.cgi", Role.ADMIN, JsonApi(["1.6"], NEW_CODES, client))
    router.add(POST, "/axis-cgi/mqtt/event.cgi", Role.ADMIN, JsonApi(["1.3"], NEW_CODES, event))


async def _configure_client(call):
    configuration = {"server": _server(call)}
    for name in CLIENT_STRINGS:
        _copy(configuration, name, _text(call.params, name))
    for name, (low, high) in CLIENT_SECONDS.items():
        seconds = call.value(name, int)
        if seconds is not None and not low <= seconds <= high:
            raise call.invalid(f"params.{name}")
        _copy(configuration, name, seconds)
    for name in CLIENT_SWITCHES:
        _copy(configuration, name, call.value(name, bool))
    for name in MESSAGES:
        _copy(configuration, name, _message(call, name))
    _copy(configuration, "ssl", _ssl(call))
    if call.value("keepExistingPassword", bool, default=False):
        configuration.pop("password", None)
        _copy(configuration, "password", (call.camera.mqtt.configuration or {}).get("password"))
    await call.camera.mqtt.configure(configuration)
    return {}


def _activate(call):
    if call.camera.mqtt.configuration is None:
        raise ApiError(NEW_CODES.internal, "Internal error: the client is not configured")
    call.camera.mqtt.activate()
    return {}


async def _deactivate(call):
    await call.camera.mqtt.deactivate()
    return {}


def _status(call):
    client = call.camera.mqtt
    identity = call.camera.identity
    # What getClientStatus says before the first configuration.
    shown = {"server": {"protocol": "tcp", "host": "", "port": 1883}, "clientId": identity.serial_number}
    defaults = {
        "keepAliveInterval": 60,
        "connectTimeout": 60,
        "cleanSession": True,
        "autoReconnect": True,
        "activateOnReboot": client.active,
        "deviceTopicPrefix": client.device_prefix,
        "ssl": {"validateServerCert": False},
    }
    shown = {**defaults, **(client.configuration or shown)}
    shown.pop("password", None)
    status = {
        "state": "active" if client.active else "inactive",
        "connectionStatus": "connected" if client.connected else "disconnected",
    }
    return {"status": status, "config": shown}


async def _configure_publication(call):
    publication = dict(EVERYTHING)
    prefix = call.value("topicPrefix", str, default="default")
    if prefix not in ("default", "custom"):
        raise call.invalid("params.topicPrefix")
    publication["topicPrefix"] = prefix
    publication["customTopicPrefix"] = _text(call.params, "customTopicPrefix") or ""
    if prefix == "custom" and not publication["customTopicPrefix"]:
        raise ApiError(NEW_CODES.missing, "Required parameter missing: params.customTopicPrefix")
    for name in ("appendEventTopic", "includeTopicNamespaces", "includeSerialNumberInPayload"):
        publication[name] = call.value(name, bool, default=EVERYTHING[name])
    filters = call.value("eventFilterList", list, required=True)
    if len(filters) > MOST_FILTERS:
        raise call.invalid("params.eventFilterList")
    publication["eventFilterList"] = [_filter(entry) for entry in filters]
    await call.camera.mqtt.configure_publication(publication)
    return {}


def _publication(call):
    return {"eventPublicationConfig": call.camera.mqtt.publication}


def _server(call):
    where = "params.server"
    given = call.value("server", dict, required=True)
    server = {"protocol": value(given, "protocol", str, NEW_CODES, default="tcp", where=where)}
    if server["protocol"] not in DEFAULT_PORTS:
        raise call.invalid(f"{where}.protocol")
    server["host"] = _text(given, "host", where, required=True)
    if not server["host"]:
        raise call.invalid(f"{where}.host")
    server["port"] = value(given, "port", int, NEW_CODES, DEFAULT_PORTS[server["protocol"]], where=where)
    if not 1 <= server["port"] <= 65535:
        raise call.invalid(f"{where}.port")
    for name in ("basepath", "alpnProtocol"):
        _copy(server, name, _text(given, name, where))
    return server


def _message(call, name):
    given = call.value(name, dict)
    if given is None:
        return None
    where = f"params.{name}"
    if value(given, "useDefault", bool, NEW_CODES, required=True, where=where):
        return {"useDefault": True}
    topic = _text(given, "topic", where, required=True)
    qos = value(given, "qos", int, NEW_CODES, required=True, where=where)
    if not topic or set("+#\0") & set(topic):
        raise call.invalid(f"{where}.topic")
    if qos not in (0, 1, 2):
        raise call.invalid(f"{where}.qos")
    return {
        "useDefault": False,
        "topic": topic,
        "message": _text(given, "message", where, required=True, most=MOST_MESSAGE_CHARACTERS),
        "retain": value(given, "retain", bool, NEW_CODES, required=True, where=where),
        "qos": qos,
    }


def _ssl(call):
    given = call.value("ssl", dict)
    if given is None:
        return None
    # This camera keeps no certificates that one could name.
    for name in ("clientCertID", "CACertID"):
        if _text(given, name, "params.ssl"):
            raise call.invalid(f"params.ssl.{name}")
    return {"validateServerCert": value(given, "validateServerCert", bool, NEW_CODES, False, where="params.ssl")}


def _filter(entry):
    if not isinstance(entry, dict):
        raise ApiError(NEW_CODES.invalid, "Invalid parameter value specified: params.eventFilterList")
    where = "params.eventFilterList[]"
    text = value(entry, "topicFilter", str, NEW_CODES, required=True, where=where)
    try:
        TopicFilter(text)
    except TopicError as error:
        raise ApiError(NEW_CODES.invalid, f"Invalid parameter value specified: {where}.topicFilter: {error}") from None
    qos = value(entry, "qos", int, NEW_CODES, 0, where=where)
    retain = value(entry, "retain", str, NEW_CODES, "none", where=where)
    if qos not in (0, 1, 2) or retain not in ("none", "property", "all"):
        raise ApiError(NEW_CODES.invalid, f"Invalid parameter value specified: {where}")
    return {"topicFilter": text, "qos": qos, "retain": retain}


def _text(given, name, where="params", required=False, most=MOST_CHARACTERS):
    text = value(given, name, str, NEW_CODES, required=required, where=where)
    # A lone surrogate is no character, and a NUL ends texts elsewhere.
    if text is not None and (len(text) > most or any("\ud800" <= c <= "\udfff" or c == "\0" for c in text)):
        raise ApiError(NEW_CODES.invalid, f"Invalid parameter value specified: {where}.{name}")
    return text


def _copy(target, name, found):
    if found is not None:
        target[name] = found
