"""A D-Bus client for asyncio: calls of methods, one at a time.

    bus = await connect()
    names, = await bus.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ListNames")
    bus.close()
"""

import asyncio
import os
import socket
import struct

from connection import Connection
from dbus_values import Reader, Writer, types

SYSTEM_BUS = "unix:path=/run/dbus/system_bus_socket"
BUS = "org.freedesktop.DBus"
METHOD_CALL, METHOD_RETURN, ERROR = 1, 2, 3
PATH, INTERFACE, MEMBER, ERROR_NAME, REPLY_SERIAL, DESTINATION, SIGNATURE = 1, 2, 3, 4, 5, 6, 8
# The specification allows 128 MB; nothing that a camera says to an app is near this.
LIMIT = 1 << 16


class DBusError(OSError):
    """The bus or the called method answered with an error; `name` is the error's D-Bus name."""

    def __init__(self, name, text):
        super().__init__("%s: %s" % (name, text))
        self.name = name


def socket_address(address):
    """The sockaddr_un of a D-Bus address such as "unix:path=/run/dbus/system_bus_socket"; of several the first."""
    kind, _, keys = address.partition(";")[0].partition(":")
    name, _, value = keys.partition(",")[0].partition("=")
    if kind != "unix" or name not in ("path", "abstract") or not 0 < len(value) < 107:
        raise ValueError("need a D-Bus address unix:path=... of at most 106 characters, have " + address)
    prefix = b"\0" if name == "abstract" else b""
    suffix = b"" if name == "abstract" else b"\0"
    return struct.pack("H", 1) + prefix + value.encode() + suffix


async def connect(address=None, timeout=10):
    """A connection to the bus at a D-Bus address, else to the system bus.

    Raises OSError, ValueError, asyncio.TimeoutError after `timeout` seconds, which every later call has too.
    """
    address = address or os.getenv("DBUS_SYSTEM_BUS_ADDRESS") or SYSTEM_BUS
    connection = Connection(socket.socket(1, socket.SOCK_STREAM), socket_address(address), 512)
    try:
        bus = Bus(connection, timeout)
        await asyncio.wait_for(bus._authenticate(), timeout)
        await bus.call(BUS, "/org/freedesktop/DBus", BUS, "Hello")
        return bus
    except BaseException:
        connection.close()
        raise


class Bus:
    """A connection to a message bus."""

    def __init__(self, connection, timeout):
        self._connection = connection
        self._timeout = timeout
        self._serial = 0

    async def _authenticate(self):
        """EXTERNAL without a name: the bus takes the user whom the socket belongs to."""
        await self._connection.send(b"\0AUTH EXTERNAL\r\n")
        line = await self._connection.reader.line()
        if line == b"DATA":
            await self._connection.send(b"DATA\r\n")
            line = await self._connection.reader.line()
        if not (line or b"").startswith(b"OK "):
            raise DBusError(BUS + ".Error.AuthFailed", "the bus refuses this user, says %s" % line)
        await self._connection.send(b"BEGIN\r\n")

    async def call(self, destination, path, interface, member, signature="", *arguments):
        """Call a method; return the tuple of what it answers.

        Raises DBusError, OSError, ValueError for arguments that do not fit `signature`, asyncio.TimeoutError.
        """
        expected = types(signature)
        if len(expected) != len(arguments):
            raise ValueError("need %d arguments for '%s', have %d" % (len(expected), signature, len(arguments)))
        body = Writer()
        for type, argument in zip(expected, arguments):
            body.write(type, argument)
        self._serial += 1
        fields = [
            (PATH, ("o", path)),
            (DESTINATION, ("s", destination)),
            (INTERFACE, ("s", interface)),
            (MEMBER, ("s", member)),
        ]
        if signature:
            fields.append((SIGNATURE, ("g", signature)))
        message = Writer()
        message.write("(yyyyuua(yv))", (ord("l"), METHOD_CALL, 0, 1, len(body.data), self._serial, fields))
        message.align(8)
        return await asyncio.wait_for(self._answer(message.data + body.data, self._serial), self._timeout)

    async def _answer(self, message, serial):
        await self._connection.send(message)
        while True:
            kind, fields, body = await self._receive()
            # Signals and what comes too late for an earlier call are of no interest here.
            if fields.get(REPLY_SERIAL) != serial:
                continue
            values = tuple([body.read(type) for type in types(fields.get(SIGNATURE, ""))])
            if kind == METHOD_RETURN:
                return values
            text = values[0] if values and isinstance(values[0], str) else "no explanation"
            raise DBusError(fields.get(ERROR_NAME, "unnamed error"), text)

    async def _receive(self):
        """The next message: its type, its header fields, and a Reader of its body."""
        start = await self._exactly(16)
        order = ">" if start[0] == ord("B") else "<"
        body_length, _, fields_length = struct.unpack_from(order + "III", start, 4)
        header_length = 16 + (fields_length + 7) // 8 * 8
        if header_length + body_length > LIMIT:
            raise DBusError(
                BUS + ".Error.LimitsExceeded",
                "need a message of at most %d bytes, have %d" % (LIMIT, header_length + body_length),
            )
        header = Reader(start + await self._exactly(header_length - 16), order)
        fields = header.read("(yyyyuua(yv))")[6]
        body = Reader(await self._exactly(body_length), order)
        return start[1], {code: value for code, (_, value) in fields}, body

    async def _exactly(self, count):
        data = await self._connection.exactly(count)
        if data is None:
            raise DBusError(BUS + ".Error.Disconnected", "the bus closed the connection")
        return data

    def close(self):
        """Close the connection."""
        self._connection.close()
