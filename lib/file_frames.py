"""JPEG frames from a file or a folder, see lib/frames.py."""

import asyncio
import os
import time

import ujpeg

FILE_TYPE, FOLDER = 0xF000, 0x4000  # bits of st_mode


def files_of(path):
    """The path itself or, of a folder, the JPEG files in it, sorted by name."""
    try:
        mode = os.stat(path)[0]
    except OSError as error:
        raise ValueError("%s: cannot be read, %s" % (path, error))
    if mode & FILE_TYPE != FOLDER:
        return [path]
    names = [name for name in os.listdir(path) if name.lower().endswith((".jpg", ".jpeg"))]
    if not names:
        raise ValueError("need .jpg files in the folder %s, have none" % path)
    return [path + "/" + name for name in sorted(names)]


class FileFrames:
    """Frames of files, at times that follow from their numbers alone."""

    live = False

    def __init__(self, path, fps, pace, frame_limit):
        self.number = -1
        self.damaged = 0
        self._files = files_of(path)
        self._fps = fps
        self._pace = pace
        self._frames = None
        largest = max([os.stat(name)[6] for name in self._files])
        self._buffer = bytearray(max(1, min(frame_limit, largest)))
        self._started = time.ticks_ms()

    def __aiter__(self):
        return self

    async def __anext__(self):
        while True:
            if self._frames is None:
                if not self._files:
                    raise StopAsyncIteration
                self._frames = ujpeg.frames(self._files.pop(0), buffer=self._buffer)
            damaged = self._frames.damaged
            frame = next(self._frames, None)
            damaged = self._frames.damaged - damaged
            self.damaged += damaged
            self.number += damaged
            if frame is not None:
                break
            self.close()
        self.number += 1
        seconds = self.number / self._fps
        wait = int(seconds * 1000) - time.ticks_diff(time.ticks_ms(), self._started) if self._pace else 0
        await asyncio.sleep_ms(wait)
        return frame, seconds

    def close(self):
        """Give up the file that is being read."""
        self._frames = None
