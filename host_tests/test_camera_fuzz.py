"""Requests that nobody would send: every route of the virtual camera refuses the wrong role, and none breaks."""

import json
import logging
import random
import string

import httpx
import pytest
from virtual_camera import PASSWORD, USER, running_camera

from mpycam.camera.role import Role

REQUESTS = 1500
SECONDS = 15
# Those that never end, and those after which the camera is away or another one.
ENDLESS = {"/axis-cgi/mjpg/video.cgi", "/vapix/ws-data-stream"}
FAREWELLS = ("restart.cgi", "factorydefault.cgi", "firmwaremanagement.cgi", "/simulator/")
TOKENS = [
    "", "0", "1", "-1", "2", "65", "1e9", "9" * 40, "yes", "no", "true", "null", "root", "root.", "*", "**",
    "Image.*", "all", "list", "listdefinitions", "xmlschema", "add", "update", "remove", "get", "set", "start",
    "stop", "streamprofile", "StreamProfile", "StreamProfile.S0", "anna", "users", "viewer",
    "admin:operator:viewer:ptz", "640x480", "0x0", "90", "1:/", "2:/1\\1/", "1,2", "events", "door",
    "AllowUnsigned", "../../etc/passwd", "%00", "\0", "\n", "\r\nX: y", "ä", "\ud800", "<b>", "'\"", "\x1b[1m",
    "x" * 3000, "//.", "tns1:Device//.", "boolean(//SimpleItem)", "1.0", "1.", "999.999",
]  # fmt: skip
NAMES = [
    "action", "group", "template", "usergroup", "force", "listformat", "responseformat", "Image.I0.Stream.FPS",
    "StreamProfile.S.Name", "user", "pwd", "grp", "sgrp", "comment", "appname", "text", "mode", "schemaversion",
    "port", "duration", "check", "checkactive", "checkdirection", "diskid", "package", "name", "value",
    "returnpage", "resolution", "compression", "rotation", "camera", "fps", "nbrofframes", "sources", "wssession",
    "x" * 50, "ä", "",
]  # fmt: skip
METHODS = [
    "getSupportedVersions", "getAllProperties", "getProperties", "getAllUnrestrictedProperties", "systemready",
    "getApiList", "getPorts", "setPorts", "setStateSequence", "configureClient", "getClientStatus",
    "deactivateClient", "configureEventPublication", "getEventPublicationConfig", "nope", "",
]  # fmt: skip
MEMBERS = [
    "propertyList", "timeout", "ports", "port", "state", "direction", "usage", "normalState", "sequence", "time",
    "server", "host", "protocol", "clientId", "lastWillTestament", "useDefault", "topic", "message", "qos",
    "retain", "eventFilterList", "topicFilter", "topicPrefix", "ssl", "keepAliveInterval", "data", "username",
    "password",
]  # fmt: skip


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with running_camera(tmp_path_factory.mktemp("camera")) as camera:
        camera.camera.accounts.add("vic", PASSWORD, Role.VIEWER)
        camera.camera.accounts.add("oli", PASSWORD, Role.OPERATOR)
        # One request instead of two for each.
        camera.call(camera.camera.parameters.set, {"Network.HTTP.AuthenticationPolicy": "Basic"})
        yield camera


def routes(running):
    return [(method, route) for route in running.camera.server.routes for method in route.methods]


def path(route, word="x"):
    """The route's path with a word in place of what it leaves open."""
    text = route.path
    while "{" in text:
        start, _, rest = text.partition("{")
        text = start + word + rest.partition("}")[2]
    return text.lstrip("/")


def test_every_route_refuses_the_wrong_role(running):
    logins = {Role.ANONYMOUS: None, Role.VIEWER: ("vic", PASSWORD), Role.OPERATOR: ("oli", PASSWORD)}
    refused = 0
    with httpx.Client(base_url=running.url(), timeout=SECONDS) as client:
        for method, route in routes(running):
            for role, login in logins.items():
                if role < route.role:
                    answer = client.request(method, path(route), auth=login)
                    assert answer.status_code == 401, (method, route.path, role)
                    assert "WWW-Authenticate" in answer.headers
                    refused += 1
    assert refused > 60


@pytest.mark.parametrize("seed", range(4))
def test_nothing_breaks(running, seed, caplog):
    generator = random.Random(seed)
    caplog.set_level(logging.WARNING)
    choices = [
        (method, route)
        for method, route in routes(running)
        if route.path not in ENDLESS and not any(word in route.path for word in FAREWELLS)
    ]
    logins = [None, ("vic", PASSWORD), ("oli", PASSWORD), (USER, PASSWORD), (USER, PASSWORD), (USER, PASSWORD)]
    with httpx.Client(timeout=SECONDS) as client:
        for _ in range(REQUESTS // 4):
            method, route = generator.choice(choices)
            if generator.random() < 0.05:
                method = generator.choice(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "NOPE"])
            target = path(route, generator.choice(TOKENS)) if generator.random() < 0.5 else path(route)
            query = "&".join(pair(generator) for _ in range(generator.randrange(6)))
            kind, body = content(generator) if method not in ("GET", "HEAD") else (None, None)
            url = httpx.URL(running.url()).copy_with(raw_path=b"/" + encoded(target) + b"?" + encoded(query))
            headers = {"Content-Type": kind} if kind else {}
            login = generator.choice(logins)
            with client.stream(method, url, content=body, headers=headers, auth=login) as answer:
                assert answer.status_code < 500, (method, url, body)
                # Endless ones begin, which is enough.
                if "multipart" not in answer.headers.get("Content-Type", ""):
                    answer.read()
    assert not [record for record in caplog.records if record.exc_info], caplog.text
    assert httpx.get(running.url("axis-cgi/param.cgi?action=list"), auth=(USER, PASSWORD)).status_code == 200


def encoded(text):
    """A part of a URL: sometimes well encoded, never with what ends a request line."""
    raw = text.encode("utf-8", "surrogatepass")
    safe = (string.ascii_letters + string.digits + "-._~/=&%*:,+").encode()
    return b"".join(bytes([byte]) if byte in safe else b"%%%02X" % byte for byte in raw)


def pair(generator):
    name, value = generator.choice(NAMES), generator.choice(TOKENS)
    return f"{name}={value}" if generator.random() < 0.9 else name


def content(generator):
    """A body and its Content-Type."""
    chance = generator.random()
    if chance < 0.5:
        return "application/json", json_text(generator).encode("utf-8", "replace")
    if chance < 0.7:
        form = "&".join(pair(generator) for _ in range(generator.randrange(6)))
        return "application/x-www-form-urlencoded", encoded(form)
    if chance < 0.8:
        return (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n\x00\r\n--b",
        )
    if chance < 0.9:
        return generator.choice(["multipart/form-data", "text/x; charset=nope", "/", ""]), generator.randbytes(50)
    return "application/json", generator.randbytes(generator.randrange(2000))


def json_text(generator):
    envelope = {"apiVersion": generator.choice(["1.0", "1.0", "1.0", "1.1", "9.9", 1, None])}
    envelope["method"] = generator.choice(METHODS)
    if generator.random() < 0.3:
        envelope["context"] = generator.choice(["c", 1, [], "\ud800"])
    if generator.random() < 0.8:
        envelope["params"] = value(generator, 3)
    if generator.random() < 0.1:
        envelope["data"] = value(generator, 2)
    return json.dumps(envelope)


def value(generator, depth):
    chance = generator.random()
    if depth and chance < 0.6:
        return {generator.choice(MEMBERS): value(generator, depth - 1) for _ in range(generator.randrange(4))}
    if depth and chance < 0.75:
        return [value(generator, depth - 1) for _ in range(generator.randrange(3))]
    return generator.choice([*TOKENS, None, True, False, 0, 1, -1, 10**30, 1.5, 1e308])
