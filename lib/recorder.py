"""Clips of a stream, from some seconds before an event to some after it, within a budget of bytes on a disk.

    recorder = Recorder("/var/spool/storage/SD_DISK/areas/door_state/clips", budget=1 << 30)
    asyncio.create_task(recorder.run())
    ...
    recorder.add(frame, seconds)  # every frame
    recorder.keep("open")  # now and then

Frames wait in memory and are written by run() alone, so that a slow disk costs
frames at worst. A disk that is full, gone or refuses is tried again when the
next frames are to be written.
"""

import asyncio
import os
import time

import ujpeg
from avi import AviWriter, finish, is_finished
from frame_ring import FrameRing
from json_lines import utc

# A step of the stream's clock that differs by more than this from the time that passed was the clock's being set.
SET = 2
# Seconds.
RETRY = 5
SYNCHRONISED = 5
# Players take the sizes in a file for numbers of 31 bits.
LARGEST = 1 << 30
NO_SPACE = 28  # ENOSPC


class Recorder:
    """`clips` is a list of (name, bytes) of the finished ones, oldest first.

    A name is a number that counts up, as clocks may be set, the time in UTC, and what it was kept for:
    000017-20261121T104914Z-open.avi.
    """

    def __init__(
        self,
        folder,
        budget,
        before=5,
        after=10,
        longest=300,
        memory=2097152,
        free=16777216,
        report=lambda state, reason: None,
    ):
        """Nothing is written yet; no disk need be there.

        folder: is made where it is missing, but not the one around it, which is the disk.
        budget: bytes of all clips; the oldest are removed, also when the disk has less than `free` bytes left.
        before, after, longest: seconds of a clip before and after what it is kept for, and in all; then another begins.
        memory: bytes for the frames before; where they are too few, less is kept.
        report: is called with ("clip", name) for a finished clip, and with ("lost", reason) and ("back", "") once
        each time that the disk is lost and back.
        """
        self.clips = []
        self.dropped = 0  # frames that a slow or lost disk cost
        self._folder = folder
        self._budget = budget
        self._before = before
        self._after = after
        self._longest = longest
        self._free = free
        self._report = report
        self._ring = FrameRing(memory)
        self._now = 0.0  # seconds of the stream, which no setting of a clock disturbs
        self._clock = self._passed = None
        self._from = self._until = -1.0  # what is to be kept, in these seconds
        self._next = 0  # number of the next frame to write
        self._reason = ""
        self._wake = asyncio.Event()
        self._known = False  # whether the disk's clips are
        self._lost = False
        self._last = 0  # number of the last clip
        # The clip that is being written.
        self._writer = self._file = self._name = None
        self._size = (0, 0)
        self._begin = self._synchronised = 0.0

    def add(self, frame, seconds):
        """Take a frame and its time by the source's clock. What is longer than the memory is dropped."""
        passed = time.ticks_ms()
        if self._clock is not None:
            really = time.ticks_diff(passed, self._passed) / 1000
            step = seconds - self._clock
            self._now += step if 0 <= step and abs(step - really) < SET else really
        self._clock, self._passed = seconds, passed
        try:
            self._ring.add(frame, self._now)
        except ValueError:
            self.dropped += 1
        if self._writer or self._now <= self._until:
            self._wake.set()

    def keep(self, reason=""):
        """Keep the present with what is before and after it; goes on with a clip that is being written."""
        if self._now > self._until and not self._writer:
            self._reason = "".join([c if c.isalpha() or c.isdigit() else "_" for c in reason[:32]])
            self._from = self._now - self._before
        self._until = self._now + self._after
        self._wake.set()

    async def run(self):
        """Write what is to be kept until cancelled; then the clip is finished."""
        try:
            while True:
                self._wake.clear()
                try:
                    if not self._known:
                        self._look()
                    await self._write()
                    if self._lost:
                        self._report("back", "")
                    self._lost = False
                except OSError as error:
                    self._abandon()
                    if not self._lost:
                        self._report("lost", str(error))
                    self._lost = True
                    await asyncio.sleep(RETRY)
                    continue
                await self._wait()
        finally:
            if self._writer:
                try:
                    self._close()
                except OSError:
                    pass  # the next start finishes it

    async def _wait(self):
        """Wait for the next frame; a clip whose stream broke off is not left open."""
        try:
            await asyncio.wait_for(self._wake.wait(), self._after + RETRY)
        except asyncio.TimeoutError:
            self._until = self._now

    def _look(self):
        """See what clips there are, and finish those that a power cut left."""
        try:
            os.stat(self._folder)
        except OSError:
            os.mkdir(self._folder)
        clips = []
        for name in sorted(os.listdir(self._folder)):
            if name.endswith(".avi") and name[:6].isdigit():
                size = self._finish(name)
                if size:
                    clips.append((name, size))
        self.clips = clips
        self._make_room()
        self._known = True

    def _finish(self, name):
        """Finish a clip where that is needed; return its bytes, 0 for one without frames, which is removed."""
        path = self._folder + "/" + name
        with open(path, "r+b") as file:
            try:
                frames = is_finished(file) or finish(file)
            except (OSError, ValueError):
                frames = 1  # it plays as it is; a full disk has no room for an index
            size = file.seek(0, 2)
        if frames:
            return size
        os.remove(path)
        return 0

    def _make_room(self):
        """Remove the oldest clips until the present one fits; OSError when the disk has too little room even so."""
        size = sum([clip[1] for clip in self.clips]) + (self._writer.size if self._writer else 0)
        while size > self._budget and self.clips:
            size -= self._remove_oldest()
        while True:
            disk = os.statvfs(self._folder)
            # A small disk may never have had so much.
            if disk[1] * disk[4] >= min(self._free, disk[1] * disk[2] // 20):
                return
            if not self.clips:
                raise OSError(NO_SPACE)
            self._remove_oldest()

    def _remove_oldest(self):
        name, size = self.clips.pop(0)
        os.remove(self._folder + "/" + name)
        return size

    async def _write(self):
        """Write the frames that are there and wanted."""
        while True:
            for number, seconds, view in self._ring.frames:
                if number >= self._next and seconds >= self._from:
                    break
            else:
                break
            if seconds > self._until:
                break
            if self._writer:
                self.dropped += number - self._next
            try:
                header = ujpeg.info(view, length=False)
                self._write_frame(seconds, view, (header.width, header.height))
            except ValueError:
                self.dropped += 1
            self._next = number + 1
            await asyncio.sleep_ms(0)
        if self._writer and self._now >= self._until:
            self._close()

    def _write_frame(self, seconds, view, size):
        if self._writer and (
            size != self._size
            or seconds - self._begin >= self._longest
            or self._writer.size > min(self._budget // 2, LARGEST)
        ):
            self._close()
        if not self._writer:
            self._open(seconds, size)
        while True:
            try:
                self._writer.add(view, seconds - self._begin)
                break
            except OSError as error:
                if error.errno != NO_SPACE or not self.clips:
                    raise
                self._remove_oldest()
        if seconds - self._synchronised > SYNCHRONISED:
            self._make_room()
            self._file.flush()  # fsync(2)
            self._synchronised = seconds

    def _open(self, seconds, size):
        self._make_room()
        begin = self._clock - (self._now - seconds)
        last = int(self.clips[-1][0][:6]) if self.clips else 0
        moment = utc(begin)[:19].replace("-", "").replace(":", "")
        self._name = "%06d-%sZ-%s.avi" % (max(last, self._last) + 1, moment, self._reason)
        self._last = max(last, self._last) + 1
        self._begin = self._synchronised = seconds
        self._size = size
        self._file = open(self._folder + "/" + self._name, "w+b")
        self._writer = AviWriter(self._file, size[0], size[1], begin)

    def _close(self):
        """Finish the clip."""
        self._writer = None
        finish(self._file)
        self.clips.append((self._name, self._file.seek(0, 2)))
        self._file.close()
        self._make_room()
        self._report("clip", self._name)

    def _abandon(self):
        """Leave the disk alone; a clip there plays, and is finished when the disk is back."""
        if self._file:
            self._file.close()
        self._writer = self._file = None
        self._known = False
