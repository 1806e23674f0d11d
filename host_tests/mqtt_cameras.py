"""Cameras that only publish, as the door_state app does: MQTT 3.1.1 with a last will, a thousand to a process."""

import asyncio
import json
import struct

KEEP_ALIVE = 600


def text(value):
    """A text as MQTT has it."""
    data = value.encode()
    return struct.pack(">H", len(data)) + data


def packet(kind, body):
    """A packet with its length in front."""
    length, size = len(body), b""
    while True:
        length, digit = divmod(length, 128)
        size += bytes([digit | 128 * (length > 0)])
        if not length:
            return bytes([kind]) + size + body


class PublishingCamera:
    """A camera; `published` counts the messages that the broker has acknowledged."""

    def __init__(self, port, device, prefix="mpycam"):
        self._port, self.device, self.topic = port, device, f"{prefix}/{device}"
        self._identifier = self.published = self.events = 0

    async def connect(self):
        """Connect, and say what it is."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        # Clean session, a will of QoS 1 that is retained.
        head = text("MQTT") + bytes([4, 0x02 | 0x04 | 0x08 | 0x20]) + struct.pack(">H", KEEP_ALIVE)
        self._writer.write(packet(0x10, head + text(self.device) + text(f"{self.topic}/status") + text("offline")))
        answer = await self._reader.readexactly(4)
        assert answer == b"\x20\x02\x00\x00", answer
        await self.publish("status", b"online", retain=True)
        about = {"app": "door_state", "version": "0.1.0", "model": "P3265-LVE", "serial": self.device}
        await self.publish("device", about, retain=True)
        await self.door("closed")

    async def publish(self, what, payload, retain=False):
        """Publish with QoS 1 and wait for the acknowledgement."""
        self._identifier = self._identifier % 65535 + 1
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        body = text(f"{self.topic}/{what}") + struct.pack(">H", self._identifier) + data
        self._writer.write(packet(0x32 | retain, body))
        answer = await self._reader.readexactly(4)
        assert answer == b"\x40\x02" + struct.pack(">H", self._identifier), answer
        self.published += 1

    async def door(self, state, alarm=None, name="main"):
        """Tell a door's state."""
        await self.publish(f"door/{name}", {"state": state, "openings": 3, "alarm": alarm}, retain=True)

    async def event(self):
        """Tell an event."""
        self.events += 1
        await self.publish("event", {"event": "door", "door": "main", "state": "open", "id": self.events})

    async def statistics(self, frames, fps=5.0):
        """Tell statistics."""
        await self.publish("statistics", {"frames": frames, "damaged": 0, "fps": fps}, retain=True)

    def cut(self):
        """Lose power: nobody says goodbye."""
        self._writer.transport.abort()
