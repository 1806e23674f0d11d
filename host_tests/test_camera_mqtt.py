"""The camera's MQTT client, against a broker: what is published, and what becomes of the connection."""

import contextlib
import json
import queue
import subprocess
import time

import httpx
import paho.mqtt.client as paho
import pytest
from broker import Broker, free_port
from virtual_camera import PASSWORD, USER, running_camera

from mpycam.camera.events import Event
from mpycam.camera.mqtt import EVERYTHING, event_payload, event_topic

SECONDS = 20


def wait_for(condition):
    """Return what `condition` returns once that is true; refused connections are not yet there."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(ConnectionError):
            if found := condition():
                return found
        time.sleep(0.05)
    raise AssertionError("it never came")


@contextlib.contextmanager
def listener(port, topic="#", **login):
    """Yield a queue of the messages that a broker distributes."""
    messages, ready = queue.Queue(), queue.Queue()
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    if login:
        client.username_pw_set(**login)
    client.on_subscribe = lambda *_: ready.put(True)
    client.on_connect = lambda *_: client.subscribe(topic, qos=2)
    client.on_message = lambda _client, _data, message: messages.put(message)
    client.connect("127.0.0.1", port)
    client.loop_start()
    ready.get(timeout=SECONDS)
    try:
        yield messages
    finally:
        client.disconnect()
        client.loop_stop()


@pytest.fixture
def port(tmp_path):
    with Broker(tmp_path, "allow_anonymous true", "persistence false") as broker:
        yield broker.port


@pytest.fixture
def running(tmp_path):
    with running_camera(tmp_path / "camera") as running:
        yield running


def call(running, cgi, method, params=None, **more):
    body = {"apiVersion": "1.0", "method": method, **({} if params is None else {"params": params}), **more}
    answer = httpx.post(running.url(f"axis-cgi/mqtt/{cgi}.cgi"), json=body, auth=httpx.DigestAuth(USER, PASSWORD))
    assert answer.status_code == 200
    return answer.json()


def configure(running, port, **more):
    params = {"server": {"host": "127.0.0.1", "port": port}, **more}
    assert call(running, "client", "configureClient", params)["data"] == {}


def publish(running, *filters, **more):
    params = {"eventFilterList": [{"topicFilter": each} if isinstance(each, str) else each for each in filters], **more}
    assert call(running, "event", "configureEventPublication", params)["data"] == {}


def status(running):
    return call(running, "client", "getClientStatus")["data"]


def connected(running):
    return status(running)["status"] == {"state": "active", "connectionStatus": "connected"}


def emit(running, topic="tnsaxis:CameraApplicationPlatform/Door/Open", **arguments):
    running.call(running.camera.events.emit, topic, **arguments)


def test_events_reach_the_broker(running, port):
    serial = running.camera.identity.serial_number
    door = "axis:CameraApplicationPlatform/Door//."
    publish(running, {"topicFilter": door, "qos": 1, "retain": "property"}, "onvif:Device/axis:IO/VirtualInput")
    configure(running, port, connectMessage={"useDefault": True}, disconnectMessage={"useDefault": True})
    with listener(port) as messages:
        assert call(running, "client", "activateClient")["data"] == {}
        hello = messages.get(timeout=SECONDS)
        assert hello.topic == f"axis/{serial}/event/connection"
        said = json.loads(hello.payload)
        assert (said["serialNumber"], said["connected"], said["description"]) == (serial, True, "Connected")
        # The states that match come first.
        states = [messages.get(timeout=SECONDS) for _ in range(64)]
        prefix = f"axis/{serial}/event/tns:onvif/Device/tns:axis/IO/VirtualInput/$source/port"
        assert [each.topic for each in states] == [f"{prefix}/{number}" for number in range(1, 65)]
        assert json.loads(states[0].payload)["message"] == {"source": {"port": "1"}, "key": {}, "data": {"active": "0"}}
        assert connected(running)
        emit(running, data={"open": True}, stateful=True)
        emit(running, "tnsaxis:Storage/Alert", data={"alert": True})
        emit(running, data={"angle": 12.5})
        opened, angle = messages.get(timeout=SECONDS), messages.get(timeout=SECONDS)
        assert opened.topic == f"axis/{serial}/event/tns:axis/CameraApplicationPlatform/Door/Open"
        payload = json.loads(opened.payload)
        assert payload["topic"] == "axis:CameraApplicationPlatform/Door/Open"
        assert abs(payload["timestamp"] / 1000 - time.time()) < SECONDS
        assert payload["message"] == {"source": {}, "key": {}, "data": {"open": "1"}} and opened.qos == 1
        assert json.loads(angle.payload)["message"]["data"] == {"angle": "12.5"}
        assert call(running, "client", "deactivateClient")["data"] == {}
        goodbye = json.loads(messages.get(timeout=SECONDS).payload)
        assert (goodbye["connected"], goodbye["description"]) == (False, "Disconnected")
    assert status(running)["status"] == {"state": "inactive", "connectionStatus": "disconnected"}
    # "property" retains states, and no pulses.
    with listener(port, f"axis/{serial}/event/tns:axis/#") as messages:
        assert json.loads(messages.get(timeout=SECONDS).payload)["message"]["data"] == {"open": "1"}
        assert messages.empty()


def test_the_client_is_active_again_after_a_reboot_and_a_lost_broker(running, tmp_path):
    port = free_port()
    publish(running, "axis:CameraApplicationPlatform//.")
    configure(running, port)
    call(running, "client", "activateClient")
    assert status(running)["status"] == {"state": "active", "connectionStatus": "disconnected"}
    with Broker(tmp_path, "allow_anonymous true", "persistence false", port=port):
        wait_for(lambda: connected(running))
    wait_for(lambda: not connected(running))
    with Broker(tmp_path, "allow_anonymous true", "persistence false", port=port):
        wait_for(lambda: connected(running))
        running.call(running.camera.reboot)
        wait_for(lambda: connected(running))
        with listener(port) as messages:
            emit(running, data={"open": True})
            assert json.loads(messages.get(timeout=SECONDS).payload)["message"]["data"] == {"open": "1"}


def test_the_broker_publishes_the_last_will(running, port):
    will = {"useDefault": False, "topic": "will", "message": "gone", "qos": 1, "retain": False}
    configure(running, port, lastWillTestament=will)
    call(running, "client", "activateClient")
    wait_for(lambda: connected(running))
    with listener(port) as messages:
        running.call(running.camera.reboot)
        message = messages.get(timeout=SECONDS)
        assert (message.topic, message.payload) == ("will", b"gone")


def test_a_broker_with_a_password(running, tmp_path):
    port, passwords = free_port(), tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, "camera", "secret"], check=True, capture_output=True)
    passwords.chmod(0o644)
    publish(running, "axis:CameraApplicationPlatform//.")
    with Broker(tmp_path, "allow_anonymous false", f"password_file {passwords}", "persistence false", port=port):
        configure(running, port, username="camera", password="wrong")
        call(running, "client", "activateClient")
        wait_for(lambda: any("mqtt-client" in line and "WARNING" in line for line in running.camera.logs.read()))
        assert not connected(running)
        configure(running, port, username="camera", password="secret", clientId="door")
        wait_for(lambda: connected(running))
        configure(running, port, username="camera", keepExistingPassword=True, clientId="door")
        wait_for(lambda: connected(running))
        shown = status(running)["config"]
        assert "password" not in shown and shown["username"] == "camera" and shown["clientId"] == "door"


@pytest.mark.parametrize("protocol", ["ws", "ssl", "wss"])
def test_protocols(running, tmp_path, protocol):
    port, plain = free_port(), free_port()
    lines = ["allow_anonymous true", *(["protocol websockets"] if protocol.startswith("ws") else [])]
    if protocol != "ws":
        # Any certificate will do: the camera's own, key and all.
        pem = running.camera.storage.path("tls/certificate.pem")
        lines += [f"certfile {pem}", f"keyfile {pem}"]
    publish(running, "axis:CameraApplicationPlatform//.")
    with Broker(tmp_path, *lines, f"listener {plain} 127.0.0.1", "persistence false", port=port):
        configure(running, port, server={"host": "127.0.0.1", "port": port, "protocol": protocol, "basepath": "mqtt"})
        call(running, "client", "activateClient")
        wait_for(lambda: connected(running))
        with listener(plain) as messages:
            emit(running, data={"open": False})
            assert json.loads(messages.get(timeout=SECONDS).payload)["message"]["data"] == {"open": "0"}
        if protocol != "ws":
            server = {"host": "127.0.0.1", "port": port, "protocol": protocol, "basepath": "mqtt"}
            configure(running, port, server=server, ssl={"validateServerCert": True})
            wait_for(lambda: any("CERTIFICATE_VERIFY_FAILED" in line for line in running.camera.logs.read()))
            assert not connected(running)


def test_what_is_published():
    event = Event("tns1:Device/tnsaxis:IO/Port", 7, {"port": "1"}, {"k": "v"}, {"state": "0"})
    publication = EVERYTHING | {"includeTopicNamespaces": False, "includeSerialNumberInPayload": True}
    assert event_topic("axis/S", publication, event) == "axis/S/event/Device/IO/Port/$source/port/1"
    assert event_payload("S", publication, event) == {
        "topic": "onvif:Device/axis:IO/Port", "timestamp": 7, "serial": "S",
        "message": {"source": {"port": "1"}, "key": {"k": "v"}, "data": {"state": "0"}},
    }  # fmt: skip
    publication = EVERYTHING | {"topicPrefix": "custom", "customTopicPrefix": "house", "appendEventTopic": False}
    assert event_topic("axis/S", publication, event) == "house"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, 2103), ({"server": {}}, 2103), ({"server": {"host": 1}}, 2104),
        ({"server": {"host": "h", "port": 0}}, 2104),
        ({"server": {"host": "h", "protocol": "udp"}}, 2104),
        ({"server": {"host": "h"}, "keepAliveInterval": True}, 2104),
        ({"server": {"host": "h"}, "lastWillTestament": {}}, 2103),
        ({"server": {"host": "h"}, "connectMessage": {"useDefault": False}}, 2103),
        ({"server": {"host": "h"}, "connectMessage": {"useDefault": False, "topic": "a/#", "message": "", "qos": 0,
                                                      "retain": False}}, 2104),
        ({"server": {"host": "h"}, "ssl": {"CACertID": "mine"}}, 2104),
    ],
)  # fmt: skip
def test_errors_of_the_client(running, params, code):
    assert call(running, "client", "configureClient", params)["error"]["code"] == code
    assert call(running, "client", "activateClient")["error"]["code"] == 1100


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, 2103), ({"eventFilterList": {}}, 2104), ({"eventFilterList": [{}]}, 2103),
        ({"eventFilterList": [{"topicFilter": "x"}]}, 2104),
        ({"eventFilterList": [{"topicFilter": "//.", "qos": 3}]}, 2104),
        ({"eventFilterList": [{"topicFilter": "//.", "retain": "some"}]}, 2104),
        ({"eventFilterList": [], "topicPrefix": "custom"}, 2103), ({"eventFilterList": [], "topicPrefix": "x"}, 2104),
    ],
)  # fmt: skip
def test_errors_of_the_publication(running, params, code):
    assert call(running, "event", "configureEventPublication", params)["error"]["code"] == code
    kept = call(running, "event", "getEventPublicationConfig", context="c")
    assert kept == {"apiVersion": "1.0", "context": "c", "method": "getEventPublicationConfig",
                    "data": {"eventPublicationConfig": EVERYTHING}}  # fmt: skip
