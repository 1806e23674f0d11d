"""What is wrong with a package, as data: the library collects, the report prints."""

from dataclasses import dataclass

from mpycam.errors import MpycamError

ERROR = "error"  # a device refuses the package, or the app cannot run
WARNING = "warning"  # it installs, but something is unusual or will not work everywhere


@dataclass(frozen=True)
class Problem:
    """One finding: `severity` is ERROR or WARNING, `where` a member or a JSON path."""

    severity: str
    where: str
    text: str

    def __str__(self):
        return f"{self.severity}: {self.where}: {self.text}"


class PackageError(MpycamError):
    """The package cannot be built or read; `problems` holds every reason that was found."""

    def __init__(self, text, problems=()):
        self.problems = list(problems)
        super().__init__("\n  ".join([text, *map(str, self.problems)]))


def errors_in(problems):
    """Return the problems that are errors."""
    return [problem for problem in problems if problem.severity == ERROR]


def printable(text, limit=200):
    """Return text safe to print: ASCII, control characters escaped, shortened to `limit` characters."""
    text = text if len(text) <= limit else text[:limit] + "..."
    text = text.encode("ascii", "backslashreplace").decode("ascii")
    return "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in text)
