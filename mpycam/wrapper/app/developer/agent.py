"""Runs programs for somebody at a distance: takes files, runs one program at a time, passes its output on.

Both directions carry frames: a letter, the length in four bytes (big-endian), and so many bytes.

    to the agent                            from the agent
    P name NUL content: put a file          H JSON: hello, with version, machine and folder
    D name: delete a file                   O bytes: output of the program
    S JSON list: start the interpreter      E text: the program has ended with this status
      with these arguments, in the folder;  Y: done, for each P and D
      one that runs is ended before         X text: a P or D failed
    I bytes: input of the program, none:    F text: something else failed
      there is no more
    K: end the program

It stands alone: over ssh it is the only file of ours that is sent.
"""

import asyncio
import json
import os
import sys

import process

PIECE = 8192
# Longer files are sent to cameras in packages.
LONGEST = 8 << 20
# How long a program may take to end in order.
GRACE_MS = 3000
SHELL = ["/bin/sh", "-c", 'cd "$0" && exec "$@" 2>&1']


def make_folders(path):
    """Make the folders that a file is in."""
    parts = path.split("/")[:-1]
    for count in range(1, len(parts) + 1):
        try:
            os.mkdir("/".join(parts[:count]) or "/")
        except OSError:
            pass  # it is there, or opening the file says what is wrong


class Agent:
    """`read` is a coroutine function that returns so many bytes, or raises EOFError; `send` one that sends pieces."""

    def __init__(self, read, send, folder):
        self._read, self._raw_send, self._folder = read, send, folder
        self._lock = asyncio.Lock()
        self._pid = self._input = self._task = None

    async def serve(self):
        """Do what is asked for until the other side is gone, and end the program then."""
        machine = sys.implementation._machine
        hello = {"version": sys.version, "machine": machine, "folder": self._folder}
        await self._send(b"H", json.dumps(hello).encode())
        try:
            while True:
                head = await self._read(5)
                length = int.from_bytes(head[1:], "big")
                if length > LONGEST:
                    break  # whoever sends this is no client of ours
                data = await self._read(length)
                kind = chr(head[0])
                try:
                    await self._do(kind, data)
                except (OSError, ValueError) as error:
                    await self._send(b"X" if kind in "PD" else b"F", str(error).encode())
        except EOFError:
            pass
        finally:
            await self._end()

    async def _send(self, kind, data=b""):
        async with self._lock:
            await self._raw_send(kind + len(data).to_bytes(4, "big"), data)

    async def _do(self, kind, data):
        if kind == "P":
            name, _, content = data.partition(b"\0")
            path = self._path(name)
            make_folders(path)
            with open(path + ".new", "wb") as file:
                file.write(content)
            os.rename(path + ".new", path)
            await self._send(b"Y")
        elif kind == "D":
            os.remove(self._path(data))
            await self._send(b"Y")
        elif kind == "S":
            await self._end()
            self._start(json.loads(data))
        elif kind == "I":
            if self._input and data:
                self._input.write(data)
                await self._input.drain()
            elif self._input:
                self._input.s.close()
                self._input = None
        elif kind == "K":
            await self._end()
        else:
            raise ValueError("need P, D, S, I or K, have %r" % kind)

    def _path(self, name):
        name = name.decode()
        if name.startswith("/") or ".." in name.split("/"):
            raise ValueError("need a name inside of the folder, have %r" % name)
        return self._folder + "/" + name

    def _start(self, arguments):
        runner = (os.getenv("INTERPRETER_RUNNER") or "").split()
        command = SHELL + [self._folder] + runner + [sys.executable] + arguments
        self._pid, stdin, stdout = process.spawn(command)
        for file in (stdin, stdout):
            process.nonblocking(file.fileno())
        self._input = asyncio.StreamWriter(stdin)
        self._task = asyncio.create_task(self._pass_on(self._pid, stdout))

    async def _pass_on(self, pid, stdout):
        reader = asyncio.StreamReader(stdout)
        try:
            while data := await reader.read(PIECE):
                await self._send(b"O", data)
            while (status := process.poll(pid)) is None:
                await asyncio.sleep_ms(5)
            self._pid = self._input = None
            await self._send(b"E", str(status).encode())
        finally:
            stdout.close()

    async def _end(self):
        """End the program, in order if it does that in time, and wait until its end has been told."""
        if self._task is None:
            return
        if self._pid:
            self._kill(process.SIGTERM)
        try:
            await asyncio.wait_for_ms(self._task, GRACE_MS)
        except asyncio.TimeoutError:
            self._kill(process.SIGKILL)
            if self._pid:
                while process.poll(self._pid) is None:
                    await asyncio.sleep_ms(5)
            await self._send(b"E", b"-9")
        except OSError:
            self._kill(process.SIGKILL)  # nobody is there to be told
        self._pid = self._input = self._task = None

    def _kill(self, signal):
        try:
            process.kill(-self._pid, signal)
        except OSError:
            pass  # it has just ended


def stream_agent(folder):
    """An Agent on standard input and output."""
    reader = asyncio.StreamReader(sys.stdin.buffer)
    writer = asyncio.StreamWriter(sys.stdout.buffer)

    async def send(*pieces):
        for piece in pieces:
            writer.write(piece)
        await writer.drain()

    return Agent(reader.readexactly, send, folder)


def main(folder):
    """Serve standard input, with programs and files in `folder`."""
    for number in (0, 1):
        process.nonblocking(number)
    asyncio.run(stream_agent(folder).serve())
