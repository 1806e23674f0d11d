"""How far each camera is: a table that is drawn again on a terminal, else a line for each step."""

import shutil
import sys
import time

# A table is drawn at most so often.
DRAW_SECONDS = 0.1
BAR = 10


class Lines:
    """A line whenever a camera begins another step."""

    def __init__(self, names, file=sys.stderr):
        self._file, self._last = file, {}
        self._width = max(map(len, names), default=0)

    def told(self, camera, step, fraction=None):
        """Take what a camera is doing."""
        if self._last.get(camera) != step:
            self._last[camera] = step
            print(f"{camera:{self._width}}  {step}", file=self._file, flush=True)

    def close(self):
        """Nothing is left to draw."""


class Table:
    """All cameras, each on its line; where they do not fit, those that are not done are shown."""

    def __init__(self, names, file=sys.stderr):
        self._file, self._names = file, list(names)
        self._width = max(map(len, names), default=0)
        self._steps, self._drawn, self._lines = {}, 0.0, 0

    def told(self, camera, step, fraction=None):
        """Take what a camera is doing, and how much of that is done."""
        self._steps[camera] = (step, fraction)
        if time.monotonic() - self._drawn >= DRAW_SECONDS:
            self._draw()

    def close(self):
        """Draw how it ended."""
        self._draw()

    def _draw(self):
        self._drawn = time.monotonic()
        columns, rows = shutil.get_terminal_size()
        shown = self._names
        if len(shown) >= rows:
            ended = ("done", "unchanged", "planned")
            shown = [name for name in shown if self._steps.get(name, ("", None))[0] not in ended][: rows - 2]
        lines = [self._line(name)[: columns - 1] for name in shown]
        counted = sum(self._steps.get(name, ("",))[0] in ("done", "unchanged", "planned") for name in self._names)
        lines.append(f"{counted} of {len(self._names)} done"[: columns - 1])
        up = f"\x1b[{self._lines}A" if self._lines else ""
        self._file.write(up + "\r" + "".join(f"{line}\x1b[K\n" for line in lines) + "\x1b[J")
        self._file.flush()
        self._lines = len(lines)

    def _line(self, name):
        step, fraction = self._steps.get(name, ("waiting", None))
        if fraction is not None:
            full = int(fraction * BAR)
            step += f" [{'#' * full}{'.' * (BAR - full)}] {fraction:4.0%}"
        return f"{name:{self._width}}  {step}"


def progress(names, file=sys.stderr):
    """A Table where somebody looks, else Lines."""
    return Table(names, file) if file.isatty() else Lines(names, file)
