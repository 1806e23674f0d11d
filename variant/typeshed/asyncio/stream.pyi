"""Streams as this interpreter has them: one class that reads and writes, over any object with a file descriptor."""

from collections.abc import Awaitable, Callable
from typing import Any

from .tasks import Task

_Buffer = bytes | bytearray | memoryview

class Stream:
    """A stream; `s` is the socket or file, `e` what get_extra_info() knows, `out_buf` what drain() still has to send."""

    s: Any
    e: dict[str, Any]
    out_buf: _Buffer
    def __init__(self, s: Any, e: dict[str, Any] = ...) -> None: ...
    def get_extra_info(self, v: str) -> Any: ...
    def close(self) -> None:
        """Do nothing: wait_closed() closes."""

    async def wait_closed(self) -> None:
        """Close the socket or file."""

    async def read(self, n: int = -1) -> bytes: ...
    async def readinto(self, buf: bytearray | memoryview) -> int | None:
        """Read what there is into a buffer; None when it was nothing after all, 0 at the end."""

    async def readexactly(self, n: int) -> bytes: ...
    async def readline(self) -> bytes: ...
    def write(self, buf: _Buffer) -> None: ...
    async def drain(self) -> None: ...

StreamReader = Stream
StreamWriter = Stream

_Connected = Callable[[Stream, Stream], Awaitable[None]]

class Server:
    """Accepts connections in a task of its own, `task`."""

    state: bool
    task: Task[Any]

    async def __aenter__(self) -> Server: ...
    async def __aexit__(self, exc_type: Any, exc: Any, tb: Any) -> None: ...
    def close(self) -> None: ...
    async def wait_closed(self) -> None: ...
    async def _serve(self, s: Any, cb: _Connected, ssl: Any) -> None: ...

async def open_connection(
    host: str, port: int, ssl: Any = None, server_hostname: str | None = None
) -> tuple[Stream, Stream]: ...
async def start_server(
    cb: _Connected, host: str, port: int, backlog: int = 5, ssl: Any = None
) -> Server: ...
