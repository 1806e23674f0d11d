"""A place where programs run for a developer, at the other end of a stream: the agent's client.

The frames are described in mpycam/wrapper/app/developer/agent.py.
"""

import asyncio
import json

from mpycam.errors import MpycamError

HEAD = 5
# The agent's LONGEST.
LONGEST = 8 << 20
ANSWER_SECONDS = 30


class ConnectionLost(MpycamError):
    """The other end is gone, or cannot be reached just now."""


class Workplace:
    """Files and programs at the other end of `stream`, which has coroutine functions receive(), send(bytes), close().

    `what` names it in errors, `build` is that of the interpreter there. Use it in an async with statement.
    """

    def __init__(self, stream, what, build):
        self._stream, self._what, self.build = stream, what, build
        self._answers, self._output = asyncio.Queue(), asyncio.Queue()
        self._buffer = bytearray()
        self._task = None
        # What the agent says of itself: version, machine, folder.
        self.hello = {}

    async def __aenter__(self):
        self._task = asyncio.create_task(self._listen())
        try:
            kind, data = await self._answer()
            if kind != b"H":
                raise MpycamError(f"{self._what}: expected an agent's hello, have {kind!r}")
            self.hello = json.loads(data)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_):
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._stream.close()

    async def put(self, files):
        """Put files there, each in one step: names with "/" between folders, to bytes."""
        for name, data in files.items():
            if len(name) + len(data) >= LONGEST:
                raise MpycamError(f"{name}: {len(data)} bytes, at most {LONGEST} can be sent: install it in a package")
            await self._send(b"P", name.encode() + b"\0" + data)
        for _ in files:
            await self._answer()

    async def delete(self, names):
        """Delete files."""
        for name in names:
            await self._send(b"D", name.encode())
            await self._answer()

    async def start(self, arguments):
        """Start the interpreter with arguments, in the folder; a program that runs is ended before."""
        await self._send(b"S", json.dumps(list(arguments)).encode())

    async def write(self, data):
        """Send bytes to the program's input; none: there is no more."""
        await self._send(b"I", data)

    async def end(self):
        """End the program."""
        await self._send(b"K")

    async def output(self):
        """The next output as bytes, or the status as an int when the program has ended."""
        if self._task.done() and self._output.empty():
            raise ConnectionLost(f"{self._what}: the connection is lost")
        value = await self._output.get()
        if isinstance(value, Exception):
            raise value
        return value

    async def run(self, arguments, write):
        """Start the interpreter, give what it prints to `write` until it ends, and return the status."""
        await self.start(arguments)
        while isinstance(value := await self.output(), bytes):
            write(value)
        return value

    async def _answer(self):
        try:
            value = await asyncio.wait_for(self._answers.get(), ANSWER_SECONDS)
        except TimeoutError:
            raise ConnectionLost(f"{self._what}: no answer within {ANSWER_SECONDS} s") from None
        if isinstance(value, Exception):
            raise value
        return value

    async def _send(self, kind, data=b""):
        if self._task.done():
            raise ConnectionLost(f"{self._what}: the connection is lost")
        try:
            await self._stream.send(kind + len(data).to_bytes(4, "big") + data)
        except OSError as error:
            raise ConnectionLost(f"{self._what}: the connection is lost: {error}") from None

    async def _listen(self):
        try:
            while True:
                head = await self._exactly(HEAD)
                kind, length = head[:1], int.from_bytes(head[1:], "big")
                if length > LONGEST:
                    raise MpycamError(f"{self._what}: expected an agent, have {head!r}")
                data = await self._exactly(length)
                if kind == b"O":
                    self._output.put_nowait(data)
                elif kind == b"E":
                    self._output.put_nowait(int(data))
                elif kind in b"XF":
                    error = MpycamError(f"{self._what}: {data.decode(errors='replace')}")
                    (self._answers if kind == b"X" else self._output).put_nowait(error)
                else:
                    self._answers.put_nowait((kind, data))
        except (EOFError, OSError, MpycamError) as error:
            told = (
                error
                if isinstance(error, MpycamError)
                else ConnectionLost(f"{self._what}: the connection is lost: {error}")
            )
            self._answers.put_nowait(told)
            self._output.put_nowait(told)

    async def _exactly(self, count):
        while len(self._buffer) < count:
            data = await self._stream.receive()
            if not data:
                raise EOFError(
                    "it was closed" if not self._buffer else f"it was closed after {bytes(self._buffer)[:200]!r}"
                )
            self._buffer += data
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data
