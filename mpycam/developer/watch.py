"""An app that runs while it is written: what is saved is there, and runs, a moment later."""

import asyncio
import contextlib
import time

from mpycam.developer.shipping import Shipment, difference
from mpycam.device.errors import DeviceError
from mpycam.errors import MpycamError

# How often files are looked at.
LOOK_SECONDS = 0.05


class Watch:
    """Keeps an app running in a Workplace; `write` takes what it prints, `tell` lines about what happens."""

    def __init__(self, place, shipment, write, tell):
        self._place, self._shipment, self._write, self._tell = place, shipment, write, tell
        self._there = {}

    async def run(self):
        """Ship and start the app, and again whenever a file is saved; does not return."""
        await self._ship()
        printing = asyncio.create_task(self._print())
        try:
            while True:
                # After the task, so that a lost connection ends the watch.
                done, _ = await asyncio.wait([printing], timeout=LOOK_SECONDS)
                if done:
                    printing.result()
                if await asyncio.to_thread(self._shipment.changed):
                    await self._ship()
        finally:
            printing.cancel()
            with contextlib.suppress(MpycamError, OSError, asyncio.CancelledError):
                await self._place.end()

    async def _ship(self):
        """Send what changed and start the app; one that cannot be compiled stays as it was."""
        begun = time.monotonic()
        try:
            files = await asyncio.to_thread(self._shipment.read)
        except MpycamError as error:
            self._tell(f"{error}\nthe app runs on as it was")
            return
        put, deleted = difference(self._there, files)
        if self._there and not put and not deleted:
            return
        await self._place.put(put)
        await self._place.delete(deleted)
        self._there = files
        await self._place.start(self._shipment.arguments)
        names = ", ".join([*sorted(put), *(f"-{name}" for name in deleted)][:5])
        more = f" and {len(put) + len(deleted) - 5} more" if len(put) + len(deleted) > 5 else ""
        size, milliseconds = sum(map(len, put.values())), (time.monotonic() - begun) * 1000
        self._tell(f"{names}{more}: {size} bytes sent and started in {milliseconds:.0f} ms")

    async def _print(self):
        while True:
            value = await self._place.output()
            if isinstance(value, bytes):
                self._write(value)
            else:
                self._tell(f"ended with status {value}")


async def watch(place, device, folder, library, write, tell):
    """Keep the app in `folder` running in a Workplace until cancelled.

    Where the app is installed and runs on the Device, it is stopped meanwhile.
    """
    shipment = Shipment(folder, library, place.build)
    stopped = False
    if device is not None:
        app = (await device.apps()).get(shipment.name)
        if app is not None and app.status != "Stopped":
            await device.stop(shipment.name)
            stopped = True
            tell(f"the installed {shipment.name} is stopped meanwhile")
    try:
        await Watch(place, shipment, write, tell).run()
    finally:
        if stopped:
            with contextlib.suppress(DeviceError):
                await device.start(shipment.name)
