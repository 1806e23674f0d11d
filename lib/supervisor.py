"""Runs an app as several processes: starts them, watches them, passes on what they say, ends them in order.

    watch = Child("watch", ["-m", "door.watch"], final=(0, 2))
    upload = Child("upload", ["-m", "door.upload"], events=("door", "alarm"), keep=("door", "alarm"), last=True)
    sys.exit(Supervisor([watch, upload]).main())

lib/process_link.py is the other end: its docstring says what goes over the pipes.
"""

import asyncio
import gc
import json
import os
import sys
import time

import json_lines
import process
from backoff import Backoff
from process_link import LINE, SUPERVISED
from process_program import Program

# For Child(events=ALL).
ALL = "*"
# The environment variable with a program that starts the interpreter, such as an emulator.
RUNNER = "INTERPRETER_RUNNER"

TICK_MS = 100
# Bytes of what waits to be written to a process, and of the events that it has not acknowledged.
QUEUE = 65536
# Lines that are none of ours, and are shown, between two beats.
NOISE = 50
# Seconds in which a process that is told to end does so by itself, then by SIGTERM, before SIGKILL.
# Twice all of that, since some end last, is less than the 10 s that a camera gives.
POLITE, TERMINATED = 3, 0.8
# Seconds for what a dead process has left in its pipe, which a process that it started may hold open.
LEFT = 0.5

EVENT = b'{"event": "'


class Child:
    """A process of the app: how it is run, and how it does.

    `arguments` are the interpreter's. It is told of the events in `events` (or
    ALL), and of those in `keep` again and again until it acknowledges them. A
    status in `final` ends the app with that status; after any other end that
    nobody asked for it is started again, after a delay of 1 to 60 s, which is
    1 s again after `steady` seconds. It is ended when it has not beaten for
    `timeout` seconds. With `last` it ends after the others.
    """

    def __init__(self, name, arguments, events=(), keep=(), final=(), last=False, timeout=30, steady=60, retry=1):
        self.name = name
        self.arguments = arguments
        self.events = events
        self.keep = keep
        self.final = final
        self.last = last
        self.timeout = timeout
        self.steady = steady
        self.backoff = Backoff(retry, 60)
        self.wanted = True
        self.program = None
        self.ending = False
        self.starts = 0
        self.dropped = 0
        self.beat = None
        self.reason = ""
        # Milliseconds: since the last start or end, since the last sign of life, and until the next start.
        self.age = self.silent = self.delay = 0
        # Lines to write, and (id, line) of events to acknowledge, of which so many are written.
        self.queue = []
        self.kept = []
        self.written = 0

    def start(self, program):
        """Start it, or raise OSError."""
        self.age = self.silent = self.noise = self.written = 0
        self.starts += 1
        self.beat = None
        self.ending = self.overdue = False
        self.queue = []
        self.program = Program(program + self.arguments, LINE)
        self._ready = asyncio.Event()

    def converse(self, relay):
        """Begin, in the present event loop, to give its lines to `relay` and what is queued to it."""
        self._read_task = asyncio.create_task(self._read(relay))
        self._write_task = asyncio.create_task(self._write())
        self._ready.set()

    async def _read(self, relay):
        reader = self.program.reader
        while True:
            line = b""
            try:
                line = await reader.line()
                if line is None:
                    return
                relay(self, line)
            except (ValueError, KeyError, TypeError) as error:
                self.noise += 1
                if self.noise <= NOISE:
                    sys.stderr.write("%s: %s: %r\n" % (self.name, error, line[:80]))

    async def _write(self):
        program = self.program
        try:
            # What was under way in another event loop.
            await program.write()
            while True:
                # Events first: a command that comes behind them is about what they tell.
                if self.written < len(self.kept):
                    self.written += 1
                    await program.write(self.kept[self.written - 1][1])
                elif self.queue:
                    await program.write(self.queue.pop(0))
                elif self.ending:
                    break
                else:
                    self._ready.clear()
                    await self._ready.wait()
        except OSError:
            pass  # it reads no more, which its end will tell
        program.stdin.close()

    def send(self, line):
        """Queue a line; whether there is room and the process runs."""
        if not self.program or self.ending or sum(map(len, self.queue)) + len(line) > QUEUE:
            return False
        self.queue.append(line + b"\n")
        self._ready.set()
        return True

    def send_kept(self, number, line):
        """Queue an event until it is acknowledged; the oldest make room for it."""
        self.kept.append((number, line[:-1] + b', "id": %d}\n' % number))
        while sum([len(line) for _, line in self.kept]) > QUEUE:
            self.acknowledge(self.kept[0][0])
            self.dropped += 1
        if self.program:
            self._ready.set()

    def acknowledge(self, number):
        """Forget an event."""
        for index, (kept, _) in enumerate(self.kept):
            if kept == number:
                self.kept.pop(index)
                self.written -= index < self.written
                return

    def end(self):
        """Close its stdin, behind all that is queued."""
        self.ending = True
        self._ready.set()

    async def clean(self):
        """After its end: read the last of its lines, end what it started, and close the pipes."""
        program, self.program = self.program, None
        self.age = 0
        program.kill()
        for _ in range(int(LEFT * 1000) // 10):
            if self._read_task.done():
                break
            await asyncio.sleep_ms(10)
        self._read_task.cancel()
        self._write_task.cancel()
        # They leave the event loop before the files are closed.
        await asyncio.sleep_ms(0)
        program.close()

    def status(self):
        """How it does, as a dictionary."""
        resident, proportional = memory(self.program.pid) if self.program else (0, 0)
        return {
            "state": "running" if self.program else "waiting" if self.wanted else "ended",
            "pid": self.program.pid if self.program else None,
            "seconds": self.age // 1000,
            "starts": self.starts,
            "reason": self.reason,
            "resident": resident,
            "proportional": proportional,
            "kept": len(self.kept),
            "dropped": self.dropped,
            "beat": self.beat,
        }


def memory(pid="self"):
    """(resident, proportional) bytes of a process: the latter shares the executable's pages out, None if unknown."""
    found = {}
    for name in ("smaps_rollup", "status"):
        try:
            with open("/proc/%s/%s" % (pid, name)) as file:
                for line in file:
                    key, _, value = line.partition(":")
                    if key in ("Rss", "Pss", "VmRSS"):
                        found[key] = int(value.split()[0]) * 1024
        except OSError:
            pass  # an older kernel, or it ended this moment
        if found:
            break
    return found.get("Rss") or found.get("VmRSS") or 0, found.get("Pss")


class Supervisor:
    """Runs the processes `children`.

    `aliases` are further commands to the supervisor: {name: (process, command,
    arguments)}. `program` is what starts the interpreter. Every `interval`
    seconds an event "processes" tells how all do.
    """

    def __init__(self, children, aliases={}, program=None, interval=60):
        self._children = children
        self._aliases = aliases
        runner = os.getenv(RUNNER)
        self._program = program or (runner.split(" ") if runner else []) + [sys.executable]
        self._interval = interval
        self._exit_status = None
        self._events = 0
        self._ticks = time.ticks_ms()
        self._since_statistics = 0
        os.putenv(SUPERVISED, "1")

    def main(self):
        """Run until a process ends the app, or SIGTERM or Ctrl-C does; end all in order; return the exit status."""
        try:
            return asyncio.run(self.run())
        except (SystemExit, KeyboardInterrupt):
            return 0
        finally:
            # The signal has ended any one of the tasks.
            asyncio.new_event_loop()
            asyncio.run(self.stop())

    async def run(self):
        """Start all, and look after them until one ends the app; return its exit status."""
        for child in self._children:
            self._start(child)
        while self._exit_status is None:
            await self._tick()
        return self._exit_status

    async def stop(self):
        """End all in order, within 9 seconds."""
        running = [child for child in self._children if child.program]
        for child in running:
            child.converse(self._relay)
        await self._end([child for child in running if not child.last])
        await self._end([child for child in running if child.last])

    def status(self):
        """How all processes do, as a dictionary."""
        gc.collect()
        resident, proportional = memory()
        own = {"resident": resident, "proportional": proportional, "heap": gc.mem_alloc()}
        return {"supervisor": own, "processes": {child.name: child.status() for child in self._children}}

    def _start(self, child):
        try:
            child.start(self._program)
        except OSError as error:
            self._lost(child, str(error))
            return
        child.converse(self._relay)

    async def _tick(self):
        await asyncio.sleep_ms(TICK_MS)
        now = time.ticks_ms()
        passed = time.ticks_diff(now, self._ticks)
        self._ticks = now
        for child in self._children:
            child.age += passed
            # When we were held up, their beats were, too.
            child.silent += min(passed, 2 * TICK_MS)
            if child.program:
                await self._look_after(child)
            elif child.wanted and child.age >= child.delay:
                self._start(child)
        self._since_statistics += passed
        if self._since_statistics >= self._interval * 1000:
            self._since_statistics = 0
            self._tell("processes", *self.status().items())

    async def _look_after(self, child):
        status = child.program.poll()
        if status is not None:
            age = child.age
            await child.clean()
            if child.overdue:
                self._lost(child, "no beat for %s s" % child.timeout, age)
            elif child.ending:
                child.delay = 0
            elif status in child.final:
                child.wanted = False
                self._exit_status = status
            else:
                self._lost(child, ("exit status %d" if status >= 0 else "signal %d") % abs(status), age)
        elif child.silent > child.timeout * 1000 and not child.ending:
            child.overdue = True
            child.program.kill(process.SIGTERM if child.silent < (child.timeout + TERMINATED) * 1000 else process.SIGKILL)

    def _lost(self, child, reason, age=0):
        if age >= child.steady * 1000:
            child.backoff.reset()
        delay = child.backoff.next()
        child.delay = delay * 1000
        child.reason = reason
        self._tell("process", ("process", child.name), ("state", "lost"), ("reason", reason), ("delay", delay))

    async def _end(self, children):
        """End some processes."""
        for child in children:
            if child.program:
                child.end()
        passed = 0
        while any([child.program for child in children]):
            await asyncio.sleep_ms(TICK_MS)
            passed += TICK_MS
            for child in children:
                if not child.program:
                    continue
                if child.program.poll() is not None:
                    await child.clean()
                elif passed >= (POLITE + TERMINATED) * 1000:
                    child.program.kill(process.SIGKILL)
                elif passed >= POLITE * 1000:
                    child.program.kill(process.SIGTERM)

    def _tell(self, event, *pairs):
        line = json_lines.line((("event", event), ("time", json_lines.utc(time.time()))) + pairs)
        self._pass_on(event, line.encode())

    def _pass_on(self, event, line):
        """Give an event to those who asked for it, and print it: what is printed is on its way, whatever happens then."""
        for child in self._children:
            if event in child.keep:
                self._events += 1
                child.send_kept(self._events, line)
            elif (child.events == ALL or event in child.events) and not child.send(line):
                child.dropped += 1
        try:
            sys.stdout.buffer.write(line + b"\n")
        except OSError:
            self._exit_status = 1  # nobody reads any more

    def _relay(self, child, line):
        """Do what a line of a process is for."""
        if line.startswith(EVENT):
            self._pass_on(line[len(EVENT) : line.find(b'"', len(EVENT))].decode(), line)
            return
        message = json.loads(line)
        if "beat" in message:
            child.beat = message["beat"]
            child.silent = child.noise = 0
            if child.reason:
                child.reason = ""
                self._tell("process", ("process", child.name), ("state", "back"))
        elif "answer" in message:
            number = message["answer"]
            if isinstance(number, int):
                child.acknowledge(number)
            else:
                to, _, number = number.partition("/")
                self._answer(to, int(number), message)
        elif "command" in message:
            self._command(child.name, message)
        else:
            raise ValueError("need an event, a beat, a command or an answer")

    def _child(self, name):
        for child in self._children:
            if child.name == name:
                return child
        raise ValueError("need one of %s, have %s" % (", ".join([child.name for child in self._children]), name))

    def _answer(self, to, number, answer):
        answer["answer"] = number
        self._child(to).send(json.dumps(answer).encode())

    def _command(self, asker, message):
        """Pass a command on, or obey it; who asked gets the answer."""
        to, number, name = message.pop("to"), message.pop("id"), message["command"]
        try:
            if to == "supervisor" and name in self._aliases:
                to, name, more = self._aliases[name]
                message.update(more)
            if to == "supervisor":
                answer = self._obey(name, message)
            else:
                message.update({"command": name, "id": "%s/%d" % (asker, number)})
                if self._child(to).send(json.dumps(message).encode()):
                    return
                answer = {"error": "%s does not run or is busy" % to}
        except ValueError as error:
            answer = {"error": str(error)}
        self._answer(asker, number, answer)

    def _obey(self, name, arguments):
        """Do a command to the supervisor itself; its answer as a dictionary."""
        if name == "status":
            return self.status()
        if name not in ("start", "stop", "restart"):
            names = ["status", "start", "stop", "restart"] + sorted(self._aliases)
            raise ValueError("need one of %s, have %s" % (", ".join(names), name))
        child = self._child(arguments.get("process"))
        child.wanted = name != "stop"
        child.delay = 0
        if name != "start" and child.program:
            asyncio.create_task(self._end([child]))
        return {}
