"""The door as a virtual input of the camera, so that the camera's own rules can act on it."""

import asyncio


class VirtualInput:
    """Keeps a virtual input as the door was last seen: active while it is open.

    A camera that does not take it is asked again after `backoff`, and
    `report("lost", reason)` and `report("back", "")` are called once each time.
    """

    def __init__(self, camera, port, backoff, report):
        self._camera = camera
        self._port = port
        self._backoff = backoff
        self._report = report
        self._changed = asyncio.Event()
        self._wanted = None

    def show(self, active):
        """Take what the input shall be; it is sent as soon as the camera takes it."""
        self._wanted = active
        self._changed.set()

    async def test(self):
        """Be the other way for a second; raises what the camera's refusal does."""
        await self._camera.virtual_input(self._port, not self._wanted)
        await asyncio.sleep(1)
        await self._camera.virtual_input(self._port, bool(self._wanted))

    async def run(self):
        """Send what changed, for as long as the app runs."""
        lost = False
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._camera.virtual_input(self._port, self._wanted)
            except (OSError, ValueError, asyncio.TimeoutError) as error:
                if not lost:
                    self._report("lost", str(error) or "no answer in time")
                lost = True
                await asyncio.sleep(self._backoff.next())
                self._changed.set()
                continue
            self._backoff.reset()
            if lost:
                self._report("back", "")
            lost = False
