"""What this interpreter knows of itself."""

from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple, NoReturn

class _Stream:
    """A standard stream; `buffer` is the same without a text's encoding."""

    buffer: _Stream
    def read(self, size: int = -1) -> Any: ...
    def readinto(self, buffer: bytearray | memoryview) -> int | None: ...
    def readline(self, size: int = -1) -> Any: ...
    def write(self, data: str | bytes | bytearray | memoryview) -> int: ...
    def flush(self) -> None: ...
    def close(self) -> None: ...
    def fileno(self) -> int: ...

class _Implementation(NamedTuple):
    name: str
    version: tuple[int, int, int, str]
    _machine: str
    _mpy: int

argv: list[str]
byteorder: str
executable: str
implementation: _Implementation
maxsize: int
modules: dict[str, ModuleType]
path: list[str]
platform: str
ps1: str
ps2: str
stdin: _Stream
stdout: _Stream
stderr: _Stream
version: str
# Type checkers ask for it.
version_info: tuple[int, int, int]

def atexit(function: Callable[[], object] | None) -> Callable[[], object] | None:
    """Have a function called at the end; returns the one before."""

def exc_info() -> tuple[Any, Any, Any]: ...
def exit(status: Any = 0, /) -> NoReturn: ...
def print_exception(exception: BaseException, file: Any = ..., /) -> None:
    """Print an exception with its traceback."""
