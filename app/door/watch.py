"""The process that watches: frame, pictures of the doors, networks, states, lines of output."""

import asyncio
import gc
import os
import sys
import time

import door
import json_lines
import mpycam
from door import settings as configuration
from door.alarms import Alarms
from door.history import History
from door.network import DoorNetwork, Pictures
from door.state import AJAR, CLOSED, GOOD, OPEN, UNKNOWN, DoorState
from frames import open_source

# A signal that comes just before the process begins to wait for an event is
# only seen when the wait ends, so no wait may be longer.
HEARTBEAT_MS = 400
# How often the camera is asked for its time zone, in seconds.
TIME_ZONE_INTERVAL = 3600
# Bytes of garbage after which it is collected: less than the heap has, so that its pages are not all touched.
GARBAGE = 131072
WHOLE = [0, 0, 1, 1]
COMMANDS = ("status", "history", "reference", "test", "reload", "streaming", "clear")


class Stages:
    """Mean milliseconds of the stages of the frames since the last report."""

    NAMES = ("read", "decode", "network", "total")

    def __init__(self):
        self.frames = 0
        self._sums = [0] * len(self.NAMES)
        self._began = time.ticks_ms()

    @property
    def passed(self):
        """Milliseconds since this was made."""
        return time.ticks_diff(time.ticks_ms(), self._began)

    @property
    def fps(self):
        """Frames a second since then."""
        return self.frames * 1000 / max(1, self.passed)

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


class Door:
    """One door of the view: how it is looked at, and what is known of it."""

    def __init__(self, values, network):
        self.name = values["name"]
        self.region = values["region"]
        self.network = network
        self.states = DoorState(values["open_threshold"], values["close_threshold"], values["minimum_duration"])
        self.alarms = Alarms(values["left_open_after"], values["left_open_hours"], values["forced_hours"])
        self.output = None
        self.since = None
        self.picture = None
        self.probability = self.ajar = None

    def look(self, moment):
        """Ask the network about `picture`; without a `moment`, which is a time in seconds, the state stays."""
        self.probability, self.ajar = self.network.probabilities(self.picture)
        return moment is not None and self.states.update(self.probability, moment, self.ajar)

    @property
    def reading(self):
        """What the last frame looked most like, and how probable that is."""
        known = ((self.probability, OPEN), (self.ajar, AJAR), (1 - self.probability - self.ajar, CLOSED))
        probability, name = max(known)
        return name, probability

    @property
    def confidence(self):
        """The probability of the state in the last frame."""
        state = self.states.state
        if state == OPEN:
            return self.probability
        return self.ajar if state == AJAR else 1 - self.probability - self.ajar


class Watch:
    """Watches doors until the source ends."""

    def __init__(self, path, values):
        """Load the models and open the source; raises OSError or ValueError, whose texts name what is wrong."""
        self._path = path
        networks = {}
        self._doors = []
        for own in configuration.doors_of(values):
            path = own["model"] or configuration.packaged("door.unn")
            if path not in networks:
                networks[path] = DoorNetwork(path)
            self._doors.append(Door(own, networks[path]))
        # Any other source is another device: its account is not this camera's, and this camera's rules not its.
        self._camera = None
        if configuration.inside(values):
            from backoff import Backoff
            from door.output import VirtualInput
            from vapix import Vapix

            self._camera = Vapix(
                "door_state", values["user"], values["password"], values["camera"], timeout=values["timeout"]
            )
            for watched, own in zip(self._doors, configuration.doors_of(values)):
                if own["virtual_input"]:
                    backoff = Backoff(values["retry_first"], values["retry_longest"])
                    watched.output = VirtualInput(self._camera, own["virtual_input"], backoff, self._output_changed)
        self._source = open_source(
            values["source"],
            report=self._source_changed,
            client=self._camera,
            **{name: values[name] for name in (
                "user", "password", "fps", "pace", "interval", "timeout", "retry_first", "retry_longest", "frame_limit"
            )}
        )  # fmt: skip
        kept = configuration.localdata if self._source.live else lambda name: None
        self._history = History(kept("history.json"))
        self._reference = kept("reference.jpg")
        self._view = None
        self._view_interval = values["view_interval"]
        self._view_due = None
        self._live_port = configuration.has_live(values) and values["live_port"]
        self._rtsp = values["rtsp_port"], values["rtsp_password"]
        self._time_zone = values["time_zone"]
        self._every_frame = values["every_frame"]
        self._statistics_ms = int(values["statistics_interval"] * 1000)
        self._pictures = Pictures()
        self._stages = Stages()
        self._means = self._stages
        self._began = time.ticks_us()
        self._time = 0
        self._frames = 0
        self._damaged = 0
        self._changes = 0
        self._live = None
        self._collector = None
        if values["collect_bytes"] and self._source.live and configuration.localdata("collect"):
            from collect import Collector

            self._collector = Collector(configuration.localdata("collect"), values["collect_bytes"])

    async def run(self):
        """Take frame after frame, and print a line for every change and every interval."""
        asyncio.create_task(self._watch_clock())
        if os.getenv("SUPERVISED"):
            asyncio.create_task(self._serve())
            if self._live_port:
                await self._start_live()
        if self._time_zone or self._camera:
            asyncio.create_task(self._follow_time_zone())
        if self._camera and configuration.localdata("parameters.json"):
            asyncio.create_task(self._follow_parameters())
        for watched in self._doors:
            if watched.output:
                asyncio.create_task(watched.output.run())
        self._began = time.ticks_us()
        async for frame, seconds in self._source:
            self._time = seconds
            self._frames += 1
            read = time.ticks_us()
            try:
                self._pictures.take(frame)
                self._look_at_view()
                for watched in self._doors:
                    watched.picture = self._pictures.get(watched.region, watched.network.size)
            except (ValueError, MemoryError):
                # Too little of the JPEG is left, or its header asks for too much.
                self._damaged += 1
                self._began = time.ticks_us()
                continue
            decoded = time.ticks_us()
            moment = seconds if self._seeing == GOOD else None
            changed = [watched for watched in self._doors if watched.look(moment)]
            computed = time.ticks_us()
            self._stages.add(self._began, read, decoded, computed)
            for watched in self._doors:
                if self._every_frame:
                    self._tell_frame(
                        "frame", watched, ("probability", watched.probability), ("state", watched.states.state)
                    )
                if watched in changed:
                    self._changed(watched, ("confidence", watched.confidence))
                if watched.alarms.passed(seconds):
                    self._tell_alarm(watched, None)
            if self._collector and moment is not None:
                for watched in self._doors:
                    reading, probability = watched.reading
                    self._collector.add(watched.name, frame, watched.picture, reading, probability, seconds)
            if self._live:
                doors = [
                    (watched.name, watched.region, watched.states.state, watched.probability) for watched in self._doors
                ]
                self._live.put(frame, seconds, self._pictures.size, doors)
            self._history.passed({watched.name: watched.states.state for watched in self._doors}, seconds)
            self._began = time.ticks_us()

    async def _start_live(self):
        from door.live import Live

        self._live = Live()
        try:
            await self._live.start(self._live_port)
            if self._rtsp[0]:
                await self._live.start_rtsp(*self._rtsp)
        except OSError as error:
            print("door_state: live pictures: %s" % error, file=sys.stderr)

    async def _serve(self):
        """Do what other processes ask for, until the supervisor wants an end."""
        from process_link import Link

        commands = {name: getattr(self, name) for name in COMMANDS}
        await Link(commands, statistics=self.statistics).run()
        raise SystemExit

    @property
    def _seeing(self):
        return self._view.state if self._view else GOOD

    def _look_at_view(self):
        """Now and then see whether the view is what it was; what cannot be seen is unknown."""
        due, now = self._view_due, self._time
        # A clock that was set back must not put off the next look.
        if not self._view_interval or due is not None and due - self._view_interval <= now < due:
            return
        self._view_due = now + self._view_interval
        if due is None:
            return  # the first frame has an answer to give
        from door.view import SIZE, View

        if self._view is None:
            self._view = View(self._reference)
        try:
            changed = self._view.look(self._pictures.get(WHOLE, SIZE))
        except OSError as error:
            changed = False
            print("door_state: reference: %s" % error, file=sys.stderr)
        gc.collect()  # the arrays of a look are large
        if not changed:
            return
        self._tell("view", ("state", self._seeing))
        for watched in self._doors:
            watched.states.forget()
            if self._seeing != GOOD and watched.states.lose():
                self._changed(watched, ("reason", self._seeing))

    def _changed(self, watched, why):
        """Tell everybody of a door's new state."""
        state = watched.states.state
        self._changes += 1
        watched.since = self._moment(self._time)
        self._history.changed(watched.name, state, self._time)
        openings, seconds = self._history.today(watched.name, self._time)
        before = watched.alarms.kind
        alarm = watched.alarms.changed(state, self._time)
        self._tell_frame(
            "door", watched, ("state", state), why,
            ("alarm", watched.alarms.kind), ("openings", openings), ("open_seconds", seconds)
        )  # fmt: skip
        if alarm:
            self._tell_alarm(watched, before)
        if watched.output and state != UNKNOWN:
            watched.output.show(state != CLOSED)

    def _tell_alarm(self, watched, before):
        kind = watched.alarms.kind
        self._tell_frame("alarm", watched, ("kind", kind or before), ("state", "on" if kind else "off"))

    def started(self, path, values):
        """Print the first line, and further ones where a camera's log would cut it."""
        event = "start"
        pairs: tuple = (
            ("door_state", door.__version__),
            ("mpycam", mpycam.version),
            ("micropython", ".".join([str(part) for part in sys.implementation.version[:3]])),
            ("config", configuration.shortened(path)),
        )
        for settings in configuration.told(values):
            self._tell(event, *pairs, ("settings", json_lines.Nested(settings)))
            event, pairs = "settings", ()

    def ended(self, reason):
        """Print the statistics of the last frames, and the last line."""
        self._source.close()
        if self._camera:
            self._camera.close()
        self._write_history()
        self._tell_statistics()
        self._tell("end", ("reason", reason), *self._totals())

    def statistics(self):
        """What the supervisor is told with every sign of life."""
        return {"frames": self._frames}

    # Commands, as they come from other processes

    async def status(self, arguments):
        """What there is to see now."""
        return {
            "doors": [self._door_status(watched) for watched in self._doors],
            "view": self._seeing,
            "milliseconds": dict(self._means.means()),
            "fps": self._means.fps,
            "frames": self._frames,
            "time": self._moment(self._time),
        }

    def _door_status(self, watched):
        openings, seconds = self._history.today(watched.name, self._time)
        return {
            "name": watched.name, "state": watched.states.state, "since": watched.since, "region": watched.region,
            "probability": watched.probability, "ajar": watched.ajar, "alarm": watched.alarms.kind,
            "openings": openings, "open_seconds": seconds,
        }  # fmt: skip

    async def history(self, arguments):
        """Counts by day, and the last changes."""
        return {"days": self._history.days, "changes": self._history.changes}

    async def reference(self, arguments):
        """Take the view as it is from now on as the right one."""
        if self._view:
            self._view.forget()

    async def test(self, arguments):
        """Switch the virtual input of each door the other way for a second."""
        outputs = [watched.output for watched in self._doors if watched.output]
        if not outputs:
            raise ValueError("need a door with a virtual input of this camera, have none")
        for output in outputs:
            await output.test()

    async def clear(self, arguments):
        """Remove the collected frames up to the name {"until": NAME}."""
        if self._collector:
            self._collector.clear(arguments["until"])

    async def streaming(self, arguments):
        """Let viewers look at the live pictures, or not: {"on": true or false}."""
        if not self._live:
            raise ValueError("need live pictures, have no port for them")
        self._live.switch(bool(arguments["on"]))

    async def reload(self, arguments):
        """Have the whole app started anew, with the settings that are in the file by now."""
        asyncio.create_task(_end_with(configuration.RELOAD))

    def _totals(self):
        damaged = self._damaged + self._source.damaged
        return ("frames", self._frames), ("damaged", damaged), ("changes", self._changes)

    def _tell(self, event, *pairs):
        json_lines.write(("event", event), ("time", self._moment(time.time())), *pairs)

    def _tell_frame(self, event, watched, *pairs):
        """Print a line about a door whose time is that of the frame."""
        json_lines.write(
            ("event", event), ("time", self._moment(self._time)), ("frame", self._source.number),
            ("door", watched.name), *pairs
        )  # fmt: skip

    def _moment(self, now):
        """How a time is printed: as date and time for a camera, as seconds into a file."""
        return json_lines.utc(now) if self._source.live else self._time

    def _source_changed(self, state, reason):
        for watched in self._doors:
            watched.states.forget()
        # An outage is no reading, and may be longer than the nine minutes that ticks_diff() can tell on ARMv7.
        self._began = time.ticks_us()
        self._tell("source", ("state", state), *((("reason", reason),) if reason else ()))

    def _output_changed(self, state, reason):
        self._tell("output", ("output", "virtual_input"), ("state", state), *((("reason", reason),) if reason else ()))

    async def _watch_clock(self):
        while True:
            await asyncio.sleep_ms(HEARTBEAT_MS)
            # Not from the start: the first answer would come later.
            gc.threshold(GARBAGE)
            if self._stages.passed >= self._statistics_ms:
                self._tell_statistics()
            if self._history.due:
                self._write_history()

    async def _follow_time_zone(self):
        """Have times of the day by the camera's clock on the wall."""
        while True:
            zone, wait = self._time_zone, TIME_ZONE_INTERVAL
            try:
                zone = zone or (await self._camera.parameters("Time.POSIXTimeZone"))["root.Time.POSIXTimeZone"]
                os.putenv("TZ", zone)
            except (OSError, ValueError, KeyError, asyncio.TimeoutError):
                wait = 60  # until then the hours are those of UTC
            await asyncio.sleep(wait)

    async def _follow_parameters(self):
        from door import parameters

        await parameters.follow(self._camera, self._path)
        raise SystemExit(configuration.RELOAD)

    def _write_history(self):
        try:
            self._history.write()
        except OSError as error:
            print("door_state: history: %s" % error, file=sys.stderr)

    def _tell_statistics(self):
        stages, self._stages = self._stages, Stages()
        self._means = stages
        gc.collect()
        self._tell(
            "statistics",
            *self._totals(),
            ("doors", json_lines.Nested([(watched.name, watched.states.state) for watched in self._doors])),
            ("fps", stages.fps),
            ("milliseconds", json_lines.Nested(stages.means())),
            ("heap", gc.mem_alloc())
        )  # fmt: skip


def main(path, values):
    """Watch until the source ends or the process is told to end; print the last line whatever happens.

    Returns the exit status.
    """
    try:
        watch = Watch(path, values)
    except (OSError, ValueError) as error:
        return configuration.refuse(error)
    reason = "error"
    try:
        watch.started(path, values)
        asyncio.new_event_loop()  # without what was under way before new settings
        asyncio.run(watch.run())
        reason = "end of source"
    except SystemExit as error:
        reason = "terminated"
        return error.args[0] if error.args else 0
    finally:
        watch.ended(reason)
    return 0


async def _end_with(status):
    await asyncio.sleep_ms(HEARTBEAT_MS)  # the answer to the command goes out before
    raise SystemExit(status)


if __name__ == "__main__":
    sys.exit(main(*configuration.load(sys.argv[1:])))
