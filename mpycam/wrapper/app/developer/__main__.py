"""`micropython -m developer PORT`: serves agents at 127.0.0.1, each over a WebSocket, behind the camera's proxy."""

import asyncio
import os
import sys

from developer.agent import Agent
from developer.websocket import WebSocket, accepted
from http_server import Channel, HttpServer, Refused, Request

PATH = "/local/mpycam_developer/session"
FOLDER = "localdata"
TCP, NO_DELAY = 6, 1


class Sessions(HttpServer):
    """Every connection is an agent with the folder that its request names."""

    async def _connected(self, stream, _):
        # A prompt's answers are many and small.
        stream.s.setsockopt(TCP, NO_DELAY, 1)
        await super()._connected(stream, _)

    async def _serve(self, connection):
        channel = Channel(connection)
        try:
            request = await channel.request()
            if request is None:
                return False
            self._check_request(request)
        except Refused as error:
            await Request("", "", channel).answer(error.status, str(error).encode())
            return True
        key = accepted(request.value("sec-websocket-key"))
        await connection.send(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + key.encode() + b"\r\n\r\n"
        )
        socket = WebSocket(connection)
        folder = os.getcwd() + "/" + FOLDER + "/" + request.query.get("folder", "programs")
        await Agent(socket.read, socket.send, folder).serve()
        return False

    def _check_request(self, request):
        if request.path != PATH or not request.value("sec-websocket-key"):
            raise Refused(404, "need a WebSocket at " + PATH)
        folder = request.query.get("folder", "programs")
        if not folder or "/" in folder or folder.startswith("."):
            raise Refused(400, "need the name of a folder, have %r" % folder)
        for path in (FOLDER, FOLDER + "/" + folder):
            try:
                os.mkdir(path)
            except OSError:
                pass  # it is there, or the first file says what is wrong


async def serve(port):
    """Serve until the process is told to end."""
    server = Sessions(None, most=8)
    await server.start("127.0.0.1", port)
    print("developer: sessions at 127.0.0.1, port %d" % port)
    while True:
        await asyncio.sleep(3600)


asyncio.run(serve(int(sys.argv[1])))
