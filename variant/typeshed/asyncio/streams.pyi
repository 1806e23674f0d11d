"""CPython's name for asyncio.stream."""

from .stream import StreamReader as StreamReader
from .stream import StreamWriter as StreamWriter
from .stream import open_connection as open_connection
from .stream import start_server as start_server

__all__ = ("StreamReader", "StreamWriter", "open_connection", "start_server")
