"""`mpycam run`, `watch`, `repl`, `mpremote`, `test` and `wrapper`."""

import argparse
import asyncio
import contextlib
import os
import sys
import time

from mpycam.device.command import add_camera_options

HEAP = "8M"
INTERRUPTED = 130
# How long a camera that was there may be away, say for a reboot, until a watch gives up.
AWAY_SECONDS = 600
AWAY_PAUSE = 1


def add_command(subcommands):
    """Add the parsers."""
    run = _parser(subcommands, "run", run_run, "run a script on a camera, without installing anything")
    run.add_argument("--heap", default=HEAP, help="of the interpreter (default: %(default)s)")
    run.add_argument("script")
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="of the script")

    watch = _parser(subcommands, "watch", run_watch, "run an app on a camera while it is written")
    watch.add_argument("app", metavar="FOLDER", help="with the app's manifest.json")

    repl = _parser(subcommands, "repl", run_repl, "the interpreter's prompt on a camera; Ctrl-D or Ctrl-] leaves it")
    repl.add_argument("--heap", default=HEAP, help="of the interpreter (default: %(default)s)")
    repl.add_argument(
        "--pty", action="store_true", help="offer it at a terminal for programs, and print the terminal's path"
    )
    repl.add_argument("--link", metavar="PATH", help="with --pty: a link to the terminal")

    mpremote = _parser(subcommands, "mpremote", run_mpremote, "MicroPython's mpremote on a camera")
    mpremote.add_argument("--heap", default=HEAP, help="of the interpreter (default: %(default)s)")
    mpremote.add_argument(
        "arguments", nargs=argparse.REMAINDER, help="such as: run script.py, or: mount . exec 'import x'"
    )

    test = _parser(subcommands, "test", run_test, "run an app's own tests where the app will run")
    test.add_argument("app", metavar="FOLDER", help="with the app's manifest.json and tests/")
    test.add_argument(
        "--places", default="host", metavar="A,B",
        help="host, armv7hf, aarch64 (under an emulator), virtual (a virtual camera), camera (default: %(default)s)",
    )  # fmt: skip
    test.add_argument("--profile", help="the AXIS OS of the virtual camera")
    test.add_argument("--junit", metavar="FILE", help="write a report as JUnit XML")
    test.add_argument("-k", dest="only", default="", metavar="TEXT", help="only tests with this in their name")

    wrapper = subcommands.add_parser("wrapper", help="the app through which programs run where there is no ssh")
    actions = wrapper.add_subparsers(metavar="ACTION", required=True)
    for name, function, text in (
        ("install", run_wrapper_install, "install the developer wrapper on a camera"),
        ("remove", run_wrapper_remove, "remove it, with everything that programs stored there"),
    ):
        parser = actions.add_parser(name, help=text, description=text)
        parser.set_defaults(run=function)
        add_camera_options(parser)
        if name == "install":
            parser.add_argument(
                "--allow-unsigned", action="store_true", help="set the camera's switch AllowUnsigned before"
            )


def _parser(subcommands, name, run, description):
    from mpycam.developer.options import add_place_options

    parser = subcommands.add_parser(name, help=description, description=description)
    parser.set_defaults(run=run)
    add_camera_options(parser)
    add_place_options(parser)
    return parser


def _write(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _tell(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def _until_interrupted(work):
    """Run a coroutine and return what it does, or INTERRUPTED after Ctrl-C."""
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        return INTERRUPTED


def run_run(options):
    """Run a script and return its status."""
    return _until_interrupted(_run(options))


async def _run(options):
    from mpycam.developer.places import workplace
    from mpycam.developer.shipping import script_files
    from mpycam.device.command import library

    async with workplace(options) as (place, _):
        await place.put(script_files(options.script, library(), place.build))
        name = os.path.basename(options.script)
        feeding = asyncio.create_task(_feed(place)) if not sys.stdin.isatty() else None
        try:
            return await place.run(["-X", f"heapsize={options.heap}", name, *options.arguments], _write) & 255
        finally:
            if feeding:
                feeding.cancel()


async def _feed(place):
    """Give the program what is on our standard input, when it is a file or a pipe."""
    with contextlib.suppress(OSError):
        while data := await asyncio.to_thread(os.read, 0, 4096):
            await place.write(data)
        await place.write(b"")


def run_watch(options):
    """Keep an app running until interrupted."""
    return _until_interrupted(_watch(options))


async def _watch(options):
    from mpycam.developer.places import workplace
    from mpycam.developer.shipping import Shipment
    from mpycam.developer.watch import watch
    from mpycam.developer.workplace import ConnectionLost
    from mpycam.device.command import library
    from mpycam.errors import MpycamError

    name = Shipment(options.app).name
    # What was last wrong since the connection was lost, and when it was lost.
    told, lost = "", None
    while True:
        try:
            async with workplace(options, name) as (place, device):
                if lost is not None:
                    _tell("the camera is back")
                    lost = None
                await watch(place, device, options.app, library(), _write, _tell)
        except ConnectionLost as error:
            _tell(f"{error}; waiting for the camera")
            lost = time.monotonic()
        except MpycamError as error:
            # Before the first connection, as for a wrong address, nothing is waited for.
            if lost is None or time.monotonic() > lost + AWAY_SECONDS:
                raise
            if str(error) != told:
                told = str(error)
                _tell(told)
        await asyncio.sleep(AWAY_PAUSE)


def run_repl(options):
    """Be the prompt, here or at a terminal for programs."""
    return _until_interrupted(_repl(options))


async def _repl(options):
    from mpycam.developer import terminal
    from mpycam.developer.places import workplace

    async with workplace(options) as (place, _):
        if not options.pty:
            return await terminal.here(place, options.heap)
        await terminal.serve(place, options.heap, options.link, lambda path: print(path, flush=True))
    return 0


def run_mpremote(options):
    """Run mpremote on a terminal that leads to the camera."""
    return _until_interrupted(_mpremote(options))


async def _mpremote(options):
    from mpycam.developer import terminal
    from mpycam.developer.places import workplace
    from mpycam.errors import MpycamError

    async with workplace(options) as (place, _), terminal.pseudo_terminal(place, options.heap) as (path, _):
        command = [sys.executable, "-m", "mpremote", "connect", path, *options.arguments]
        process = await asyncio.create_subprocess_exec(*command)
        status = await process.wait()
    if status < 0:
        raise MpycamError(f"mpremote was ended by signal {-status}")
    return status


def run_test(options):
    """Run an app's tests in every place, and print one report; the status is 1 where one failed."""
    from mpycam.developer.testing import run_everywhere

    return run_everywhere(options)


def run_wrapper_install(options):
    """Install the developer wrapper."""

    async def install():
        from mpycam.developer import wrapper
        from mpycam.device.command import connect, firmware_for, library
        from mpycam.errors import MpycamError

        async with connect(options) as device:
            information = await device.info()
            if information.release < wrapper.FIRST_RELEASE:
                raise MpycamError(
                    f"AXIS OS {information.firmware} has no reverse proxy for the wrapper (it came with 11.8): use "
                    "ssh, `mpycam camera add NAME HOST --ssh`"
                )
            if options.allow_unsigned and information.unsigned is False:
                await device.allow_unsigned()
            return await wrapper.install(device, firmware_for(information), library())

    installed = asyncio.run(install())
    print(f"{installed.app} {installed.version} installed and started")
    return 0


def run_wrapper_remove(options):
    """Remove the developer wrapper."""

    async def remove():
        from mpycam.developer.wrapper import APP
        from mpycam.device.command import connect

        async with connect(options) as device:
            await device.remove(APP)

    asyncio.run(remove())
    return 0
