"""lib/dbus.py on a real bus, with services of dbus-fast as peer, and lib/dbus_values.py against dbus-fast's own bytes."""

import json
import random
import socket
import threading

import pytest
from camera_python import evaluate, run
from dbus_fast.service import ServiceInterface
from dbus_fast.service import dbus_method as method
from message_bus import message_bus, service

from dbus_fast._private.marshaller import Marshaller  # isort: skip

# Signature, and a value as JSON has it; dictionaries have text keys.
VALUES = [
    ("y", 255), ("b", True), ("n", -32768), ("q", 65535), ("i", -(2**31)), ("u", 2**32 - 1), ("x", -(2**62)),
    ("t", 2**63), ("d", 0.1), ("s", ""), ("s", "Tür ☃"), ("o", "/a/b"), ("g", "a{sv}"), ("ay", [1, 2, 3]), ("as", []),
    ("as", ["a", "bc"]), ("ax", [1]), ("a(yx)", [[1, 2], [3, 4]]), ("a{su}", {"a": 1}), ("a{s(yd)}", {"k": [1, 2.5]}),
    ("(ybs)", [1, False, "x"]), ("aas", [["a"], [], ["b", "c"]]), ("a{sas}", {"k": ["v"]}),
]  # fmt: skip


def marshalled(signature, *values):
    """What dbus-fast makes of values; it has arrays of bytes as bytes."""
    return Marshaller(signature, [bytes(v) if signature.endswith("ay") and v == [1, 2, 3] else v for v in values]).marshall()


WRITE = """
from dbus_values import Reader, Writer
def plain(value):
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value
for signature, value in cases():
    writer = Writer()
    writer.write("y", 7)  # so that alignment matters
    writer.write(signature, value)
    reader = Reader(writer.data)
    reader.read("y")
    back = reader.read(signature)
    print(json.dumps([binascii.hexlify(writer.data).decode(), plain(back), reader.position == len(writer.data)]))
"""


def test_values_have_the_bytes_of_dbus_fast(interpreter, tmp_path):
    answers = evaluate(interpreter, tmp_path, WRITE, VALUES)
    for (signature, value), (data, back, whole) in zip(VALUES, answers, strict=True):
        expected = marshalled("y" + signature, 7, value).hex()
        assert data == expected, signature
        assert back == (value if signature != "d" else pytest.approx(value)), signature
        assert whole, signature


DAMAGED = """
from dbus_values import Reader
for signature, text in cases():
    try:
        Reader(binascii.unhexlify(text)).read(signature)
        print("0")
    except ValueError:
        print("1")
"""


def test_damaged_values_are_refused(interpreter, tmp_path):
    """Whatever bytes come, a value or a ValueError comes out."""
    rng = random.Random(4)
    cases = [("a(yx)", "ffffffff"), ("v", "000000"), ("v", "02737300" + "00" * 8), ("s", "00000010"),
             ("ai", "05000000" + "00" * 8), ("s", "02000000ff fe00".replace(" ", "")), ("v", "017600" * 200)]  # fmt: skip
    certain = len(cases)
    for _ in range(500):
        signature, value = rng.choice(VALUES)
        data = bytearray(marshalled(signature, value))
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)
        cases.append((signature, bytes(data[: rng.randrange(len(data) + 1)]).hex()))
        cases.append(("v", rng.randbytes(rng.randrange(30)).hex()))
    answers = evaluate(interpreter, tmp_path, DAMAGED, cases)
    assert answers[:certain] == [1] * certain
    assert len(answers) == len(cases)


def test_signatures(host, tmp_path):
    script = """
from dbus_values import types
for text in cases():
    try:
        print(json.dumps(types(text)))
    except ValueError as error:
        print(json.dumps(str(error)))
"""
    good = {"": [], "ybnqiuxtdsogvh": list("ybnqiuxtdsogvh"), "aas(s(yv))a{s(ii)}": ["aas", "(s(yv))", "a{s(ii)}"]}
    bad = ["a", "(", "()", "(s", "z", "a{", "s)", "a" * 40 + "y"]
    answers = evaluate(host, tmp_path, script, [*good, *bad])
    assert answers[: len(good)] == list(good.values())
    assert all(isinstance(answer, str) and answer.startswith("need ") for answer in answers[len(good) :])


class Peer(ServiceInterface):
    """Answers what it is asked with, and refuses."""

    def __init__(self):
        super().__init__("org.test.Peer")

    @method()
    def Echo(self, text: "s", number: "u", more: "a{sv}") -> "sua{sv}":  # noqa: F722, F821, N802
        return [text, number, more]

    @method()
    def Nothing(self):  # noqa: N802
        pass

    @method()
    def Long(self, count: "u") -> "s":  # noqa: F821, N802
        return "x" * count


CALLS = """
import dbus
PEER = ("org.test", "/peer", "org.test.Peer")
async def attempt(bus, *call):
    try:
        return await bus.call(*call)
    except dbus.DBusError as error:
        return [error.name, str(error)]
    except ValueError as error:
        return str(error)
async def main():
    bus = await dbus.connect(sys.argv[1])
    print(json.dumps(await attempt(bus, *PEER, "Echo", "sua{sv}", "Tür", 7, {"a": ("ai", [1, 2])})))
    print(json.dumps(await attempt(bus, *PEER, "Nothing")))
    print(json.dumps(len((await attempt(bus, *PEER, "Long", "u", 50000))[0])))
    print(json.dumps(await attempt(bus, *PEER, "Echo", "s", "a", "b")))
    print(json.dumps(await attempt(bus, *PEER, "Missing")))
    print(json.dumps(await attempt(bus, "org.nobody", *PEER[1:], "Echo")))
    print(json.dumps((await attempt(bus, *PEER, "Long", "u", 70000))[0]))
    bus.close()
asyncio.run(main())
"""


def test_calls(interpreter, tmp_path):
    with message_bus(tmp_path) as address, service(address, "org.test", {"/peer": Peer()}):
        answers = [json.loads(line) for line in run(interpreter, CALLS, address).splitlines()]
    assert answers[0] == ["Tür", 7, {"a": ["ai", [1, 2]]}]
    assert answers[1:4] == [[], 50000, "need 1 arguments for 's', have 2"]
    assert answers[4][0] == "org.freedesktop.DBus.Error.UnknownMethod"
    assert answers[5][0] == "org.freedesktop.DBus.Error.ServiceUnknown"
    assert answers[6] == "org.freedesktop.DBus.Error.LimitsExceeded"


CONNECT = """
import dbus
async def main():
    try:
        await dbus.connect(sys.argv[1], 0.3)
    except asyncio.TimeoutError:
        print("timeout")
    except (OSError, ValueError) as error:
        print(error)
asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"REJECTED EXTERNAL\r\n", "the bus refuses this user"),
        (b"", "timeout"),
        (None, "the bus refuses this user"),
        (b"OK 1234\r\n" + b"\xff" * 64, "need a message of at most"),
        (b"OK 1234\r\n" + b"l\x02\0\x01" + b"\0" * 12, "timeout"),
        (b"OK 1234\r\n" + b"l\x02\0\x01" + b"\0" * 4 + b"\1\0\0\0" + b"\x10\0\0\0" + b"\xff" * 16, "need "),
    ],
    ids=["refused", "silent", "closed", "garbage", "of no call", "bad fields"],
)
def test_bad_buses(host, tmp_path, answer, said):
    path = tmp_path / "bus"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve():
            connection, _ = listener.accept()
            with connection:
                connection.recv(100)
                if answer is not None:
                    connection.sendall(answer)
                    while connection.recv(1000):
                        pass

        thread = threading.Thread(target=serve)
        thread.start()
        assert said in run(host, CONNECT, f"unix:path={path}")
        thread.join(10)


def test_addresses(host, tmp_path):
    for address in ("tcp:host=127.0.0.1,port=1", "unix:tmpdir=/tmp", "unix:path=", "unix:path=/" + "a" * 200, "x"):
        assert run(host, CONNECT, address).startswith("need a D-Bus address")
    assert "ENOENT" in run(host, CONNECT, f"unix:path={tmp_path}/nothing")
