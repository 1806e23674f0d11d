"""Starts programs with pipes to them, and ends them.

    >>> pid, stdin, stdout = process.spawn(["/bin/cat"])
    >>> stdin.write(b"hello")
    5
    >>> stdin.close()
    >>> stdout.read()
    b'hello'
    >>> while (status := process.poll(pid)) is None: time.sleep(0.01)
    >>> status
    0
"""

from collections.abc import Sequence
from typing import BinaryIO

SIGTERM: int
SIGKILL: int

def spawn(arguments: Sequence[str]) -> tuple[int, BinaryIO, BinaryIO]:
    """Start the program at the path `arguments[0]`; return its number and the other ends of its stdin and stdout.

    It has our working folder, environment and stderr, and none of our other
    files. It is the first of a process group of its own: the negative of its
    number stands for it and all that it starts. The kernel kills it when the
    thread that started it ends, in whatever way.

    OSError with the path if it cannot be started, ValueError without arguments.
    """

def poll(pid: int) -> int | None:
    """None while the program runs, then once its exit status, or the negative number of the signal that ended it.

    OSError (ECHILD) after that, and for what is not a program of ours.
    """

def kill(pid: int, signal: int) -> None:
    """Send a signal to a program, or with the negative number to its process group. OSError if there is none."""

def nonblocking(file_number: int) -> None:
    """Let an open file no longer wait: reads and writes that would have to return None. OSError if it is not open."""
