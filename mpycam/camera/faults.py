"""Faults on demand: what goes wrong with cameras now and then, when a test or a developer wants it."""

import asyncio
import random
import time
from dataclasses import dataclass

from aiohttp import web

from mpycam.camera import web_page

# Paths that go on working whatever happens: those with which faults are ended.
EXEMPT_FOLDER = "/simulator/"
EXEMPT = frozenset(["/", *(f"/{name}" for name in web_page.FILES)])
# The page sends this header, so that the developer is not locked out of it by a 401 or a 503.
EXEMPT_HEADER = "X-Simulator"
UPLOAD = "/axis-cgi/applications/upload.cgi"
MOST_COUNT, MOST_SECONDS = 1_000_000, 86_400


class FaultError(ValueError):
    """There is no such fault, or it cannot be had this way; the text says what can."""


@dataclass(frozen=True)
class Kind:
    """A kind of fault: what it does, what `count` counts, and what `value` means, with default and limits."""

    text: str
    counted: str = ""
    value: str = ""
    default: float = 0
    least: float = 0
    most: float = 0
    # Whether it may last; a reboot is over when it has begun.
    lasts: bool = True


KINDS = {
    "drop": Kind("Video streams break off in the middle of a picture.", counted="streams"),
    "stall": Kind("Video streams stay open, and nothing comes any more.", counted="streams"),
    "freeze": Kind("The picture stands still."),
    "corrupt": Kind("Pictures are damaged: cut off, overwritten, or without their header.", counted="pictures"),
    "unauthorized": Kind("Requests are answered with 401 whatever the account.", counted="requests"),
    "unavailable": Kind("Requests are answered with 503.", counted="requests"),
    "break": Kind("Uploads of packages break off in the middle.", counted="uploads"),
    "slow": Kind("The network is slow.", counted="answers", value="kilobytes a second", default=20, least=1, most=1e6),
    "flash_full": Kind("The flash is full: no package can be installed."),
    "clock": Kind("The clock jumps.", value="seconds", default=3600, least=-1e9, most=1e9),
    "reboot": Kind("The camera reboots; apps stop, service accounts and sessions are gone.",
                   value="seconds away", default=1, least=0, most=600, lasts=False),
}  # fmt: skip


@dataclass
class Fault:
    """A fault that is on: how often it still strikes and until when (None: without limit), and its value."""

    left: int | None
    until: float | None
    value: float
    timer: asyncio.TimerHandle | None = None


class Faults:
    """The faults of one camera."""

    def __init__(self, camera):
        self._camera = camera
        self._on = {}
        self._random = random.Random(0)
        camera.middlewares.append(self.middleware)

    # What starts and ends them

    def start(self, name, count=None, seconds=None, value=None):
        """Let a fault strike `count` times, for `seconds`, or until it is ended; raises FaultError.

        What it does is in KINDS. One that is on already begins again.
        """
        kind = KINDS.get(name) if isinstance(name, str) else None
        if kind is None:
            raise FaultError(f"need one of {', '.join(KINDS)}, have {name!r}")
        if count is not None:
            if not kind.counted:
                raise FaultError(f"{name}: has no count")
            _check(name, "count", count, 1, MOST_COUNT, whole=True)
        if seconds is not None:
            if not kind.lasts:
                raise FaultError(f"{name}: has no seconds")
            _check(name, "seconds", seconds, 0, MOST_SECONDS)
        if value is not None:
            if not kind.value:
                raise FaultError(f"{name}: has no value")
            _check(name, "value", value, kind.least, kind.most)
        self.end(name)
        value = kind.default if value is None else value
        self._camera.logs.write("simulator", 1, "INFO", f"fault {name} begins")
        if name == "reboot":
            self._camera.reboot(away=value)
            return
        fault = self._on[name] = Fault(count, None if seconds is None else time.monotonic() + seconds, value)
        if seconds is not None:
            fault.timer = asyncio.get_running_loop().call_later(seconds, self.end, name)
        if name == "freeze":
            self._camera.frames.hold(True)
        elif name == "clock":
            self._camera.clock.offset += value
        elif name == "flash_full":
            self._flash, self._camera.applications.flash = self._camera.applications.flash, 0

    def end(self, name):
        """End a fault; nothing happens where it is not on."""
        fault = self._on.pop(name, None)
        if fault is None:
            return
        self._camera.logs.write("simulator", 1, "INFO", f"fault {name} ends")
        if fault.timer:
            fault.timer.cancel()
        if name == "freeze":
            self._camera.frames.hold(False)
        elif name == "clock":
            self._camera.clock.offset -= fault.value
        elif name == "flash_full":
            self._camera.applications.flash = self._flash

    def end_all(self):
        """End every fault."""
        for name in list(self._on):
            self.end(name)

    def active(self, name):
        """Whether a fault is on."""
        return name in self._on

    def state(self):
        """All kinds of faults with those that are on, as a list of dictionaries."""
        return [{"name": name, **_kind(kind), **self._state(name)} for name, kind in KINDS.items()]

    def _state(self, name):
        fault = self._on.get(name)
        if fault is None:
            return {"on": False}
        remaining = None if fault.until is None else round(max(0, fault.until - time.monotonic()), 1)
        return {"on": True, "left": fault.left, "remaining": remaining, "value": fault.value}

    # What they do

    def strikes(self, name):
        """Whether a fault strikes now; one that is counted has one less to go."""
        fault = self._on.get(name)
        if fault is None:
            return False
        if fault.left is not None:
            fault.left -= 1
            if fault.left == 0:
                self.end(name)
        return True

    @web.middleware
    async def middleware(self, request, handler):
        """Refuse requests, or answer them slowly."""
        exempt = request.path in EXEMPT or request.path.startswith(EXEMPT_FOLDER)
        if not exempt and EXEMPT_HEADER not in request.headers:
            if self.strikes("unauthorized"):
                realm = self._camera.identity.realm
                return web.Response(status=401, headers={"WWW-Authenticate": f'Basic realm="{realm}"'})
            if self.strikes("unavailable"):
                return web.Response(status=503, text="Service Unavailable\n", headers={"Retry-After": "1"})
        if request.path == UPLOAD and "Authorization" in request.headers and self.strikes("break"):
            await request.content.readexactly((request.content_length or 2) // 2)
            request.transport.close()
            raise ConnectionResetError("broken off on demand")
        response = await handler(request)
        if not exempt and isinstance(response, web.Response) and self.active("slow"):
            await self.delay(response.content_length or 0)
            self.strikes("slow")
        return response

    async def delay(self, size):
        """Wait as long as `size` bytes take on a slow network."""
        fault = self._on.get("slow")
        if fault is not None:
            await asyncio.sleep(size / (1000 * fault.value))

    async def write(self, request, response, data):
        """Write a part of a stream, unless the stream breaks off here, which raises ConnectionResetError."""
        if self.strikes("drop"):
            await response.write(data[: len(data) // 2])
            await asyncio.sleep(0)
            request.transport.close()
            raise ConnectionResetError("dropped on demand")
        fault = self._on.get("stall")
        if self.strikes("stall"):
            # One that is counted has got its stream for good.
            while (fault.left is not None or self._on.get("stall") is fault) and not _left(request):
                await asyncio.sleep(0.1)
        await self.delay(len(data))
        await response.write(data)

    def damage(self, picture):
        """The JPEG file, or what is left of it."""
        if not self.strikes("corrupt"):
            return picture
        how = self._random.choice(["cut", "overwrite", "behead"])
        if how == "cut":
            return picture[: self._random.randrange(2, len(picture))]
        if how == "behead":
            return bytes(2) + picture[2:]
        damaged = bytearray(picture)
        for _ in range(20):
            damaged[self._random.randrange(len(damaged) // 4, len(damaged))] = self._random.randrange(256)
        return bytes(damaged)


def _left(request):
    return request.transport is None or request.transport.is_closing()


def _kind(kind):
    value = {"unit": kind.value, "default": kind.default, "least": kind.least, "most": kind.most}
    return {"text": kind.text, "counted": kind.counted, "lasts": kind.lasts, "takes": value if kind.value else None}


def _check(name, what, value, least, most, whole=False):
    kind = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kind) or not least <= value <= most:
        raise FaultError(f"{name}: {what}: need a {'whole ' * whole}number from {least} to {most:g}, have {value!r}")
