"""A workplace on a camera without ssh: the developer wrapper there, over a WebSocket through the camera's proxy."""

import base64
import contextlib
import os
import tempfile
from pathlib import Path

import httpx

from mpycam.developer.workplace import Workplace
from mpycam.errors import MpycamError

APP = "mpycam_developer"
FOLDER = Path(__file__).parent.parent / "wrapper" / "app"
PIECE = 1 << 16
# An app needs a moment before it listens.
START_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.5, 3, 6)
# The reverse proxy came with AXIS OS 11.8.
FIRST_RELEASE = (11, 8)


class WebSocketStream:
    """The bytes of the messages of a WebSocket."""

    def __init__(self, context, network):
        from wsproto.connection import Connection, ConnectionType

        self._context, self._network = context, network
        self._frames = Connection(ConnectionType.CLIENT)

    async def receive(self):
        """The next bytes, none at the end."""
        from wsproto.events import BytesMessage, CloseConnection, Ping, TextMessage

        while True:
            for event in self._frames.events():
                if isinstance(event, BytesMessage) and event.data:
                    return bytes(event.data)
                if isinstance(event, TextMessage) and event.data:
                    return event.data.encode()
                if isinstance(event, Ping):
                    await self._network.write(self._frames.send(event.response()))
                if isinstance(event, CloseConnection):
                    return b""
            try:
                data = await self._network.read(PIECE)
            except httpx.HTTPError as error:
                raise OSError(str(error) or type(error).__name__) from None
            except Exception as error:  # httpcore's own, which httpx does not translate here
                raise OSError(str(error) or type(error).__name__) from None
            if not data:
                return b""
            self._frames.receive_data(data)

    async def send(self, data):
        """Send bytes as one message."""
        from wsproto.events import BytesMessage

        try:
            await self._network.write(self._frames.send(BytesMessage(data=data)))
        except Exception as error:  # httpcore's own, which httpx does not translate here
            raise OSError(str(error) or type(error).__name__) from None

    async def close(self):
        """Close the connection, which ends the program."""
        from wsproto.events import CloseConnection

        with contextlib.suppress(Exception):
            await self._network.write(self._frames.send(CloseConnection(code=1000)))
        await self._context.aclose()


async def install(device, firmware, library="lib"):
    """Install the wrapper with an interpreter, and start it; return Installed."""
    from mpycam.eap.builder import build

    with tempfile.TemporaryDirectory() as output:
        path = build(FOLDER, firmware, output=output, library=library).path
        installed = await device.install(path.read_bytes(), path.name)
    await start(device)
    return installed


async def start(device):
    """Start the wrapper where it is installed; raises MpycamError where it is not."""
    app = (await device.apps()).get(APP)
    if app is None:
        raise MpycamError(
            f"{device.host} has no developer wrapper: install it with `mpycam wrapper install`, or use ssh "
            "(`mpycam camera add --ssh`)"
        )
    if app.status == "Stopped":
        await device.start(APP)


@contextlib.asynccontextmanager
async def wrapper_workplace(device, folder="programs"):
    """Yield a Workplace in the wrapper of a Device; programs run in the folder of that name in its localdata."""
    build = (await device.info()).build
    await start(device)
    stream = await _connect(device, folder)
    async with Workplace(stream, f"the wrapper on {device.host}", build) as workplace:
        yield workplace


async def _connect(device, folder):
    headers = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
    }  # fmt: skip
    path = f"/local/{APP}/session?folder={folder}"
    return await device.upgrade(path, headers, WebSocketStream, START_PAUSES)
