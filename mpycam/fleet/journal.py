"""What was begun and what came of it, camera by camera, on disk before it happens.

An interrupted run goes on from here.
"""

import contextlib
import datetime
import fcntl
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from mpycam.errors import MpycamError

BEGUN, DONE, FAILED = "begun", "done", "failed"


@dataclass
class Standing:
    """How it stands with one app on one camera.

    `step` is BEGUN, DONE, FAILED or None, of the installation of `version` with the content `sha256` over the version
    `before`, which had the status `status` (None: it was not there). `history` has the versions that were there one
    after the other, as (version, sha256 where it is known), the last one that works at the end; `back` tells
    whether that came by going back.
    """

    step: str | None = None
    version: str | None = None
    sha256: str | None = None
    before: str | None = None
    status: str | None = None
    history: list = field(default_factory=list)
    back: bool = False


class Journal:
    """A file of JSON lines, in a folder that one run at a time may use."""

    def __init__(self, folder):
        self._path = Path(folder) / "journal.jsonl"
        self._standings = {}

    @contextlib.contextmanager
    def opened(self):
        """Hold the journal for one run. Raises MpycamError while another one does."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with open(self._path, "a") as self._file:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise MpycamError(f"another run is using {self._path.parent}; wait for its end") from None
            self._read()
            yield self

    def standing(self, camera, app):
        """The Standing of an app on a camera."""
        return self._standings.setdefault((camera, app), Standing())

    def write(self, camera, app, step, **values):
        """Add a line, on disk when this returns."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        line = {"time": now, "camera": camera, "app": app, "step": step, **values}
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._apply(line)

    def _read(self):
        self._standings.clear()
        text = self._path.read_text()
        for line in text.splitlines():
            # Where a power cut left half a line, the camera itself knows what it told of.
            with contextlib.suppress(ValueError):
                self._apply(json.loads(line))
        if text and not text.endswith("\n"):
            self._file.write("\n")

    def _apply(self, line):
        standing = self.standing(line["camera"], line["app"])
        if line["step"] == BEGUN:
            # Begun once more with this very package on the camera: what was there before the first time is what counts.
            again = standing.step in (BEGUN, FAILED) and standing.sha256 == line["sha256"]
            if not (again and line["before"] == line["version"]):
                standing.before, standing.status = line["before"], line["status"]
                last = standing.history[-1][0] if standing.history else None
                if standing.before not in (None, last):
                    standing.history.append((standing.before, None))
            standing.version, standing.sha256 = line["version"], line["sha256"]
        elif line["step"] == DONE:
            standing.back = line.get("back", False)
            if standing.back:
                standing.history.pop()
            else:
                standing.history.append((standing.version, standing.sha256))
        standing.step = line["step"]

