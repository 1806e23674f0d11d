"""The process that keeps clips of what the doors do: `micropython -m door.record [--config FILE] [--KEY VALUE]...`"""

import asyncio
import gc
import sys
import time

import json_lines
from door import settings
from frames import open_source
from process_link import Link
from recorder import Recorder

# Bytes of garbage after which it is collected.
GARBAGE = 65536


class Record:
    """Keeps clips of the frames that door.watch serves on loopback."""

    def __init__(self, values):
        self._recorder = Recorder(
            values["record_folder"],
            values["record_bytes"],
            values["record_before"],
            values["record_after"],
            memory=values["record_memory"],
            report=self._changed,
        )
        self._source = open_source(
            "http://127.0.0.1:%d/live/raw" % values["live_port"],
            **{name: values[name] for name in ("timeout", "retry_first", "retry_longest", "frame_limit")}
        )  # fmt: skip
        commands = {"save": self._save, "clips": self._clips}
        self._link = Link(commands, event=self._happened, statistics=self._statistics)

    async def run(self):
        """Run until the supervisor wants the end; then the clip is finished."""
        recording = asyncio.create_task(self._guarded(self._recorder.run()))
        reading = asyncio.create_task(self._guarded(self._read()))
        await self._link.run()
        reading.cancel()
        recording.cancel()
        try:
            await recording
        except asyncio.CancelledError:
            pass  # the clip is finished

    async def _guarded(self, work):
        """Do a part of the work; when it fails the process ends, and the supervisor starts another."""
        try:
            await work
        except Exception as error:
            sys.print_exception(error, sys.stderr)
            sys.exit(1)

    async def _read(self):
        async for frame, seconds in self._source:
            try:
                seconds = float(self._source.timestamp or seconds)
            except ValueError:
                pass  # then the time at which it came
            self._recorder.add(frame, seconds)

    async def _happened(self, event):
        if event["event"] == "door":
            self._recorder.keep(event["state"])
        elif event.get("state") == "on":
            self._recorder.keep(event["kind"])

    async def _save(self, arguments):
        self._recorder.keep(arguments.get("reason", "save"))

    async def _clips(self, arguments):
        # The newest: a line of the pipe is short.
        return {"clips": self._recorder.clips[-200:]}

    def _statistics(self):
        clips = self._recorder.clips
        return {"clips": len(clips), "bytes": sum([size for _, size in clips]), "dropped": self._recorder.dropped}

    def _changed(self, state, text):
        what = ("name", text) if state == "clip" else ("reason", text)
        event = "clip" if state == "clip" else "disk"
        self._link.tell(("event", event), ("time", json_lines.utc(time.time())), ("state", state), what)


def main(arguments):
    """Work until the supervisor ends; returns the exit status."""
    gc.threshold(GARBAGE)
    _, values = settings.load(arguments)
    asyncio.run(Record(values).run())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
