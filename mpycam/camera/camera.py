"""The camera as a whole."""

import asyncio
import contextlib
import uuid

from mpycam.camera import factory_parameters, pictures, simulator, ssh_users, web_page
from mpycam.camera.accounts import Accounts, ServiceAccounts
from mpycam.camera.announcement import Announcement
from mpycam.camera.authentication import Authentication
from mpycam.camera.clock import Clock
from mpycam.camera.events import Events
from mpycam.camera.faults import Faults
from mpycam.camera.frames import Frames, open_source
from mpycam.camera.identity import Identity, new_serial_number
from mpycam.camera.local import routes as local
from mpycam.camera.logs import Logs
from mpycam.camera.mqtt import MqttClient
from mpycam.camera.packages import cgi as applications_cgi
from mpycam.camera.packages.installer import FLASH_BYTES, MEMORY_BYTES, Applications
from mpycam.camera.parameters import Parameters
from mpycam.camera.ports import Ports
from mpycam.camera.profile import DEFAULT_PROFILE, PROFILES
from mpycam.camera.router import Router
from mpycam.camera.server import Server
from mpycam.camera.ssh import Ssh
from mpycam.camera.storage import Storage
from mpycam.camera.vapix import (
    apidiscovery,
    basicdeviceinfo,
    disks,
    event_stream,
    firmware,
    io,
    logs,
    mqtt,
    param,
    pwdgrp,
    services,
    systemready,
    virtualinput,
)

FILE = "camera.json"
DEFAULT_ARCHITECTURE = "armv7hf"
# Each has add_routes(router).
ROUTES = [
    apidiscovery,
    applications_cgi,
    basicdeviceinfo,
    disks,
    event_stream,
    firmware,
    io,
    local,
    logs,
    mqtt,
    param,
    pictures,
    pwdgrp,
    services,
    simulator,
    ssh_users,
    systemready,
    virtualinput,
    web_page,
]
# What a soft factory default leaves as it is.
NETWORK = ("Network.BootProto", "Network.IPAddress", "Network.DefaultRouter", "Network.SubnetMask", "Network.Broadcast")
# How long a request that asks for a reboot has to get its answer.
REBOOT_SECONDS = 0.2


class Camera:
    """A camera whose flash is the folder `folder`.

    `profile` and `architecture` are names as on the command line; None: what the camera in this folder
    was the last time. A part is anything with `async start()` and `async stop()`, which are called when
    the camera boots and when it goes down; a part reads its state from camera.storage in start().
    `source` is where pictures come from, of mpycam.camera.frames.open_source(); None: the door scene.
    `ssh_port` switches ssh on; None leaves it as its parameter says, at any port that is free. `memory` is what
    each app may take, `flash` what all packages may, in bytes. `announced` lets the network know of it.
    """

    def __init__(
        self, folder, profile=None, architecture=None, host="127.0.0.1", port=0, tls_port=0, source=None,
        ssh_port=None, memory=MEMORY_BYTES, flash=FLASH_BYTES, announced=False,
    ):  # fmt: skip
        self.storage = Storage(folder)
        kept = self.storage.read(FILE)
        known = kept or {"serial_number": new_serial_number(), "soc_serial_number": uuid.uuid4().hex.upper()}
        known["profile"] = profile or known.get("profile", DEFAULT_PROFILE)
        known["architecture"] = architecture or known.get("architecture", DEFAULT_ARCHITECTURE)
        self.storage.write(FILE, known)
        self.profile = PROFILES[known["profile"]]
        self.identity = Identity(known["serial_number"], known["architecture"], known["soc_serial_number"])
        # aiohttp middlewares around everything else.
        self.middlewares = []
        self.clock = Clock()
        self.boot_id = None
        # Whether every part has started.
        self.ready = False
        self._load()
        self.ports = Ports(self)
        self.frames = Frames(source or open_source())
        self.faults = Faults(self)
        router = Router()
        for module in ROUTES:
            module.add_routes(router)
        self.server = Server(self, router, host, port, tls_port)
        self.mqtt = MqttClient(self)
        self.applications = Applications(self, memory, flash)
        self.ssh = Ssh(self, host, ssh_port)
        # In the order in which they start.
        self.parts = [self.ports, self.frames, self.mqtt, self.server, self.applications, self.ssh]
        if announced:
            self.parts.append(Announcement(self))
        self._started = []
        self._tasks = set()
        # Two who ask for a reboot at the same time get two.
        self._rebooting = asyncio.Lock()
        self._off = asyncio.Event()

    async def start(self):
        """Boot; raises OSError where a port cannot be had."""
        self.boot_id = str(uuid.uuid4())
        self.clock.boot()
        try:
            for part in self.parts:
                self._started.append(part)
                await part.start()
            self.ready = True
            self.logs.write("systemd", 1, "INFO", f"Startup finished: AXIS OS {self.profile.version}")
        except BaseException:
            self._off.set()
            await self._close()
            raise

    async def stop(self):
        """Switch off. The folder belongs to nobody afterwards."""
        # A reboot that has begun is waited for: what is cut off within a start would be left behind.
        self._off.set()
        waiting = [task for task in self._tasks if task is not asyncio.current_task()]
        await asyncio.gather(*waiting, return_exceptions=True)
        await self._close()

    async def _close(self):
        await self._down()
        self.logs.close()
        self.storage.close()

    def reboot(self, away=0):
        """Reboot soon, when the request that asked for it has its answer; returns a future of when it is done.

        Nothing answers for `away` seconds.
        """
        return self._soon(self._reboot(away))

    def factory_default(self, keep_network=True):
        """Forget everything but the identity and, if wanted, the network's parameters, and reboot soon."""
        return self._soon(self._reboot(erase=True, keep_network=keep_network))

    async def _reboot(self, away=0, erase=False, keep_network=False):
        await asyncio.sleep(REBOOT_SECONDS)
        async with self._rebooting:
            if not self._off.is_set():
                await self._reboot_now(away, erase, keep_network)

    async def _reboot_now(self, away, erase, keep_network):
        await self._down()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(away):
                await self._off.wait()
        self.logs.close()
        kept = self.parameters.changed(NETWORK) if keep_network else {}
        if erase:
            self.storage.erase(keep=[FILE])
        self._load()
        if erase:
            self.parameters.set(kept)
        if not self._off.is_set():
            await self.start()

    async def _down(self):
        self.ready = False
        while self._started:
            await self._started[-1].stop()
            self._started.pop()

    def _load(self):
        # All that a boot begins with: what is in flash, and what is empty because it was in RAM.
        self.accounts = Accounts(self.storage, self.identity.realm)
        self.service_accounts = ServiceAccounts()
        self.parameters = Parameters(
            self.storage,
            factory_parameters.definitions(self.identity, self.profile),
            factory_parameters.templates(self.profile),
        )
        self.logs = Logs(self.storage.path("log"), self.identity.host_name, self.clock)
        self.events = Events(self.clock)
        self.authentication = Authentication(self)
        self.sessions = event_stream.Sessions(self.clock)

    def _soon(self, work):
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def reset(folder):
    """Set the camera in a folder, which must not be running, back to its factory default."""
    storage = Storage(folder)
    try:
        storage.erase(keep=[FILE])
    finally:
        storage.close()
