"""Streams as this interpreter has them: one class that reads and writes, over any object with a file descriptor."""

from collections.abc import Awaitable, Callable
from typing import Any

from .events import Server as Server

__all__ = ("StreamReader", "StreamWriter", "open_connection", "start_server")

_Buffer = bytes | bytearray | memoryview

class Stream:
    """A stream; `s` is the socket or file, `e` what get_extra_info() knows."""

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

async def open_connection(
    host: str, port: int, ssl: Any = None, server_hostname: str | None = None
) -> tuple[Stream, Stream]: ...
async def start_server(
    cb: Callable[[Stream, Stream], Awaitable[None]], host: str, port: int, backlog: int = 5, ssl: Any = None
) -> Server: ...
