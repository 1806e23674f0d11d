"""What the app tells others: MQTT with Home Assistant, and a webhook, through the processes of the app."""

import json
import os
import queue
import signal
import time

import paho.mqtt.client as paho
import pytest
from broker import Broker
from door_app import Running, brightness_model, packaged, picture
from local_server import LocalServer, QuietHandler

DARK, BRIGHT = 40, 220
SECONDS = 30


@pytest.fixture
def home(tmp_path):
    """The app's folder, with a clip of a door that opens and closes."""
    home = packaged(tmp_path / "app")
    brightness_model(home / "brightness.unn")
    (home / "clip.mjpeg").write_bytes(b"".join(map(picture, [DARK] * 10 + [BRIGHT] * 10 + [DARK] * 400)))
    return home


OPTIONS = ["--source", "clip.mjpeg", "--model", "brightness.unn", "--pace", "true", "--retry_first", 0.1, "--retry_longest", 0.5]


@pytest.fixture
def broker(tmp_path):
    with Broker(tmp_path) as broker:
        yield broker


class Listener:
    """A paho client that hears everything."""

    def __init__(self, broker):
        self.heard, self._new = [], queue.Queue()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self._client.on_message = lambda client, data, message: self._new.put(message)
        self._client.on_connect = lambda client, *_: client.subscribe("#", 1)
        self._client.reconnect_delay_set(0.1, 0.5)
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._client.loop_stop()
        self._client.disconnect()

    def next(self):
        """Wait for a message."""
        message = self._new.get(timeout=SECONDS)
        text = message.payload.decode()
        value = json.loads(text) if text[:1] in ("{", "[") else text
        self.heard.append((message.topic, value, message.retain))
        return message

    def until(self, topic, **wanted):
        """Wait for a message with this topic and these values; return its value."""
        while True:
            message = self.next()
            value = self.heard[-1][1]
            if message.topic == topic and (not wanted or wanted.items() <= value.items()):
                return value

    def ask(self, **command):
        """Send a command; return the answer to it."""
        self._client.publish("doors/cam/command", json.dumps({"id": "q1", **command}), qos=1)
        return self.until("doors/cam/answer", id=command.get("id", "q1"))


def mqtt(broker):
    return ["--mqtt_host", "127.0.0.1", "--mqtt_port", broker.port, "--mqtt_prefix", "doors", "--mqtt_device", "cam"]


def test_states_events_and_farewell_over_mqtt(interpreter, home, broker):
    with Listener(broker) as listener, Running(interpreter, *OPTIONS, *mqtt(broker), folder=home) as app:
        listener.until("doors/cam/door/door", state="closed")
        known = listener.until("doors/cam/door/door", state="open")
        assert (known["openings"], known["alarm"], known["since"]) == (1, None, 2.6)
        listener.until("doors/cam/door/door", state="closed", openings=1)
        lines = app.terminate()
        assert listener.until("doors/cam/status") == "offline"
    heard = listener.heard
    assert [value for topic, value, _ in heard if topic == "doors/cam/status"] == ["online", "offline"]
    events = [value for topic, value, _ in heard if topic == "doors/cam/event"]
    assert [event["state"] for event in events] == ["closed", "open", "closed"]
    assert len({event["id"] for event in events}) == 3
    assert [line["event"] for line in lines][-2:] == ["statistics", "end"]
    # What is retained is there for who comes later, the farewell too.
    with Listener(broker) as late:
        wanted = {"doors/cam/status", "doors/cam/door/door", "homeassistant/binary_sensor/cam/door_20door/config"}
        while wanted:
            wanted -= {late.next().topic}
    assert all(retained for _, _, retained in late.heard)
    assert not [topic for topic, *_ in late.heard if topic.endswith("/event")]


def test_home_assistant_finds_the_doors(interpreter, home, broker):
    doors = json.dumps([{"name": "front"}, {"name": "Hintertür 2"}])
    with Listener(broker) as listener, Running(interpreter, *OPTIONS, *mqtt(broker), "--doors", doors, folder=home) as app:
        listener.until("homeassistant/binary_sensor/cam/door_20Hintert_fcr_202/config")
        listener.until("doors/cam/door/front", state="closed")
        app.terminate()
    found = {topic: value for topic, value, _ in listener.heard if topic.endswith("/config")}
    door = found["homeassistant/binary_sensor/cam/door_20front/config"]
    assert door["device_class"] == "door"
    assert (door["state_topic"], door["availability_topic"]) == ("doors/cam/door/front", "doors/cam/status")
    assert (door["device"]["name"], door["device"]["via_device"]) == ("front", "cam")
    assert len({value["unique_id"] for value in found.values()}) == len(found) == 8
    # The words that Home Assistant takes without further ado: ON, OFF and None.
    assert door["value_template"] == "{{ {'closed': 'OFF', 'unknown': 'None'}.get(value_json.state, 'ON') }}"
    button = found["homeassistant/button/cam/reference/config"]
    assert button["command_topic"] == "doors/cam/command"
    assert json.loads(button["payload_press"]) == {"command": "reference"}


def test_a_door_that_is_no_more_is_removed(host, home, broker):
    with Listener(broker) as listener, Running(host, *OPTIONS, *mqtt(broker), folder=home) as app:
        listener.until("doors/cam/door/door", state="closed")
        app.terminate()
        renamed = ["--doors", json.dumps([{"name": "gate"}])]
        with Running(host, *OPTIONS, *mqtt(broker), *renamed, folder=home) as app:
            listener.until("doors/cam/door/gate", state="closed")
            app.terminate()
    with Listener(broker) as late:
        seen = set()
        while "doors/cam/status" not in seen or len(seen) < 9:
            seen.add(late.next().topic)
    assert "doors/cam/door/gate" in seen
    assert not [topic for topic in seen if "door_20door" in topic or topic == "doors/cam/door/door"]


def test_commands_are_answered(interpreter, home, broker):
    with Listener(broker) as listener, Running(interpreter, *OPTIONS, *mqtt(broker), folder=home) as app:
        listener.until("doors/cam/door/door", state="closed")
        answer = listener.ask(command="status")
        assert answer["ok"] and answer["view"] == "good"
        assert answer["doors"][0]["state"] == "closed"
        assert set(listener.ask(id=7, command="history")) == {"ok", "id", "days", "changes"}
        assert set(listener.ask(id="p", command="processes")["processes"]) == {"watch", "upload"}
        assert listener.ask(id=None, command="reference")["ok"]
        answer = listener.ask(id="x", command="dance")
        assert not answer["ok"] and answer["error"].startswith("need one of ")
        assert listener.ask(id="t", command="test", output="mqtt")["ok"]
        assert "test" in [value["event"] for topic, value, _ in listener.heard if topic.endswith("/event")]
        # The same question again, as a broker may give it twice, is not obeyed twice.
        tests = len([1 for topic, value, _ in listener.heard if topic.endswith("/event") and value["event"] == "test"])
        assert listener.ask(id="t", command="test", output="mqtt")["ok"]
        assert listener.ask(id="u", command="status")["ok"]
        again = [1 for topic, value, _ in listener.heard if topic.endswith("/event") and value["event"] == "test"]
        assert len(again) == tests
        listener._client.publish("doors/cam/command", "no JSON", qos=1)
        assert not listener.until("doors/cam/answer", id=None)["ok"]
        app.terminate()


def test_reload_takes_the_new_settings(interpreter, home, broker):
    (home / "localdata" / "door_state.json").write_text(json.dumps({"statistics_interval": 1000}))
    with Listener(broker) as listener, Running(interpreter, *OPTIONS, *mqtt(broker), folder=home) as app:
        assert app.until("start")["settings"]["statistics_interval"] == 1000
        listener.until("doors/cam/door/door", state="closed")
        (home / "localdata" / "door_state.json").write_text(json.dumps({"statistics_interval": 2000}))
        assert listener.ask(command="reload")["ok"]
        assert app.until("start")["settings"]["statistics_interval"] == 2000
        listener.until("doors/cam/status")
        app.terminate()


def process_of(listener, name, old=None):
    """The number of a process of the app, other than `old`."""
    number = old
    while number in (old, None):
        time.sleep(0.1)
        number = listener.ask(id=f"p{time.monotonic()}", command="processes")["processes"][name]["pid"]
    return number


def test_a_killed_process_loses_nothing(host, home, broker):
    """kill -9 of upload, then of watch: the will is published, every event arrives, both come back."""
    with Listener(broker) as listener, Running(host, *OPTIONS, *mqtt(broker), folder=home) as app:
        listener.until("doors/cam/event", state="closed")
        upload = process_of(listener, "upload")
        os.kill(upload, signal.SIGKILL)
        listener.until("doors/cam/event", state="open")
        again = process_of(listener, "upload", upload)
        assert again != upload
        watch = process_of(listener, "watch")
        os.kill(watch, signal.SIGKILL)
        assert process_of(listener, "watch", watch) != watch
        listener.until("doors/cam/event", state="open")
        app.terminate()
    assert "offline" in [value for topic, value, _ in listener.heard if topic == "doors/cam/status"]
    kinds = [line["state"] for topic, line, _ in listener.heard if topic == "doors/cam/event"]
    assert kinds[:2] == ["closed", "open"]


def test_a_broker_that_is_away(host, home, tmp_path):
    """What happens meanwhile is told when it is there, in order, even if the app was ended in between."""
    broker = Broker(tmp_path)
    with Running(host, *OPTIONS, *mqtt(broker), folder=home) as app:
        assert app.until("output")["state"] == "lost"
        for _ in range(3):
            app.until("door")
        app.terminate()
    with broker, Listener(broker) as listener, Running(host, *OPTIONS, *mqtt(broker), folder=home) as app:
        states = [listener.until("doors/cam/event")["state"] for _ in range(4)]
        app.terminate()
    assert states == ["closed", "open", "closed", "closed"]


class Receiver(LocalServer):
    """A server that takes POSTs, and refuses while `busy`."""

    def __init__(self):
        self.taken, self.busy = queue.Queue(), False
        receiver = self

        class Handler(QuietHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                busy = receiver.busy
                self.send_response(503 if busy else 204)
                self.end_headers()
                if not busy:
                    receiver.taken.put((self.headers, json.loads(body)))

        super().__init__(Handler)
        self.url = self.address + "/hook"


def test_webhook(interpreter, home):
    with Receiver() as receiver:
        receiver.busy = True
        options = ["--webhook_url", receiver.url, "--webhook_key", "k3y"]
        with Running(interpreter, *OPTIONS, *options, folder=home) as app:
            assert app.line()["settings"]["webhook_key"] == "***"
            told = app.until("output")
            assert (told["output"], told["state"]) == ("webhook", "lost")
            receiver.busy = False
            got = {}  # by number: an event may come twice
            while len(got) < 3:
                headers, event = receiver.taken.get(timeout=SECONDS)
                assert headers["webhook-signature"].startswith("v1,")
                got.setdefault(headers["webhook-id"], event["state"])
            app.terminate()
    assert list(got.values()) == ["closed", "open", "closed"]
