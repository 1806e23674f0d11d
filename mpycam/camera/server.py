"""The camera's web servers: HTTP, HTTPS, and the address inside the camera."""

import logging
import socket

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from mpycam.camera import certificate

# Where apps reach the camera from inside.
IN_CAMERA = ("127.0.0.12", 80)
# Uploads are read as they come and have limits of their own; this is for everything else.
MOST_BODY_BYTES = 1024 * 1024
STOP_SECONDS = 0.5


class Server:
    """Listens while the camera is on. Ports that were asked for as 0 keep their number over a reboot."""

    def __init__(self, camera, router, host, port, tls_port):
        self._camera, self._router = camera, router
        self.host, self.port, self.tls_port = host, port, tls_port
        # (address, port): the port is another one than 80 where that cannot be had.
        self.in_camera_address = IN_CAMERA
        self._runners = []
        self._inside = None

    @property
    def url(self):
        """Where the camera's HTTP is, with a slash at the end."""
        return f"http://{_bracketed(self.host)}:{self.port}/"

    @property
    def secure_url(self):
        """Where the camera's HTTPS is, with a slash at the end."""
        return f"https://{_bracketed(self.host)}:{self.tls_port}/"

    @property
    def routes(self):
        """The Routes that it serves."""
        return self._router.routes

    async def start(self):
        """Open the ports; raises OSError."""
        camera = self._camera
        outside = await self._runner(in_camera=False)
        self._inside = await self._runner(in_camera=True)
        names = dict.fromkeys([camera.identity.host_name, "localhost", "127.0.0.1", self.host])
        tls = certificate.context(camera.storage, camera.identity, camera.clock, names)
        self.port = await self._listen(outside, self.host, self.port)
        self.tls_port = await self._listen(outside, self.host, self.tls_port, tls)
        try:
            await self._listen(self._inside, *self.in_camera_address)
        except OSError as error:
            self.in_camera_address = (IN_CAMERA[0], 0)
            port = await self._listen(self._inside, *self.in_camera_address)
            self.in_camera_address = (IN_CAMERA[0], port)
            camera.logs.write("webserver", 1, "WARNING", f"{IN_CAMERA[0]}:{IN_CAMERA[1]}: {error}; port {port} instead")

    async def listen_in_camera(self, listener):
        """Serve the address inside the camera at a listening socket too, such as one in another network namespace."""
        await web.SockSite(self._inside, listener).start()

    async def stop(self):
        """Close the ports and every connection."""
        for runner in self._runners:
            await runner.cleanup()
        self._runners.clear()

    async def _runner(self, in_camera):
        application = self._router.application(self._camera, in_camera)
        runner = web.AppRunner(application, access_log=None, logger=self._logger(), shutdown_timeout=STOP_SECONDS)
        await runner.setup()
        self._runners.append(runner)
        return runner

    def _logger(self):
        # What is no HTTP is the client's mistake: a line in the camera's log, and no traceback.
        def tell(record):
            error = record.exc_info[1] if record.exc_info else None
            if not isinstance(error, HttpProcessingError):
                return True
            self._camera.logs.write("webserver", 1, "WARNING", f"malformed request: {type(error).__name__}")
            return False

        logger = logging.Logger("mpycam.camera.server")
        logger.parent = logging.getLogger()
        logger.addFilter(tell)
        return logger

    async def _listen(self, runner, host, port, tls=None):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=128)
        await web.SockSite(runner, listener, ssl_context=tls).start()
        return listener.getsockname()[1]


def _bracketed(host):
    return f"[{host}]" if ":" in host else host
