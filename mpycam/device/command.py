"""`mpycam info`, `install`, `start`, `stop`, `remove`, `logs` and `params`."""

import asyncio
import contextlib
import os
import sys
import tempfile
from pathlib import Path

from mpycam.errors import MpycamError

FIRMWARE, LIBRARY = Path("dist"), Path("lib")


def add_command(subcommands):
    """Add the parsers."""
    info = _parser(subcommands, "info", run_info, "show what a camera is, what it allows and what is installed")
    info.add_argument("--json", action="store_true", help="print JSON")

    install = _parser(subcommands, "install", run_install, "install a package, or an app's folder, on a camera")
    install.add_argument("package", metavar="FILE|FOLDER", help="an .eap file, or a folder with a manifest.json")
    install.add_argument("--start", action="store_true", help="start it when it is installed")
    install.add_argument("--allow-unsigned", action="store_true", help="set the camera's switch AllowUnsigned before")

    for verb, text in (
        ("start", "start an app"), ("stop", "stop an app"), ("remove", "remove an app with everything that it stored")
    ):  # fmt: skip
        parser = _parser(subcommands, verb, run_control, text)
        parser.add_argument("app")
        parser.set_defaults(verb=verb)

    logs = _parser(subcommands, "logs", run_logs, "print the log of an app, or of the camera")
    logs.add_argument("app", nargs="?")
    logs.add_argument("-f", "--follow", action="store_true", help="go on with what comes")

    params = subcommands.add_parser("params", help="get and set parameters of a camera or an app")
    actions = params.add_subparsers(metavar="ACTION", required=True)
    get = _parser(actions, "get", run_get, "print parameters")
    get.add_argument("names", nargs="*", metavar="NAME", help="a parameter or a group, such as Network.SSH")
    change = _parser(actions, "set", run_set, "set parameters")
    change.add_argument("values", nargs="+", metavar="NAME=VALUE")
    for parser in (get, change):
        parser.add_argument("--app", help="names are those of an app's own parameters")


def _parser(subcommands, name, run, description):
    parser = subcommands.add_parser(name, help=description, description=description)
    parser.set_defaults(run=run)
    add_camera_options(parser)
    return parser


def add_camera_options(parser):
    """Add the options that tell which camera is meant."""
    parser.add_argument(
        "-c", "--camera", metavar="NAME|ADDRESS",
        help="a name that `mpycam camera add` keeps, or an address such as https://192.0.2.7 "
        "(default: MPYCAM_CAMERA in the environment, or the only one that is kept)",
    )  # fmt: skip
    parser.add_argument("--user", help="the account at an address (default: root); its password: MPYCAM_PASSWORD")


def camera_name(options):
    """Return the name or address of the camera that is meant; raises MpycamError."""
    from mpycam.device.store import CAMERA_VARIABLE, Store

    name = options.camera or os.environ.get(CAMERA_VARIABLE)
    if name:
        return name
    names = Store().names()
    if len(names) == 1:
        return names[0]
    known = f"one of {', '.join(names)}" if names else "keep one with `mpycam camera add NAME HOST`"
    raise MpycamError(f"which camera? add --camera NAME, or set {CAMERA_VARIABLE}: {known}")


def connect(options):
    """Return the Device that the options mean."""
    from mpycam.device.store import connect

    return connect(camera_name(options), user=options.user)


def run_info(options):
    """Print what a camera is and what is installed."""

    async def ask():
        async with connect(options) as device:
            return await device.info(), await device.apps(), device

    from mpycam.device import report

    information, apps, device = asyncio.run(ask())
    print((report.as_json if options.json else report.as_text)(information, apps, device.address), end="")
    return 0


def run_install(options):
    """Install a package or a folder, for the camera's architecture."""
    installed = asyncio.run(_install(options))
    before = f", was {installed.before}" if installed.before else ""
    print(f"{installed.app} {installed.version} installed{before}")
    return 0


async def _install(options):
    path = Path(options.package)
    async with connect(options) as device:
        information = await device.info()
        data = package_for(path, information) if path.is_dir() else path.read_bytes()
        if options.allow_unsigned and information.unsigned is False:
            await device.allow_unsigned()
        installed = await device.install(data, path.name if path.is_file() else f"{path.name}.eap", _progress())
        if options.start and (await device.apps())[installed.app].status == "Stopped":
            await device.start(installed.app)
        return installed


def package_for(folder, information):
    """Return the bytes of an app's package for a camera, with the firmware of dist/ and modules of lib/."""
    from mpycam.eap.builder import build

    with tempfile.TemporaryDirectory() as output:
        return build(folder, firmware_for(information), output=output, library=library()).path.read_bytes()


def firmware_for(information):
    """Return the path of the interpreter for a camera; raises MpycamError."""
    if information.build is None:
        raise MpycamError(
            f"{information.model} has a processor of type {information.architecture!r}: there is no build for it"
        )
    path = FIRMWARE / information.build / "micropython"
    if not path.is_file():
        raise MpycamError(f"{path} is not there; build it with: make firmware ARCH={information.build}")
    return path


def library():
    """The folder of modules that go in when they are imported, None where there is none."""
    return LIBRARY if LIBRARY.is_dir() else None


def _progress():
    """A function that shows how far an upload is, or None where nobody watches."""
    if not sys.stderr.isatty():
        return None

    def show(sent, total):
        print(
            f"\r{sent * 100 // total:3} % of {total} bytes",
            end="\n" if sent == total else "",
            file=sys.stderr,
            flush=True,
        )

    return show


def run_control(options):
    """Start, stop or remove an app."""

    async def control():
        async with connect(options) as device:
            await getattr(device, options.verb)(options.app)

    asyncio.run(control())
    return 0


def run_logs(options):
    """Print a log, and follow it until interrupted."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_logs(options))
    return 0


async def _logs(options):
    async with connect(options) as device:
        known = await device.log(options.app)
        for line in known:
            print(line, flush=True)
        if options.follow:
            async for line in device.follow(options.app, known=known):
                print(line, flush=True)


def run_get(options):
    """Print parameters."""

    async def get():
        async with connect(options) as device:
            prefix = await _prefix(device, options.app)
            names = [prefix + name for name in options.names] or [prefix[:-1] or "root"]
            found = await device.parameters(*names)
            if not found:
                raise MpycamError(f"{device.host} has no parameters {', '.join(names)}")
            return prefix, found

    prefix, found = asyncio.run(get())
    for name, value in found.items():
        print(f"{name.removeprefix(prefix)}={value}")
    return 0


def run_set(options):
    """Set parameters."""
    pairs = [text.partition("=") for text in options.values]
    if wrong := [name for name, mark, _ in pairs if not mark]:
        raise MpycamError(f"{wrong[0]!r}: expected NAME=VALUE")

    async def change():
        async with connect(options) as device:
            prefix = await _prefix(device, options.app)
            await device.set_parameters({prefix + name: value for name, _, value in pairs})

    asyncio.run(change())
    return 0


async def _prefix(device, app):
    if not app:
        return ""
    group = await device.app_group(app)
    if group is None:
        raise MpycamError(f"{app} has no parameters on {device.host}: its manifest names none, or it is not installed")
    return f"{group}."
