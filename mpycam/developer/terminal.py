"""The interpreter's prompt at a distance: on this terminal, or behind one of its own for programs like mpremote."""

import asyncio
import contextlib
import os
import pty
import signal
import sys
import termios
import tty

PROMPT = b">>> "
PIECE = 4096
# Ctrl-], as in telnet.
LEAVE = 0x1D


class Prompt:
    """The prompt of an interpreter in a Workplace, `heap` as for -X heapsize."""

    def __init__(self, place, heap):
        self._place, self._heap = place, heap

    async def start(self):
        """Start the interpreter and return its greeting, up to the first prompt."""
        await self._place.start(["-X", f"heapsize={self._heap}", "-i"])
        said = b""
        while not said.endswith(PROMPT):
            value = await self._place.output()
            if not isinstance(value, bytes):
                raise OSError(f"the interpreter ended with status {value}: {said.decode(errors='replace')}")
            said += value
        return said

    async def connect(self, descriptor, target, ended, leave=None):
        """Pass bytes on both ways between a descriptor and the interpreter until either ends.

        What it says goes to the descriptor `target`. Returns the interpreter's
        status, None where `leave` was typed or the descriptor ended.
        """
        loop = asyncio.get_running_loop()
        typed = asyncio.Queue()
        loop.add_reader(descriptor, self._read, descriptor, typed)
        typing = asyncio.create_task(self._type(typed, leave))
        saying = asyncio.create_task(self._say(target))
        over = asyncio.create_task(ended.wait())
        try:
            await asyncio.wait([typing, saying, over], return_when=asyncio.FIRST_COMPLETED)
            return saying.result() if saying.done() else None
        finally:
            loop.remove_reader(descriptor)
            for task in (typing, saying, over):
                task.cancel()
            await asyncio.gather(typing, saying, over, return_exceptions=True)

    def _read(self, descriptor, typed):
        try:
            data = os.read(descriptor, PIECE)
        except OSError:
            data = b""  # the other end of a terminal was closed
        if not data:
            asyncio.get_running_loop().remove_reader(descriptor)
        typed.put_nowait(data)

    async def _type(self, typed, leave):
        while data := await typed.get():
            if leave is not None and leave in data:
                return
            await self._place.write(data)
        # The interpreter ends when it has done what was typed.
        await self._place.write(b"")
        await asyncio.Event().wait()

    async def _say(self, target):
        while isinstance(value := await self._place.output(), bytes):
            await asyncio.to_thread(_write, target, value)
        return value


def _write(descriptor, data):
    while data:
        data = data[os.write(descriptor, data) :]


async def here(place, heap):
    """Be the interpreter's prompt on this terminal until it ends; return its status."""
    prompt = Prompt(place, heap)
    with contextlib.ExitStack() as stack:
        if sys.stdin.isatty():
            before = termios.tcgetattr(0)
            stack.callback(termios.tcsetattr, 0, termios.TCSADRAIN, before)
            tty.setraw(0, termios.TCSADRAIN)
            # What the interpreter says ends its lines as files do.
            modes = termios.tcgetattr(0)
            modes[1] = before[1]
            termios.tcsetattr(0, termios.TCSADRAIN, modes)
        _write(1, await prompt.start())
        status = await prompt.connect(0, 1, asyncio.Event(), LEAVE if sys.stdin.isatty() else None)
    return status or 0


@contextlib.asynccontextmanager
async def pseudo_terminal(place, heap):
    """Yield (path of a terminal here, a task): behind it is the interpreter's prompt, until the task ends."""
    prompt = Prompt(place, heap)
    await prompt.start()
    master, slave = pty.openpty()
    tty.setraw(slave)
    ended = asyncio.Event()
    # The other end stays open here, so that clients may come and go.
    task = asyncio.create_task(prompt.connect(master, master, ended))
    try:
        yield os.ttyname(slave), task
    finally:
        ended.set()
        await asyncio.gather(task, return_exceptions=True)
        os.close(slave)
        os.close(master)


async def serve(place, heap, link, tell):
    """Offer the prompt at a terminal, also under the path `link`, until interrupted or the interpreter ends."""
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    async with pseudo_terminal(place, heap) as (path, task):
        if link:
            with contextlib.suppress(FileNotFoundError):
                if os.path.islink(link):
                    os.unlink(link)
            os.symlink(path, link)
        try:
            tell(path)
            await asyncio.wait([task, asyncio.create_task(over.wait())], return_when=asyncio.FIRST_COMPLETED)
        finally:
            if link:
                os.unlink(link)
