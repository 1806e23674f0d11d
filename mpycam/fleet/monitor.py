"""Watches a fleet over MQTT: a live table, and metrics for Prometheus."""

import asyncio
import contextlib
import shutil
import ssl
import sys
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from mpycam.errors import MpycamError
from mpycam.fleet import prometheus
from mpycam.fleet.board import as_rows
from mpycam.fleet.tables import table

PORTS = {"mqtt": 1883, "mqtts": 8883}
AGAIN_SECONDS = 2


@dataclass(frozen=True)
class Broker:
    """Where the broker is, and who we are there."""

    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None

    @classmethod
    def of(cls, url, password=None):
        """Read mqtt://user@host:1883 or mqtts://host. Raises MpycamError."""
        parts = urlsplit(url if "://" in url else f"mqtt://{url}")
        if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/"):
            raise MpycamError(f"{url!r}: expected such as mqtt://user@broker:1883 or mqtts://broker")
        if parts.password:
            raise MpycamError("expected the password of the broker apart, as a reference: --password env:VARIABLE")
        return cls(parts.hostname, parts.port or PORTS[parts.scheme], parts.scheme == "mqtts", parts.username, password)


async def listen(broker, board, told=lambda text: None):
    """Put what comes from the broker on the board, for ever; `told` gets why there is no connection, or ""."""
    import aiomqtt

    context = ssl.create_default_context() if broker.tls else None
    while True:
        try:
            async with aiomqtt.Client(
                broker.host, broker.port, username=broker.user, password=broker.password, tls_context=context
            ) as client:  # fmt: skip
                told("")
                await client.subscribe(board.topic, qos=1)
                async for message in client.messages:
                    board.take(message.topic.value, message.payload, message.retain)
        except aiomqtt.MqttError as error:
            told(f"no broker at {broker.host}:{broker.port}: {error}")
        await asyncio.sleep(AGAIN_SECONDS)


@contextlib.asynccontextmanager
async def served(board, host, port):
    """Serve the metrics at /metrics while the block runs; gives the port, which may have been 0."""
    from aiohttp import web

    async def metrics(request):
        return web.Response(body=prometheus.as_text(board).encode(), headers={"Content-Type": prometheus.CONTENT_TYPE})

    application = web.Application()
    application.router.add_get("/metrics", metrics)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


class Screen:
    """Draws the board once a second on a terminal."""

    def __init__(self, board, file=sys.stdout):
        self._board, self._file, self.trouble = board, file, ""

    async def run(self):
        """Draw until cancelled."""
        before, began = self._board.messages, time.monotonic()
        while True:
            await asyncio.sleep(1)
            passed = time.monotonic() - began
            rate, before, began = (self._board.messages - before) / passed, self._board.messages, time.monotonic()
            self._file.write("\x1b[H" + self.text(rate).replace("\n", "\x1b[K\n") + "\x1b[J")
            self._file.flush()

    def text(self, rate):
        """What is drawn: sums, and as many cameras as there is room for."""
        columns, lines = shutil.get_terminal_size()
        cameras = list(self._board)
        offline, alarms = sum(not camera.online for camera in cameras), sum(len(camera.alarms) for camera in cameras)
        head = f"{len(cameras)} cameras, {offline} offline, {alarms} alarms, {rate:.0f} messages a second"
        rows = as_rows(self._board, time.time())
        shown = table(rows).splitlines()[: lines - 3]
        return "\n".join(line[:columns] for line in [head, self.trouble, *shown]) + "\n"
