"""A virtual camera in a thread of its own, for tests that talk to it with blocking clients."""

import asyncio
import contextlib
import threading

from mpycam.camera.camera import Camera
from mpycam.camera.role import Role

USER, PASSWORD = "root", "pass"
SECONDS = 30


class Running:
    """A camera that is on: `camera`, and `call(function, *arguments)` to use it from another thread."""

    def __init__(self, camera, loop):
        self.camera, self._loop = camera, loop

    def url(self, target="", secure=False):
        """The absolute URL of a target without its leading slash."""
        server = self.camera.server
        return (server.secure_url if secure else server.url) + target

    def call(self, function, *arguments, **named):
        """Call a function of the camera in its thread, wait for what it returns if that is awaitable."""

        async def work():
            result = function(*arguments, **named)
            return await result if asyncio.isfuture(result) or asyncio.iscoroutine(result) else result

        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(SECONDS)


@contextlib.contextmanager
def running_camera(folder, profile=None, architecture=None, setup=True, source=None, ssh_port=None):
    """Run a camera from the state folder `folder`; with `setup` it has its first account, USER with PASSWORD."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        camera = Camera(folder, profile, architecture, source=source, ssh_port=ssh_port)
        running = Running(camera, loop)
        if setup and camera.accounts.needs_setup:
            camera.accounts.add(USER, PASSWORD, Role.ADMIN, ptz=True)
        running.call(camera.start)
        try:
            yield running
        finally:
            running.call(camera.stop)
            # The pipes of processes that have ended close a moment later.
            running.call(asyncio.sleep, 0.01)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
