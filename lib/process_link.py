"""The end of a supervised process: what it says to its supervisor, and what the supervisor says to it.

    link = Link({"save": save}, event=show, statistics=lambda: {"frames": frames})
    link.tell(("event", "door"), ("time", 1.5), ("state", "open"))
    settings = await link.command("watch", "settings")
    await link.run()

One JSON object a line goes over stdout and stdin: an event, whose first key is
"event", or something with a "beat", a "command" or an "answer".
"""

import asyncio
import gc
import json
import os
import sys

import json_lines
import process
from buffered_reader import BufferedReader

# Set in the environment of every process that a supervisor starts.
SUPERVISED = "SUPERVISED"
BEAT_SECONDS = 5
# Bytes of the longest line that is read, and of the longest message that is sent.
LINE = 32768
MESSAGE = LINE - 256


class CommandError(ValueError):
    """The other process refuses a command, or does not run; the text says why."""


class Link:
    """Serves commands and events that the supervisor passes on.

    `commands` are coroutine functions by name. Each takes the arguments of the
    command as a dictionary and returns its answer as one, or None; the text of
    its OSError, ValueError or KeyError is the answer otherwise. `event` is a
    coroutine function that takes an event as a dictionary: when it returns, an
    event that the supervisor keeps is acknowledged, and when it raises it comes
    again after the next start. `statistics` returns a dictionary for the beats.
    """

    def __init__(self, commands={}, event=None, statistics=None):
        self._commands = commands
        self._event = event
        self._statistics = statistics
        self._asked = 0
        # What waits for an answer: {number: [event, answer]}.
        self._waiting = {}
        self.supervised = os.getenv(SUPERVISED) is not None

    def tell(self, *pairs):
        """Print a line of (name, value) pairs, the first of which is ("event", name)."""
        json_lines.write(*pairs)

    async def command(self, to, name, timeout=10, **arguments):
        """What the process `to` answers to a command, as a dictionary.

        Raises CommandError, or asyncio.TimeoutError without an answer in time.
        """
        if not self.supervised:
            raise CommandError("need a supervisor, have none")
        self._asked += 1
        number = self._asked
        waiting = self._waiting[number] = [asyncio.Event(), {}]
        try:
            arguments.update({"command": name, "to": to, "id": number})
            _write(arguments)
            await asyncio.wait_for(waiting[0].wait(), timeout)
        finally:
            del self._waiting[number]
        answer = waiting[1]
        if "error" in answer:
            raise CommandError(answer["error"])
        return answer

    async def run(self):
        """Serve until the supervisor wants this process to end. Without a supervisor, for ever."""
        while not self.supervised:
            await asyncio.sleep(BEAT_SECONDS)
        beats = asyncio.create_task(self._beat())
        process.nonblocking(0)
        stdin = asyncio.StreamReader(sys.stdin.buffer)

        async def readinto(view):
            while True:
                count = await stdin.readinto(view)
                if count is not None:
                    return count

        reader = BufferedReader(readinto, LINE)
        while True:
            try:
                line = await reader.line()
                if line is None:
                    break
                message = json.loads(line)
            except ValueError as error:
                sys.stderr.write("from the supervisor: %s\n" % error)
                continue
            if "answer" in message:
                waiting = self._waiting.get(message.pop("answer"))
                if waiting:
                    waiting[1] = message
                    waiting[0].set()
            elif "command" in message:
                asyncio.create_task(self._obey(message))
            elif self._event:
                await self._take(message)
        beats.cancel()

    async def _beat(self):
        while True:
            gc.collect()
            statistics = self._statistics() if self._statistics else {}
            statistics["heap"] = gc.mem_alloc()
            _write({"beat": statistics})
            await asyncio.sleep(BEAT_SECONDS)

    async def _take(self, event):
        kept = event.pop("id", None)
        try:
            await self._event(event)
        except (OSError, ValueError) as error:
            sys.stderr.write("event %s: %s\n" % (event.get("event"), error))
            return
        if kept is not None:
            _write({"answer": kept})

    async def _obey(self, arguments):
        name, number = arguments.pop("command"), arguments.pop("id")
        try:
            if name not in self._commands:
                raise ValueError("need one of %s, have %s" % (", ".join(sorted(self._commands)), name))
            answer = await self._commands[name](arguments) or {}
            answer["answer"] = number
            _write(answer)
        except (OSError, ValueError, KeyError) as error:
            _write({"answer": number, "error": str(error) or "failed"})


def _write(message):
    """Print a message as a line."""
    line = json.dumps(message)
    if len(line) > MESSAGE:
        raise ValueError("need a message of at most %d bytes, have %d" % (MESSAGE, len(line)))
    sys.stdout.write(line + "\n")
