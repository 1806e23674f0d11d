"""lib/mqtt.py with mosquitto and paho, and with brokers that break the standard."""

import json
import queue
import random
import select
import socket
import subprocess
import threading
import time

import paho.mqtt.client as paho
import pytest
from broker import Broker
from camera_python import MODULE_PATH, PRELUDE, evaluate, run

CLIENT = """
from mqtt import MqttClient, Message, QueueFull, Will, matches
def show(*values):
    print(json.dumps(values))
    sys.stdout.flush()
"""


@pytest.fixture
def broker(tmp_path):
    with Broker(tmp_path) as broker:
        yield broker


class Peer:
    """paho as the other side."""

    def __init__(self, broker, *subscriptions, **options):
        self.messages = queue.Queue()
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2, **options)
        self.client.on_message = lambda client, data, message: self.messages.put(message)
        subscribed = threading.Event()
        self.client.on_subscribe = lambda *_: subscribed.set()
        self.client.connect("127.0.0.1", broker.port)
        self.client.loop_start()
        if subscriptions:
            self.client.subscribe([(name, 2) for name in subscriptions])
            assert subscribed.wait(10)

    def take(self):
        message = self.messages.get(timeout=20)
        return message.topic, message.payload, message.qos, message.retain

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.disconnect()
        self.client.loop_stop()


class Relay:
    """Carries connections to a port of loopback, each until `budget()` bytes have passed in either direction."""

    def __init__(self, target, budget):
        self._target, self._budget = target, budget

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(20)

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with near, socket.create_connection(("127.0.0.1", self._target)) as far:
                left = self._budget()
                while left > 0:
                    readable, _, _ = select.select([near, far], [], [], 5)
                    data = readable and readable[0].recv(left)
                    if not data:
                        break
                    left -= len(data)
                    (far if readable[0] is near else near).sendall(data)


def test_every_quality_both_ways(interpreter, broker):
    """Ours to paho, paho to ours, payloads empty and large, and the numbers that count for the queue back at zero."""
    script = CLIENT + """
async def main():
    got = []
    client = MqttClient("127.0.0.1", int(sys.argv[1]), "ours", report=lambda *said: show("report", *said))
    client.subscribe("to/ours/#", 2, lambda topic, payload, retained: got.append((topic, len(payload), retained)))
    task = asyncio.create_task(client.run())
    messages = [client.publish("to/paho/%d" % qos, b"x" * size, qos) for qos in (0, 1, 2) for size in (0, 1, 200, 20000)]
    for message in messages:
        await asyncio.wait_for(message.done.wait(), 20)
    while len(got) < 6 or client._received:
        await asyncio.sleep(0.02)
    show(sorted(got), client._queued, len(client._received))
    await client.stop()
    await task
asyncio.run(main())
"""
    with Peer(broker, "to/paho/#") as peer:
        sender = threading.Thread(target=peer_sends, args=[peer])
        sender.start()
        lines = [json.loads(line) for line in run(interpreter, script, broker.port).splitlines()]
        sender.join()
        taken = [peer.take() for _ in range(12)]
    assert lines[0] == ["report", "connected", ""]
    got, queued, unreleased = lines[-1]
    assert got == sorted([f"to/ours/{qos}", size, False] for qos in (0, 1, 2) for size in (0, 30000))
    assert (queued, unreleased) == (0, 0)
    expected = [(f"to/paho/{qos}", b"x" * size, qos, False) for qos in (0, 1, 2) for size in (0, 1, 200, 20000)]
    assert sorted(taken) == sorted(expected)
    assert [t for t in taken if t[2] == 1] == expected[4:8]  # in order


def peer_sends(peer):
    """Once ours has said something, it is subscribed."""
    deadline = time.monotonic() + 20
    while peer.messages.empty() and time.monotonic() < deadline:
        time.sleep(0.02)
    for qos in (0, 1, 2):
        for size in (0, 30000):
            peer.client.publish(f"to/ours/{qos}", b"y" * size, qos).wait_for_publish(20)


def test_retained_and_will(host, broker, tmp_path):
    """A state that newcomers get, and the broker's word when the process is killed."""
    script = PRELUDE + CLIENT + """
async def main():
    will = Will("door/status", "offline", 1, True)
    client = MqttClient("127.0.0.1", int(sys.argv[1]), "ours", will=will, keepalive=2)
    task = asyncio.create_task(client.run())
    await client.publish("door/status", "online", 1, True).done.wait()
    show("there")
    await task
asyncio.run(main())
"""
    command = [*host.command, "-c", script, str(broker.port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={"MICROPYPATH": MODULE_PATH}) as process:
        assert json.loads(process.stdout.readline()) == ["there"]
        with Peer(broker, "door/+") as peer:
            assert peer.take() == ("door/status", b"online", 1, True)
            process.kill()
            assert peer.take() == ("door/status", b"offline", 1, False)
    with Peer(broker, "door/status") as late:
        assert late.take() == ("door/status", b"offline", 1, True)


OUTAGE = CLIENT + """
async def main():
    told = []
    client = MqttClient(
        "127.0.0.1", int(sys.argv[1]), "ours", clean_session=False, keepalive=4, timeout=2, retry_first=0.05,
        retry_longest=0.2, report=lambda state, reason: show(state)
    )
    client.subscribe("orders", 2, lambda topic, payload, retained: show("order", payload.decode()))
    task = asyncio.create_task(client.run())
    for number in range(int(sys.argv[2])):
        client.publish("events", str(number), 1 + number % 2)
        await asyncio.sleep(0.01)
    while client._queued:
        await asyncio.sleep(0.02)
    show("all", client._queued)
    await asyncio.sleep(0.5)
    await client.stop()
    await task
asyncio.run(main())
"""


def lines_of_outage(host, port, count, lines):
    """A thread in which ours sends `count` events to a port."""

    def listen():
        lines.extend(json.loads(line) for line in run(host, OUTAGE, port, count, timeout=100).splitlines())

    return threading.Thread(target=listen)


def all_events(peer, count):
    """Every number that the peer gets until each came, and then for a moment more."""
    numbers = []
    deadline = time.monotonic() + 30
    while len(set(numbers)) < count and time.monotonic() < deadline:
        try:
            numbers.append(int(peer.messages.get(timeout=1).payload))
        except queue.Empty:
            continue
    time.sleep(0.3)
    while not peer.messages.empty():
        numbers.append(int(peer.messages.get().payload))
    return numbers


def test_nothing_is_lost_while_the_broker_restarts(host, tmp_path):
    """Messages of QoS 1 come at least once and those of QoS 2 once, in order."""
    count, lines = 200, []
    with Broker(tmp_path) as broker, Peer(broker, "events", client_id="peer", clean_session=False) as peer:
        thread = lines_of_outage(host, broker.port, count, lines)
        thread.start()
        for _ in range(2):
            time.sleep(0.7)
            broker.stop()
            time.sleep(0.3)
            broker.start()
        thread.join()
        numbers = all_events(peer, count)
    assert set(numbers) == set(range(count))
    assert [n for n in numbers if n % 2 == 1] == list(range(1, count, 2))
    assert ["all", 0] in lines
    assert lines.count(["connected"]) >= 2 and lines.count(["lost"]) >= 1


def test_nothing_is_lost_through_a_line_that_breaks_anywhere(host, tmp_path):
    """A relay cuts every connection after some bytes, in the middle of packets and of handshakes."""
    count, lines = 200, []
    rng = random.Random(6)
    with Broker(tmp_path) as broker, Peer(broker, "events", client_id="peer", clean_session=False) as peer:
        with Relay(broker.port, lambda: rng.randrange(60, 900)) as relay:
            thread = lines_of_outage(host, relay.port, count, lines)
            thread.start()
            thread.join()
        numbers = all_events(peer, count)
    assert set(numbers) == set(range(count))
    assert [n for n in numbers if n % 2 == 1] == list(range(1, count, 2))
    assert lines.count(["connected"]) > 5


def test_offline_queue_is_bounded(interpreter):
    script = CLIENT + """
client = MqttClient("127.0.0.1", 1, queue_limit=1000)
kept = [client.publish("a", b"x" * 100, qos) for qos in (1, 0, 2, 0, 1)]
show(client._queued, [m.qos for m in client._queue])
client.publish("b", b"y" * 200, 1)
show(client._queued, [m.qos for m in client._queue])
client.publish("b", b"y" * 100, 0)
try:
    client.publish("c", b"z" * 900, 1)
except QueueFull as error:
    show(str(error))
show(client._queued, [m.qos for m in client._queue])
for bad in (
    lambda: client.publish("a/+"), lambda: client.publish(""), lambda: client.publish("a", b"", 3),
    lambda: MqttClient("h", clean_session=False), lambda: MqttClient("h", keepalive=70000),
):
    try:
        bad()
    except ValueError as error:
        show(str(error))
"""
    lines = [json.loads(line) for line in run(interpreter, script).splitlines()]
    assert lines[:2] == [[825, [1, 0, 2, 0, 1]], [925, [1, 2, 0, 1, 1]]]
    assert lines[2] == ["need 965 bytes for a message, have 240 of 1000 left"]
    assert lines[3] == [760, [1, 2, 1, 1]]
    assert all(line[0].startswith("need ") for line in lines[4:]) and len(lines) == 9


def test_filters(host, tmp_path):
    cases = [
        ("a", "a", 1), ("a", "b", 0), ("a/+", "a/b", 1), ("a/+", "a", 0), ("a/+", "a/b/c", 0), ("a/#", "a", 1),
        ("a/#", "a/b/c", 1), ("#", "a/b", 1), ("#", "$SYS/a", 0), ("+/a", "$SYS/a", 0), ("$SYS/#", "$SYS/a", 1),
        ("+/+", "/a", 1), ("/+", "/a", 1), ("+", "/a", 0), ("a/+/c", "a//c", 1), ("a//c", "a/b/c", 0),
    ]  # fmt: skip
    script = CLIENT + "for f, t, _ in cases(): print(int(matches(f, t)))"
    assert evaluate(host, tmp_path, script, cases) == [expected for _, _, expected in cases]
    assert [int(paho.topic_matches_sub(f, t)) for f, t, _ in cases] == [expected for _, _, expected in cases]


REFUSED = CLIENT + """
async def main():
    client = MqttClient(
        "127.0.0.1", int(sys.argv[1]), "ours", timeout=0.5, keepalive=1, packet_limit=1000, retry_first=0.01,
        retry_longest=0.01, report=lambda *said: show(*said)
    )
    client.subscribe("#", 1, lambda *_: None)
    task = asyncio.create_task(client.run())
    await asyncio.sleep(1.5)
    await client.stop()
    await task
asyncio.run(main())
"""
ACCEPTED = b"\x20\x02\x00\x00"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"\x20\x02\x00\x05", "refuses this client's access"),
        (b"\x20\x02\x00\x04", "refuses user or password"),
        (b"\x20\x02\x00\x63", "refuses for now"),
        (b"\x30\x00", "need CONNACK"),
        (b"", "no answer within 0.5 s"),
        (None, "the broker closed the connection"),
        (ACCEPTED, "does not answer a ping"),
        (ACCEPTED + b"\x30\xff\xff\xff\xff\x01", "need a length of at most 4 bytes"),
        (ACCEPTED + b"\x30\xff\xff\x7f", "need a packet of at most 1000 bytes, have 2097151"),
        (ACCEPTED + b"\x36\x05\x00\x01a\x00\x01", "with QoS 3"),
        (ACCEPTED + b"\x30\x03\x00\x09a", "need a PUBLISH packet"),
        (ACCEPTED + b"\x30\x04\x00\x02\xff\xfe", "need a topic in UTF-8"),
        (ACCEPTED + b"\x10\x00", "need an answer, have packet 1"),
        (ACCEPTED + b"\x40\x01\x00", "need an answer, have packet 4 of 1 bytes"),
        (ACCEPTED + b"\x90\x03\x00\x01\x80\xd0\x00", "refuses the subscription to #"),
    ],
)
def test_bad_brokers(host, answer, said):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(3)
                    try:
                        connection.recv(1000)
                        if answer is not None:
                            connection.sendall(answer)
                            while connection.recv(1000):
                                pass
                    except OSError:
                        pass

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            printed = run(host, REFUSED, listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
    reasons = " ".join(json.loads(line)[1] for line in printed.splitlines())
    assert said in reasons


def test_fault_of_a_callback_ends_nothing(host, broker):
    script = CLIENT + """
async def main():
    faults = []
    asyncio.get_event_loop().set_exception_handler(lambda loop, context: faults.append(context["message"]))
    client = MqttClient("127.0.0.1", int(sys.argv[1]))
    client.subscribe("x", 0, lambda *_: 1 / 0)
    task = asyncio.create_task(client.run())
    for _ in range(2):
        await client.publish("x", "1", 1).done.wait()
    while len(faults) < 2:
        await asyncio.sleep(0.01)
    show(faults, client.connected)
    await client.stop()
    await task
asyncio.run(main())
"""
    assert json.loads(run(host, script, broker.port)) == [["callback of x"] * 2, True]
