"""A workplace on this machine: a build of the interpreter, under an emulator where it is for another processor."""

import asyncio
import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from mpycam.developer.agent_file import AGENT, START, agent
from mpycam.developer.byte_stream import ByteStream
from mpycam.developer.workplace import Workplace
from mpycam.errors import MpycamError

# Debian's qemu-user-static, or the same without "-static".
EMULATORS = {"host": [], "armv7hf": ["qemu-arm-static", "qemu-arm"], "aarch64": ["qemu-aarch64-static", "qemu-aarch64"]}


class ProcessStream(ByteStream):
    """The standard input and output of a process."""

    async def close(self):
        """Let the agent end, which ends its program."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 10)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@contextlib.asynccontextmanager
async def local_workplace(build="host", firmware=None, folder=None):
    """Yield a Workplace with the interpreter `firmware` of a build, in `folder` or a new one that is removed."""
    firmware = Path(firmware or Path("dist", build, "micropython")).absolute()
    if not firmware.is_file():
        raise MpycamError(f"{firmware} is not there; build it with: make firmware ARCH={build}")
    emulator = [path for path in map(shutil.which, EMULATORS[build]) if path]
    if EMULATORS[build] and not emulator:
        raise MpycamError(f"{build} needs {EMULATORS[build][0]} (Debian: qemu-user-static)")
    with tempfile.TemporaryDirectory() as temporary:
        folder = folder or temporary
        Path(temporary, AGENT).write_bytes(agent())
        process = await asyncio.create_subprocess_exec(
            *emulator[:1], firmware, "-c", START.format(agents=temporary, folder=folder),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "INTERPRETER_RUNNER": " ".join(emulator[:1])},
        )  # fmt: skip
        async with Workplace(ProcessStream(process), build, build) as workplace:
            yield workplace
