"""Bringing one version of an app to many cameras, some first, and back where it does not work."""

import asyncio
import time
from dataclasses import dataclass, field

from mpycam.errors import MpycamError
from mpycam.fleet import crew, health, journal
from mpycam.fleet.inventory import CANARY
from mpycam.fleet.results import DONE, FAILED, LEFT, PLANNED, UNCHANGED, Result

# How often an upload is begun again whose connection was lost.
UPLOADS = 2


@dataclass
class Options:
    """How a release is brought out.

    `canaries` is how many cameras go first where none has the tag "canary"; 0 for none. When more than the share
    `most_failures` of all cameras have failed, no more are begun. `check` is the health.Check of each, None for none.
    """

    parallel: int = 8
    canaries: int = 0
    most_failures: float = 1.0
    check: health.Check | None = None
    allow_unsigned: bool = False
    again: bool = False
    dry: bool = False


@dataclass
class Rollout:
    """One run; `told(camera, step, fraction)` is called as it goes on, step being a word such as "uploading"."""

    archive: object
    journal: object
    options: Options
    told: object = lambda camera, step, fraction=None: None
    # Set from outside: no more cameras are begun.
    stopping: bool = False
    _failures: int = field(default=0, init=False)

    async def bring(self, entries, release):
        """Bring a release to the cameras; return a Result for each, in their order."""
        for package in release.packages:
            self.archive.keep(package)

        def target(information, standing, version):
            return _wanted(release, information)

        return await self._run(entries, release.app, target)

    async def go_back(self, entries, app, release=None):
        """Bring each camera back to the version that it had before the last one, or to a release that is given."""

        def target(information, standing, version):
            if release:
                return _wanted(release, information)
            if standing.history and standing.history[-1][0] != version and standing.step != journal.BEGUN:
                raise MpycamError(f"{version or 'nothing'} is there, which was not installed from here; name a package")
            if standing.back and standing.step == journal.DONE:
                # The same command once more, after an interruption perhaps, does not go further.
                return None
            if len(standing.history) < 2:
                raise MpycamError(f"nothing is known of a version of {app} before this one; name its package")
            version, sha256 = standing.history[-2]
            package = self.archive.find(app, version, information.build, sha256)
            if package is None:
                raise MpycamError(f"{app} {version} was not installed from here; name its package")
            return package

        return await self._run(entries, app, target, back=True)

    async def _run(self, entries, app, target, back=False):
        allowed = self.options.most_failures * len(entries)
        self._failures = 0

        async def work(entry):
            return await self._camera(entry, app, target, back)

        def enough():
            return self.stopping or self._failures > allowed

        first, rest = split(entries, self.options.canaries)
        results = await crew.each(first, work, self.options.parallel, enough)
        reason = ""
        if first and self._failures:
            reason = f"not begun: {self._failures} of the {len(first)} cameras that went first failed"
        else:
            results += await crew.each(rest, work, self.options.parallel, enough)
            if self._failures > allowed:
                reason = f"not begun: {self._failures} failures, at most {allowed:g} of {len(entries)} were allowed"
            elif self.stopping:
                reason = "not begun: interrupted"
        by_name = {result.camera: result for result in results}
        return [by_name.get(entry.name) or Result(entry.name, LEFT, app, reason=reason) for entry in entries]

    async def _camera(self, entry, app, target, back):
        began = time.monotonic()
        result = Result(entry.name, FAILED, app)
        try:
            async with entry.device() as device:
                await self._one(entry, device, app, target, back, result)
        except Exception as error:
            # Whatever is wrong with one camera is no reason to leave the others.
            result.result = FAILED
            result.reason = result.reason or str(error) or type(error).__name__
            result.kind, result.number = getattr(error, "kind", ""), getattr(error, "number", None)
            self._failures += 1
        result.seconds = round(time.monotonic() - began, 3)
        self.told(entry.name, f"{result.result}: {result.reason}" if result.reason else result.result)
        return result

    async def _one(self, entry, device, app, target, back, result):
        self.told(entry.name, "asking")
        information = await device.info()
        installed = (await device.apps()).get(app)
        standing = self.journal.standing(entry.name, app)
        result.before = result.after = installed.version if installed else None
        package = target(information, standing, result.before)
        if package is None:
            result.result = UNCHANGED
            return
        # Begun and not ended well: what is there has still to be watched.
        interrupted = standing.step in (journal.BEGUN, journal.FAILED) and standing.sha256 == package.sha256
        there = installed is not None and installed.version == package.version
        other_content = standing.step == journal.DONE and standing.version == package.version and (
            standing.sha256 != package.sha256
        )  # fmt: skip
        if there and not interrupted and not other_content and not self.options.again:
            result.result = UNCHANGED
            return
        if self.options.dry:
            result.result, result.after = PLANNED, package.version
            return
        if self.options.allow_unsigned and information.unsigned is False:
            await device.allow_unsigned()
        status = installed.status if installed else None
        self.journal.write(
            entry.name, app, journal.BEGUN, version=package.version, sha256=package.sha256, before=result.before,
            status=status,
        )  # fmt: skip
        # What was there before the first attempt, where this is not the first.
        before, status = standing.before, standing.status
        result.before = before
        new = interrupted and there and before != package.version
        try:
            if not new:
                await self._upload(entry, device, package, before)
                new = True
            await self._start(entry, device, app, status)
        except Exception as error:
            if new:
                await self._restore(entry, device, information, standing, package, result, error)
            else:
                result.after = await _version(device, app)
            self.journal.write(entry.name, app, journal.FAILED, reason=result.reason or str(error), now=result.after)
            raise
        self.journal.write(entry.name, app, journal.DONE, **({"back": True} if back else {}))
        result.result, result.after = DONE, package.version

    async def _upload(self, entry, device, package, before):
        from mpycam.device.errors import BROKEN, TIMEOUT

        def progress(sent, total):
            self.told(entry.name, "uploading", sent / total)

        for attempt in range(1, UPLOADS + 1):
            self.told(entry.name, "uploading", 0)
            try:
                await device.install(package.data, package.file_name, progress)
                return
            except MpycamError as error:
                if getattr(error, "kind", "") not in (BROKEN, TIMEOUT):
                    raise
                if before != package.version and await _version(device, package.app) == package.version:
                    return
                if attempt == UPLOADS:
                    raise

    async def _start(self, entry, device, app, status):
        """Start an app that was not there before, and watch it; one that somebody had stopped stays so."""
        if status == "Stopped":
            return
        apps = await device.apps()
        if apps[app].status == "Stopped":
            self.told(entry.name, "starting")
            await device.start(app)
        if self.options.check:
            self.told(entry.name, "watching")
            await health.watch(device, app, self.options.check)

    async def _restore(self, entry, device, information, standing, failed, result, error):
        """Put back what was there before; the result's reason tells what became of it."""
        self.told(entry.name, "going back")
        app, before = failed.app, standing.before
        try:
            if before is None:
                await device.remove(app)
                result.after = None
                result.reason = f"{error}; removed again, since it was not there before"
                return
            sha256 = next((content for version, content in reversed(standing.history) if version == before), None)
            package = self.archive.find(app, before, information.build, sha256)
            if package is None or package.sha256 == failed.sha256:
                result.after = await _version(device, app)
                result.reason = f"{error}; {before} was not installed from here, so {result.after} stays: see to it"
                return
            await device.install(package.data, package.file_name)
            if standing.status != "Stopped" and (await device.apps())[app].status == "Stopped":
                await device.start(app)
            result.after = before
            result.reason = f"{error}; {before} is back"
        except MpycamError as second:
            result.reason = f"{error}; and going back failed: {second}"


def split(entries, canaries):
    """(those that go first, the others): the cameras tagged as canaries, else as many as are wanted."""
    tagged = [entry for entry in entries if CANARY in entry.tags]
    first = [] if not canaries else tagged or entries[:canaries]
    # Where all are canaries none goes before the others.
    if len(first) == len(entries):
        return [], entries
    return first, [entry for entry in entries if entry not in first]


def _wanted(release, information):
    package = release.package_for(information.build)
    if package is None:
        raise MpycamError(
            f"{information.model} is {information.architecture}, there are packages of {release.app} {release.version} "
            f"for {', '.join(release.architectures)}: build it with mpycam eap build --firmware "
            f"dist/{information.build}/micropython"
        )
    return package


async def _version(device, app):
    """The version that the camera lists, None where there is none or it cannot be asked."""
    try:
        installed = (await device.apps()).get(app)
    except MpycamError:
        return None
    return installed.version if installed else None


def stop_on_interrupt(rollout):
    """Let the first Ctrl-C begin no more cameras and the second one end all; for a running loop."""
    import signal

    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def interrupted():
        if rollout.stopping:
            task.cancel()
        rollout.stopping = True

    loop.add_signal_handler(signal.SIGINT, interrupted)
