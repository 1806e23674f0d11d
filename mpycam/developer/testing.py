"""An app's own tests, run where the app will run, and one report about all places.

The tests are functions test_* in tests/test_*.py of the app's folder; they run
in the interpreter, see the app's modules, and may be coroutine functions.
"""

import asyncio
import contextlib
import json
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from mpycam.developer.local import EMULATORS, local_workplace
from mpycam.developer.shipping import Shipment
from mpycam.eap import sources
from mpycam.errors import MpycamError

RUNNER = Path(__file__).with_name("device_tests.py")
VIRTUAL, CAMERA = "virtual", "camera"
# For all tests of one module.
MODULE_SECONDS = 300
MARK = b"\x01"
HEAP = "heapsize=8M"


@dataclass
class Result:
    """A test that ran: `error` is None where it passed, `seconds` what it took there."""

    module: str
    name: str
    seconds: float
    error: str | None = None
    output: str = ""


@dataclass
class Run:
    """All tests in one place; `error` is why they could not run at all."""

    place: str
    results: list = field(default_factory=list)
    error: str | None = None

    @property
    def failed(self):
        """How many tests failed."""
        return sum(result.error is not None for result in self.results)


def run_everywhere(options):
    """Run an app's tests in the places that the options name, print and write the report; return the exit status."""
    places = [name.strip() for name in options.places.split(",")]
    if unknown := [name for name in places if name not in (*EMULATORS, VIRTUAL, CAMERA)]:
        raise MpycamError(
            f"{unknown[0]!r} is no place for tests; expected {', '.join(EMULATORS)}, {VIRTUAL} or {CAMERA}"
        )
    modules = sorted(Path(options.app, "tests").glob("test_*.py"))
    if not modules:
        raise MpycamError(f"{options.app}/tests has no test_*.py")
    runs = []
    for name in places:
        runs.append(asyncio.run(run_in(name, options, modules)))
        print(as_text(runs[-1]), end="", flush=True)
    if options.junit:
        ElementTree.ElementTree(as_junit(runs)).write(options.junit, "utf-8", xml_declaration=True)
    return 1 if any(run.failed or run.error for run in runs) else 0


async def run_in(name, options, modules):
    """Run the tests of these modules in one place and return a Run."""
    run = Run(name)
    try:
        async with _open(name, options) as place:
            await _ship(place, options.app)
            for module in modules:
                run.results += await _run_module(place, module.stem, options.only)
    except (MpycamError, OSError) as error:
        run.error = str(error)
    return run


@contextlib.asynccontextmanager
async def _open(name, options):
    if name == VIRTUAL:
        opened = virtual_workplace(options.profile)
    elif name == CAMERA:
        opened = _camera(options)
    else:
        opened = local_workplace(name)
    async with opened as place:
        yield place


@contextlib.asynccontextmanager
async def _camera(options):
    from mpycam.developer.places import workplace

    async with workplace(options) as (place, _):
        yield place


@contextlib.asynccontextmanager
async def virtual_workplace(profile=None, architecture="armv7hf"):
    """Yield a Workplace on a virtual camera: through the wrapper, or by ssh where that AXIS OS has no proxy."""
    from mpycam.camera.camera import Camera
    from mpycam.camera.profile import PROFILES
    from mpycam.camera.role import Role
    from mpycam.developer import ssh, wrapper
    from mpycam.developer.places import firmware
    from mpycam.device import Device
    from mpycam.device.command import library

    if profile not in (None, *PROFILES):
        raise MpycamError(f"there is no profile {profile!r}, only {', '.join(PROFILES)}")
    user, password = "root", "tests"
    with tempfile.TemporaryDirectory() as folder:
        camera = Camera(folder, profile, architecture, ssh_port=0)
        camera.accounts.add(user, password, Role.ADMIN, ptz=True)
        await camera.start()
        try:
            if camera.profile.reverse_proxy:
                async with Device(camera.server.url, user, password) as device:
                    if (await device.info()).unsigned is False:
                        await device.allow_unsigned()
                    await wrapper.install(device, firmware(architecture), library())
                    async with wrapper.wrapper_workplace(device) as place:
                        yield place
            else:
                trusted = {"known_hosts": None}  # it is this process
                async with ssh.connection(
                    "127.0.0.1", camera.ssh.port, user, password, options=trusted.items()
                ) as client:
                    async with ssh.ssh_workplace(client, "the virtual camera", firmware) as place:
                        yield place
        finally:
            await camera.stop()


async def _ship(place, app):
    from mpycam.device.command import library

    shipment = Shipment(app, library(), place.build)
    found = sources.Sources(
        Path(app), {f"tests/{path.name}": path for path in Path(app, "tests").rglob("*") if path.is_file()}
    )
    sources.add_library(found, library())
    entries = [sources.entry(name, path, place.build) for name, path in found.files.items()]
    entries.append(sources.entry(RUNNER.name, RUNNER, place.build))
    await place.put({**{entry.name: entry.data for entry in entries}, **shipment.read()})


async def _run_module(place, module, only):
    """Run the tests of one module in an interpreter of their own; return the Results."""
    results, output, pending = [], [], b""
    await place.start(["-X", HEAP, "-m", "device_tests", f"tests.{module}", only])
    begun = time.monotonic()
    try:
        async with asyncio.timeout(MODULE_SECONDS):
            while isinstance(value := await place.output(), bytes):
                *lines, pending = (pending + value).split(b"\n")
                for line in lines:
                    before, mark, result = line.partition(MARK)
                    if not mark:
                        output.append(line.decode(errors="replace"))
                        continue
                    name, milliseconds, error = json.loads(result)
                    output.append(before.decode(errors="replace"))
                    results.append(Result(module, name, milliseconds / 1000, error, "\n".join(filter(None, output))))
                    output = []
    except TimeoutError:
        await place.end()
        while isinstance(value := await place.output(), bytes):
            pass
        value = f"nothing, for it was ended after {MODULE_SECONDS} s"
    if value != 0:
        text = "\n".join([f"the interpreter ended with {value}", *output, pending.decode(errors="replace")])
        results.append(Result(module, "interpreter", time.monotonic() - begun, text))
    return results


def as_text(run):
    """The report of one place for people."""
    lines = []
    if run.error:
        lines.append(f"{run.place}: {run.error}")
    for result in run.results:
        verdict = "ok" if result.error is None else "FAILED"
        lines.append(f"{run.place} {result.module}.{result.name} {verdict} {result.seconds * 1000:.1f} ms")
        if result.error:
            lines += [f"    {line}" for line in (result.output.splitlines() + result.error.splitlines()) if line]
    lines.append(f"{run.place}: {len(run.results)} tests, {run.failed} failed")
    return "\n".join(lines) + "\n"


def as_junit(runs):
    """The report of all places as the root element of JUnit XML, a suite for each place."""
    root = ElementTree.Element("testsuites")
    for run in runs:
        seconds = sum(result.seconds for result in run.results)
        counts = {"tests": len(run.results), "failures": run.failed, "errors": int(run.error is not None), "skipped": 0}
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=run.place,
            time=f"{seconds:.6f}",
            **{name: str(count) for name, count in counts.items()},
        )
        for result in run.results:
            case = ElementTree.SubElement(
                suite,
                "testcase",
                classname=f"{run.place}.{result.module}",
                name=result.name,
                time=f"{result.seconds:.6f}",
            )
            if result.error is not None:
                message = _xml_text(result.error.strip().splitlines()[-1] if result.error.strip() else "failed")
                ElementTree.SubElement(case, "failure", message=message).text = _xml_text(result.error)
            if result.output:
                ElementTree.SubElement(case, "system-out").text = _xml_text(result.output)
        if run.error is not None:
            ElementTree.SubElement(suite, "system-err").text = _xml_text(run.error)
    return root


def _xml_text(text):
    # XML has no way to write most control characters.
    return "".join(c if c.isprintable() or c in "\n\t" else "?" for c in text)
