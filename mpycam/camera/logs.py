"""The camera's system log."""

from collections import deque
from dataclasses import dataclass

# What the camera keeps in flash of each of two files, and what it keeps ready to be read.
FILE_BYTES = 512 * 1024
LINES = 4000
# A line that is longer is cut, as syslog does.
LINE_CHARACTERS = 1024
FILE, OLDER = "system.log", "system.log.1"


@dataclass(frozen=True)
class Line:
    """One line of the log: who said it, and the whole text as the camera shows it."""

    ident: str
    text: str


class Logs:
    """The log of a camera called `host`, kept in the folder `folder`."""

    def __init__(self, folder, host, clock):
        self._folder, self._host, self._clock = folder, host, clock
        folder.mkdir(parents=True, exist_ok=True)
        self._lines = deque(maxlen=LINES)
        for name in (OLDER, FILE):
            if (folder / name).exists():
                self._read(folder / name)
        self._file = open(folder / FILE, "a", encoding="utf-8")
        # Whatever a killed camera left of its last line ends here.
        self._file.write("\n" if self._file.tell() else "")

    def close(self):
        """Write out what there is."""
        self._file.close()

    def write(self, ident, pid, level, text):
        """Add a message; `level` is a word such as "INFO", "WARNING", "ERR" or "CRIT". Each line becomes a line."""
        time = self._clock.now().isoformat(timespec="milliseconds")
        for line in text.splitlines():
            line = "".join(c if c.isprintable() or c == "\t" else "?" for c in line)[:LINE_CHARACTERS]
            entry = Line(ident, f"{time} {self._host} [ {level:<7} ] {ident}[{pid}]: {line}")
            self._lines.append(entry)
            self._file.write(f"{entry.ident} {entry.text}\n")
        # To the kernel, where it survives the death of this process.
        self._file.flush()
        if self._file.tell() > FILE_BYTES:
            self._file.close()
            (self._folder / FILE).replace(self._folder / OLDER)
            self._file = open(self._folder / FILE, "a", encoding="utf-8")

    def read(self, ident=None):
        """The lines of one app, or all, oldest first."""
        return [line.text for line in self._lines if ident in (None, line.ident)]

    def _read(self, path):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            ident, blank, text = line.partition(" ")
            if blank:
                self._lines.append(Line(ident, text))
