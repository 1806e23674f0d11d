"""The app's main loop: frame, picture of the region, network, state, line of output."""

import asyncio
import gc
import time

import json_lines
import ujpeg
import unn
from backoff import Backoff
from door.output import VirtualInput
from door.settings import packaged
from door.state import CLOSED, OPEN, DoorState
from frames import open_source
from http_client import redacted
from vapix import Vapix

# A signal that comes just before the process begins to wait for an event is
# only seen when the wait ends, so no wait may be longer.
HEARTBEAT_MS = 400


class DoorNetwork:
    """Tells from a frame how probable it is that the door is open."""

    def __init__(self, path, region):
        """Load the model; `region` is [x, y, width, height] in fractions of the picture."""
        self._network = network = unn.load(path)
        if len(network.input_shape) != 2 or network.output_shape != (2,) or sorted(network.labels) != [CLOSED, OPEN]:
            raise ValueError(
                "%s: need a model of a gray picture with the labels closed and open, have input %s, labels %s"
                % (path, network.input_shape, network.labels)
            )
        self._region = region
        self._size = network.input_shape[1], network.input_shape[0]
        self._open = network.labels.index(OPEN)
        self._picture = None

    def picture(self, frame):
        """The gray picture of the region, in the size that the network takes; each call writes over the last one."""
        header = ujpeg.info(frame, length=False)
        roi = pixels(self._region, header.width, header.height)
        self._picture = ujpeg.decode(frame, format="gray", roi=roi, size=self._size, out=self._picture)
        return self._picture

    def probability(self, picture):
        """The probability of "open", from 0 to 1."""
        return float(self._network(picture)[self._open])


def pixels(region, width, height):
    """(x, y, width, height) in whole pixels of a region in fractions: at least one pixel, inside of the picture."""
    left = min(int(region[0] * width + 0.5), width - 1)
    top = min(int(region[1] * height + 0.5), height - 1)
    right = max(left + 1, min(width, int((region[0] + region[2]) * width + 0.5)))
    bottom = max(top + 1, min(height, int((region[1] + region[3]) * height + 0.5)))
    return left, top, right - left, bottom - top


class Stages:
    """Mean milliseconds of the stages of the frames since the last report."""

    NAMES = ("read", "decode", "network", "total")

    def __init__(self):
        self.frames = 0
        self._sums = [0] * len(self.NAMES)

    def add(self, *ticks):
        """Take the times in microseconds at which a frame's stages began, and the one when the last ended."""
        self.frames += 1
        for index in range(len(ticks) - 1):
            self._sums[index] += time.ticks_diff(ticks[index + 1], ticks[index])
        self._sums[-1] += time.ticks_diff(ticks[-1], ticks[0])

    def means(self):
        """(name, milliseconds) pairs; milliseconds are None when there was no frame."""
        frames = self.frames
        return [(name, sum / frames / 1000 if frames else None) for name, sum in zip(self.NAMES, self._sums)]


class Watch:
    """Watches one door until its source ends."""

    def __init__(self, settings):
        """Load the model and open the source; raises OSError or ValueError, whose texts name what is wrong."""
        self._network = DoorNetwork(settings["model"] or packaged("door.unn"), settings["region"])
        self._door = DoorState(
            settings["open_threshold"], settings["close_threshold"], settings["minimum_duration"]
        )  # fmt: skip
        # Any other source is another device: its account is not this camera's, and this camera's rules not its.
        inside = settings["source"].startswith(settings["camera"] + "/")
        self._camera = None
        if inside:
            self._camera = Vapix(
                "door_state", settings["user"], settings["password"], settings["camera"], timeout=settings["timeout"]
            )
        self._output = None
        if inside and settings["virtual_input"]:
            backoff = Backoff(settings["retry_first"], settings["retry_longest"])
            self._output = VirtualInput(self._camera, settings["virtual_input"], backoff, self._output_changed)
        self._source = open_source(
            settings["source"],
            report=self._source_changed,
            client=self._camera,
            **{name: settings[name] for name in (
                "user", "password", "fps", "pace", "interval", "timeout", "retry_first", "retry_longest", "frame_limit"
            )}
        )  # fmt: skip
        self._every_frame = settings["every_frame"]
        self._statistics_ms = int(settings["statistics_interval"] * 1000)
        self._stages = Stages()
        self._stages_began = time.ticks_ms()
        self._began = time.ticks_us()
        self._time = 0
        self._frames = 0
        self._damaged = 0
        self._changes = 0

    async def run(self):
        """Take frame after frame, and print a line for every change and every interval."""
        asyncio.create_task(self._watch_clock())
        if self._output:
            asyncio.create_task(self._output.run())
        self._began = time.ticks_us()
        async for frame, seconds in self._source:
            self._time = seconds
            self._frames += 1
            read = time.ticks_us()
            try:
                picture = self._network.picture(frame)
            except (ValueError, MemoryError):
                # Too little of the JPEG is left, or its header asks for too much.
                self._damaged += 1
                self._began = time.ticks_us()
                continue
            decoded = time.ticks_us()
            probability = self._network.probability(picture)
            changed = self._door.update(probability, self._time)
            computed = time.ticks_us()
            self._stages.add(self._began, read, decoded, computed)
            if self._every_frame:
                self._tell_frame("frame", ("probability", probability), ("state", self._door.state))
            if changed:
                self._changes += 1
                confidence = probability if self._door.state == OPEN else 1 - probability
                self._tell_frame("door", ("state", self._door.state), ("confidence", confidence))
                if self._output:
                    self._output.show(self._door.state == OPEN)
            self._began = time.ticks_us()

    def started(self, versions, path, settings):
        """Print the first line."""
        shown = dict(settings)
        shown["source"] = redacted(shown["source"])
        shown["password"] = "***" if shown["password"] else ""
        self._tell("start", *versions, ("config", path), ("settings", json_lines.Nested(sorted(shown.items()))))

    def ended(self, reason):
        """Print the statistics of the last frames, and the last line."""
        self._source.close()
        if self._camera:
            self._camera.close()
        self._tell_statistics()
        self._tell("end", ("reason", reason), *self._totals())

    def _totals(self):
        damaged = self._damaged + self._source.damaged
        return ("frames", self._frames), ("damaged", damaged), ("changes", self._changes)

    def _tell(self, event, *pairs):
        json_lines.write(("event", event), ("time", self._moment(time.time())), *pairs)

    def _tell_frame(self, event, *pairs):
        """Print a line whose time is that of the frame."""
        json_lines.write(("event", event), ("time", self._moment(self._time)), ("frame", self._source.number), *pairs)

    def _moment(self, now):
        """How a time is printed: as date and time for a camera, as seconds into a file."""
        return json_lines.utc(now) if self._source.live else self._time

    def _source_changed(self, state, reason):
        self._door.forget()
        # An outage is no reading, and may be longer than the nine minutes that ticks_diff() can tell on ARMv7.
        self._began = time.ticks_us()
        self._tell("source", ("state", state), *((("reason", reason),) if reason else ()))

    def _output_changed(self, state, reason):
        self._tell("output", ("state", state), *((("reason", reason),) if reason else ()))

    async def _watch_clock(self):
        while True:
            await asyncio.sleep_ms(HEARTBEAT_MS)
            if time.ticks_diff(time.ticks_ms(), self._stages_began) >= self._statistics_ms:
                self._tell_statistics()

    def _tell_statistics(self):
        passed = max(1, time.ticks_diff(time.ticks_ms(), self._stages_began))
        stages, self._stages = self._stages, Stages()
        self._stages_began = time.ticks_ms()
        gc.collect()
        self._tell(
            "statistics",
            *self._totals(),
            ("state", self._door.state),
            ("fps", stages.frames * 1000 / passed),
            ("milliseconds", json_lines.Nested(stages.means())),
            ("heap", gc.mem_alloc())
        )  # fmt: skip
