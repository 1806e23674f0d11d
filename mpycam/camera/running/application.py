"""One application: starting it, keeping it alive as its run mode says, and ending it."""

import asyncio
import signal
import time

from mpycam.camera.running import users
from mpycam.camera.running.launcher import KILL_ALL
from mpycam.camera.running.memory import EMULATOR_BYTES, MemoryLimit, used_bytes
from mpycam.camera.running.sandbox import SOCKETS, CannotExecute

RUNNING, IDLE, STOPPED = "Running", "Idle", "Stopped"

# How long an app has after SIGTERM.
STOP_SECONDS = 15
# Before an app that ended is started again; twice as long each time that it ends soon.
RESTART_SECONDS, LONGEST_RESTART_SECONDS, SOON_SECONDS = 1, 60, 30
# How often memory is looked at where the kernel does not limit it.
WATCH_SECONDS = 0.5
# What is read at a time of what an app prints, and the longest line.
LINE_BYTES = 8192


class Application:
    """An installed app. `changed()` is called when it ends by itself for good."""

    def __init__(self, record, sandbox, log, memory_limit, changed):
        self.record, self._sandbox, self._log = record, sandbox, log
        self._memory_limit, self._changed = memory_limit, changed
        self._process = None
        self._task = None
        self._stopping = False

    @property
    def folder(self):
        """Where the app finds itself."""
        return f"/usr/local/packages/{self.record.name}"

    @property
    def status(self):
        """Running, Idle while it waits to be started again, or Stopped."""
        if self._process is not None:
            return RUNNING
        return STOPPED if self._task is None else IDLE

    @property
    def fastcgi_socket(self):
        """The Unix socket at which the app answers FastCGI requests."""
        return f"{SOCKETS}/{self.record.name}.sock"

    async def start(self):
        """Start the app, which must be stopped; raises CannotExecute."""
        self._stopping = False
        limit = self._limit()
        try:
            process = await self._execute(limit)
        except BaseException:
            limit.close()
            raise
        self._task = asyncio.get_running_loop().create_task(self._keep(process, limit))

    async def stop(self, seconds=STOP_SECONDS):
        """End the app: SIGTERM, and SIGKILL after `seconds`."""
        task = self._task
        if task is None:
            return
        self._stopping = True
        if self._process is None:
            task.cancel()
        else:
            _tell(self._process, signal.SIGTERM)
            done, _ = await asyncio.wait([task], timeout=seconds)
            if not done:
                self._log(self._process.pid, "WARNING", f"did not end within {seconds} s of SIGTERM: killed")
                _tell(self._process, KILL_ALL)
        await asyncio.wait([task])
        self._task = None

    async def run_script(self, name, as_root=False):
        """Run a script of the package in the app's folder to its end and return its exit status."""
        user = 0 if as_root else users.user_number(self.record)
        group = 0 if as_root else users.group_number(self.record.group)
        try:
            process = await self._sandbox.run(
                ["/bin/sh", f"./{name}"], self.folder, user, group, self._groups(), self._environment(),
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip
        except CannotExecute as error:
            self._log(0, "ERR", f"{name}: {error}")
            return 127
        await self._read_output(process)
        return await process.wait()

    def _groups(self):
        return [users.group_number(name) for name in self.record.groups if name in users.FIXED]

    def _environment(self):
        return {
            "G_SLICE": "always-malloc",
            "HOME": self._sandbox.path(self.folder),
            "FCGI_SOCKET_NAME": self._sandbox.path(self.fastcgi_socket),
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self._sandbox.path('/run/dbus/system_bus_socket')}",
        }

    def _limit(self):
        emulated = self._sandbox.architecture != "host"
        return MemoryLimit(self.record.name, self._memory_limit + EMULATOR_BYTES * emulated)

    async def _execute(self, limit):
        self._sandbox.forget_socket(self.record.name)
        command = self._sandbox.command(f"{self.folder}/{self.record.name}", self.record.arguments)
        self._process = await self._sandbox.run(
            command, self.folder, users.user_number(self.record), users.group_number(self.record.group), self._groups(),
            self._environment(), limit.procs, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        return self._process

    async def _keep(self, process, limit):
        """Wait for the app's end, and start it again when it is to run for ever."""
        delay = RESTART_SECONDS
        try:
            while True:
                started = time.monotonic()
                await self._attend(process, limit)
                self._process = None
                if self._stopping or self.record.run_mode != "respawn":
                    return
                if time.monotonic() - started >= SOON_SECONDS:
                    delay = RESTART_SECONDS
                await asyncio.sleep(delay)
                delay = min(2 * delay, LONGEST_RESTART_SECONDS)
                try:
                    process = await self._execute(limit)
                except CannotExecute as error:
                    self._log(0, "ERR", str(error))
                    return
        except asyncio.CancelledError:
            pass
        finally:
            limit.close()
            self._process = None
            if not self._stopping:
                self._task = None
                self._changed(self)

    async def _attend(self, process, limit):
        """Pass on what a process of the app prints until it has ended, and hold it to its memory."""
        watching = None
        if limit.procs is None:
            watching = asyncio.get_running_loop().create_task(self._watch_memory(process, limit.limit))
        await self._read_output(process)
        status = await process.wait()
        if watching:
            watching.cancel()
        if limit.exceeded:
            self._log(process.pid, "CRIT", f"killed: more than {self._memory_limit >> 20} MB of memory")
        elif not self._stopping:
            text = f"killed by signal {status - 128}" if status > 128 else f"ended with status {status}"
            self._log(process.pid, "WARNING" if status else "INFO", text)

    async def _watch_memory(self, process, limit):
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if used_bytes(process.pid) > limit:
                self._log(process.pid, "CRIT", f"killed: more than {self._memory_limit >> 20} MB of memory")
                _tell(process, KILL_ALL)

    async def _read_output(self, process):
        """Log the lines that a process prints; a line that does not end is logged in pieces."""
        pending = b""
        while piece := await process.stdout.read(LINE_BYTES):
            *lines, pending = (pending + piece).split(b"\n")
            if len(pending) > LINE_BYTES:
                lines, pending = [*lines, pending], b""
            for line in lines:
                self._print(process, line)
        if pending:
            self._print(process, pending)

    def _print(self, process, line):
        self._log(process.pid, "INFO", line.decode(errors="replace"))


def _tell(process, number):
    try:
        process.send_signal(number)
    except ProcessLookupError:
        pass  # it ended meanwhile
