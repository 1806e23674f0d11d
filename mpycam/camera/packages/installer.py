"""The applications of the camera: taking packages, and starting, stopping and removing what they brought."""

import asyncio
from dataclasses import replace

from mpycam.camera.packages import refusal
from mpycam.camera.packages.acceptance import Device, accept
from mpycam.camera.packages.record import Record
from mpycam.camera.packages.refusal import Refused
from mpycam.camera.packages.store import Store
from mpycam.camera.running import users
from mpycam.camera.running.application import STOPPED, Application
from mpycam.camera.running.bus import Bus
from mpycam.camera.running.memory import remove_abandoned_groups
from mpycam.camera.running.network import Network
from mpycam.camera.running.sandbox import CannotExecute, Sandbox

SWITCHES = "applications.json"
MEMORY_BYTES, FLASH_BYTES = 100_000_000, 29_000_000


class Applications:
    """Everything about applications, as a part of the camera.

    `memory` is what each app may take, `flash` what all packages together may,
    in bytes.
    """

    def __init__(self, camera, memory=MEMORY_BYTES, flash=FLASH_BYTES):
        self._camera, self._memory, self.flash = camera, memory, flash
        self._by_name = {}
        self._store = self.sandbox = self._bus = self.network = None
        self._uploading = False
        self._lock = asyncio.Lock()
        self._ready = asyncio.Event()

    async def start(self):
        """Find out what is installed, finish what was interrupted, and start what is to run."""
        camera = self._camera
        remove_abandoned_groups()
        self.sandbox = Sandbox(camera.storage.path("root", "etc").parent, camera.identity.architecture, self._log)
        await self.sandbox.open()
        self.network = await self._open_network()
        self._bus = Bus(camera, self.sandbox)
        await self._bus.start()
        owner = users.owner if self.sandbox.isolated and self.sandbox.privileged else lambda record: None
        self._store = await asyncio.to_thread(Store, camera.storage, owner)
        for record in self._store.records.values():
            self._by_name[record.name] = self._application(record)
        self.sandbox.describe_users(self._store.records.values())
        for application in list(self):
            if not application.record.finished:
                await self._finish(application)
        known = {parameter_group(name) for name in self._by_name}
        for group in set(camera.parameters.application_groups()) - known:
            camera.parameters.remove_application(group)
        for application in list(self):
            if application.record.started and application.record.run_mode != "never":
                await self._start_quietly(application)
        self._ready.set()

    async def stop(self):
        """End every app; what runs now runs again after the next start."""
        self._ready.clear()
        await asyncio.gather(*(application.stop() for application in self))
        self._by_name.clear()
        if self._bus is not None:
            await self._bus.stop()
        if self.network is not None:
            self.network.close()
            self.network = None
        if self.sandbox is not None:
            self.sandbox.close()

    def __iter__(self):
        return iter(sorted(self._by_name.values(), key=lambda application: application.record.name))

    def get(self, name):
        """The Application called `name`; raises Refused."""
        try:
            return self._by_name[name]
        except KeyError:
            raise Refused(refusal.NOT_FOUND, f"there is no application {name!r}") from None

    @property
    def free(self):
        """The bytes of flash that are left for packages."""
        if self._camera.faults.active("flash_full"):
            return 0
        return max(0, self.flash - self._store.used())

    def switch(self, name):
        """AllowUnsigned or AllowRoot; raises KeyError where the profile has no such switch."""
        default = {"AllowUnsigned": self._camera.profile.allow_unsigned, "AllowRoot": self._camera.profile.allow_root}
        if default[name] is None:
            raise KeyError(name)
        return self._camera.storage.read(SWITCHES, {}).get(name, default[name])

    def set_switch(self, name, value):
        """Set AllowUnsigned or AllowRoot to a boolean; raises KeyError where the profile has no such switch."""
        self.switch(name)
        self._camera.storage.write(SWITCHES, {**self._camera.storage.read(SWITCHES, {}), name: value})

    def set_license(self, application, licensed):
        """Keep whether there is a license key; raises Refused for an app that has no use for one."""
        if application.record.license not in ("Valid", "Missing"):
            raise Refused(refusal.UNSPECIFIED, f"{application.record.name} takes no license key")
        application.record.licensed = licensed
        self._store.save(application.record)

    async def upload(self, receive):
        """Install or upgrade a package; raises Refused.

        `receive` is `async (most bytes) -> bytes` and is called when no other
        upload is in progress. An app that runs is stopped for the exchange
        only, and started again.
        """
        if self._uploading:
            raise Refused(refusal.UPLOAD_IN_PROGRESS, "another upload is in progress")
        self._uploading = True
        try:
            await self._ready.wait()
            data = await receive(self.free)
            async with self._lock:
                await self._install(data)
        finally:
            self._uploading = False

    async def control(self, action, name):
        """Do start, stop, restart or remove; raises Refused."""
        actions = {"start": self._start, "stop": self._stop, "restart": self._restart, "remove": self._remove}
        await self._ready.wait()
        async with self._lock:
            await actions[action](self.get(name))

    async def _install(self, data):
        device = self._device()
        try:
            package, manifest = await asyncio.to_thread(accept, data, device, self._store.records)
        except Refused as refused:
            self._log("ERR", f"Failed to install: {refused} (error {refused.number})")
            raise
        before = self._by_name.get(package.app_name)
        number = before.record.number if before else self._store.free_number()
        record = Record.of(package, number, manifest)
        was_running = before is not None and before.status != STOPPED
        if before is not None:
            record.started, record.licensed = before.record.started, before.record.licensed
        try:
            await asyncio.to_thread(self._store.unpack, package, record)
            if was_running:
                await before.stop()
            await asyncio.to_thread(self._store.install, record)
        except OSError as error:
            self._store.discard(record.name)
            if was_running and before.status == STOPPED:
                await self._start_quietly(before)
            self._log("ERR", f"Failed to install '{record.name}': {error}")
            raise Refused(refusal.UNSPECIFIED, str(error)) from None
        application = self._by_name[record.name] = self._application(record)
        self.sandbox.describe_users(self._store.records.values())
        await self._finish(application)
        self._log("INFO", f"Successfully installed application '{record.name}' on 'internal'")
        if was_running:
            await self._start_quietly(application)

    async def _finish(self, application):
        """Do what follows from a package's installation; done again when the camera was killed before its end."""
        record = application.record
        if record.post_install:
            as_root = bool(self._device().allow_root and self._camera.profile.root_allowed)
            status = await application.run_script(record.post_install, as_root=as_root)
            if status:
                self._log("WARNING", f"{record.name}: {record.post_install} ended with status {status}")
        self._camera.parameters.add_application(parameter_group(record.name), record.parameters)
        self._store.save(replace(record, finished=True))
        application.record = self._store.records[record.name]

    async def _start(self, application):
        if application.status != STOPPED:
            raise Refused(refusal.ALREADY_RUNNING, f"{application.record.name} runs already")
        limit = self._camera.profile.running_limit
        if limit is not None and sum(other.status != STOPPED for other in self) >= limit:
            raise Refused(refusal.TOO_MANY_RUNNING, f"{limit} applications run already")
        try:
            await application.start()
        except CannotExecute as error:
            self._camera.logs.write(application.record.name, 0, "ERR", str(error))
            older = self._camera.profile.allow_unsigned is None
            raise Refused(refusal.CANNOT_START if older else refusal.UNSPECIFIED, str(error)) from None
        self._remember(application, started=True)

    async def _stop(self, application):
        if application.status == STOPPED:
            raise Refused(refusal.NOT_RUNNING, f"{application.record.name} does not run")
        await application.stop()
        self._remember(application, started=False)

    async def _restart(self, application):
        if application.status == STOPPED:
            raise Refused(refusal.NOT_RUNNING, f"{application.record.name} does not run")
        await application.stop()
        await self._start(application)

    async def _remove(self, application):
        record = application.record
        await application.stop()
        if record.pre_uninstall:
            await application.run_script(record.pre_uninstall)
        del self._by_name[record.name]
        await asyncio.to_thread(self._store.remove, record.name)
        self._camera.parameters.remove_application(parameter_group(record.name))
        self.sandbox.describe_users(self._store.records.values())
        self._log("INFO", f"Removed application '{record.name}'")

    async def _start_quietly(self, application):
        """Start an app for which nobody waits."""
        try:
            await application.start()
        except CannotExecute as error:
            self._camera.logs.write(application.record.name, 0, "ERR", str(error))

    def _application(self, record):
        def log(process, level, text):
            self._camera.logs.write(record.name, process, level, text)

        return Application(record, self.sandbox, log, self._memory, self._ended)

    def _ended(self, application):
        """An app has ended by itself."""
        if self._by_name.get(application.record.name) is application:
            self._remember(application, started=application.record.run_mode == "respawn")

    def _remember(self, application, started):
        if application.record.started != started:
            application.record.started = started
            self._store.save(application.record)

    def _device(self):
        profile = self._camera.profile
        # Before there were switches, everything was allowed.
        unsigned = True if profile.allow_unsigned is None else self.switch("AllowUnsigned")
        root = True if profile.allow_root is None else self.switch("AllowRoot")
        unsigned = unsigned and not profile.signature_required
        return Device(profile, self._camera.identity.architecture, unsigned, root, self.free)

    async def _open_network(self):
        """Give apps a network of their own where the camera's address inside is not to be had on this machine's."""
        server = self._camera.server
        if server.in_camera_address[1] == 80 or not self.sandbox.isolated:
            return None
        network = Network()
        try:
            network.open()
            await server.listen_in_camera(network.listen(("127.0.0.12", 80)))
        except OSError as error:
            network.close()
            self._log("WARNING", f"no network of its own for apps: {error.strerror}")
            return None
        self.sandbox.network = network.descriptor
        self._log("INFO", "apps have a network of their own with 127.0.0.12:80, and no way out of it")
        return network

    def _log(self, level, text):
        self._camera.logs.write("acap-install", 1, level, text)


def parameter_group(name):
    """The group of an app's parameters: its name, the first letter a capital."""
    return name[:1].upper() + name[1:]
