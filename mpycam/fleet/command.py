"""`mpycam fleet`."""

import asyncio
import contextlib
import json
import sys
from pathlib import Path

from mpycam.errors import MpycamError

INVENTORY = "fleet.toml"


def add_command(subcommands):
    """Add the parsers of `mpycam fleet`."""
    fleet = subcommands.add_parser("fleet", help="many cameras at once, out of an inventory")
    actions = fleet.add_subparsers(metavar="ACTION", required=True)

    status = _parser(actions, "status", run_status, "what each camera is and runs")
    status.add_argument("--app", metavar="APP", help="show this app only")

    install = _parser(actions, "install", run_install, "install a version of an app, on all at once")
    rollout = _parser(actions, "rollout", run_rollout, "install a version of an app, on some first, watching each")
    for parser in (install, rollout):
        parser.add_argument("packages", nargs="+", metavar="FILE", help="its packages, one for each architecture")
        parser.add_argument("--again", action="store_true", help="also where this version is there already")
        parser.add_argument("--allow-unsigned", action="store_true", help="switch AllowUnsigned on where it is off")
    rollback = _parser(actions, "rollback", run_rollback, "go back to the version before the last one")
    rollback.add_argument("app", metavar="APP")
    rollback.add_argument("packages", nargs="*", metavar="FILE", help="what to go back to (default: the one before)")
    for parser in (install, rollout, rollback):
        _add_run(parser, careful=parser is rollout)

    params = _parser(actions, "params", run_params, "show or set parameters")
    params.add_argument("verb", choices=["get", "set"])
    params.add_argument("values", nargs="*", metavar="NAME[=VALUE]")
    params.add_argument("--app", metavar="APP", help="those of this app; else the camera's own")
    params.add_argument("--dry-run", action="store_true", help="only tell where something would change")

    logs = _parser(actions, "logs", run_logs, "show the logs of all cameras together")
    logs.add_argument("app", nargs="?", metavar="APP", help="of this app; else the system's")
    logs.add_argument("--lines", type=int, default=10, metavar="N", help="the last N lines (default: %(default)s)")
    logs.add_argument("-f", "--follow", action="store_true", help="go on until interrupted")

    monitor = actions.add_parser("monitor", help="watch a fleet over MQTT", description="watch a fleet over MQTT")
    monitor.add_argument("broker", metavar="BROKER", help="such as mqtt://user@192.0.2.3:1883 or mqtts://broker")
    monitor.add_argument("--password", metavar="REFERENCE", help="env:VARIABLE, file:PATH or keyring:SERVICE/USER")
    monitor.add_argument("--prefix", default="mpycam", help="what the topics begin with (default: %(default)s)")
    monitor.add_argument("--prometheus", metavar="[HOST:]PORT", help="serve the metrics at /metrics")
    monitor.add_argument("--seconds", type=float, metavar="N", help="print the table once after N seconds, and end")
    monitor.set_defaults(run=run_monitor)


def _parser(actions, name, run, description):
    parser = actions.add_parser(name, help=description, description=description)
    parser.set_defaults(run=run)
    parser.add_argument("--inventory", default=INVENTORY, metavar="FILE", help="the cameras (default: %(default)s)")
    parser.add_argument("--camera", action="append", default=[], metavar="NAME", help="only these, such as hall-*")
    parser.add_argument("--group", action="append", default=[], metavar="NAME", help="only those of these groups")
    parser.add_argument("--tag", action="append", default=[], metavar="NAME", help="only those with these tags")
    parser.add_argument("--parallel", type=int, default=8, metavar="N", help="at a time (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _add_run(parser, careful):
    parser.add_argument("--dry-run", action="store_true", help="only tell what would be done")
    parser.add_argument(
        "--health", type=float, default=10 if careful else 0, metavar="SECONDS",
        help="how long the app must run before a camera counts as done (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--frames", nargs="?", const="frames", default="", metavar="KEY",
        help="it must report this number meanwhile, growing, in JSON: in its log, or at --health-path (KEY: frames)",
    )  # fmt: skip
    parser.add_argument("--health-path", default="", metavar="PATH", help="on the camera, such as /local/my_app/status")
    parser.add_argument(
        "--canaries", type=int, default=int(careful), metavar="N",
        help="how many go first where none has the tag canary (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--stop-at", type=float, default=20 if careful else 100, metavar="PERCENT",
        help="begin no more when more than this share of all has failed (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--report", metavar="FILE", help="write the result there as JSON")


def _selected(options):
    from mpycam.fleet.inventory import Inventory

    inventory = Inventory(options.inventory)
    return inventory, inventory.select(options.camera, options.group, options.tag)


def run_status(options):
    """Print a table of the cameras; the exit status is 1 where one could not be asked."""
    from mpycam.fleet import operations, tables

    _, entries = _selected(options)
    found = asyncio.run(operations.status(entries, options.parallel, options.app))
    if options.json:
        print(json.dumps(found, indent=2))
    else:
        print(tables.of_status(found), end="")
    return int(any("error" in camera for camera in found))


def run_install(options):
    """Install a release."""
    return _run_release(options)


def run_rollout(options):
    """Bring a release out with care."""
    return _run_release(options)


def _run_release(options):
    from mpycam.fleet.packages import Package, Release

    release = Release([Package.read(path) for path in options.packages])
    return _run(options, release.app, lambda rollout, entries: rollout.bring(entries, release), release.version)


def run_rollback(options):
    """Go back."""
    from mpycam.fleet.packages import Package, Release

    options.allow_unsigned = options.again = False
    release = Release([Package.read(path) for path in options.packages]) if options.packages else None
    if release and release.app != options.app:
        raise MpycamError(f"{options.packages[0]} is a package of {release.app}, expected one of {options.app}")
    return _run(options, options.app, lambda rollout, entries: rollout.go_back(entries, options.app, release))


def _run(options, app, work, version=None):
    from mpycam.fleet import health, results
    from mpycam.fleet.journal import Journal
    from mpycam.fleet.packages import Archive
    from mpycam.fleet.progress import progress
    from mpycam.fleet.rollout import Options, Rollout, stop_on_interrupt

    inventory, entries = _selected(options)
    state = inventory.path.with_suffix(".state")
    check = health.Check(options.health, options.frames, options.health_path) if options.health else None
    wanted = Options(
        options.parallel, options.canaries, options.stop_at / 100, check, options.allow_unsigned, options.again,
        options.dry_run,
    )  # fmt: skip
    shown = progress([entry.name for entry in entries])

    async def run():
        with Journal(state).opened() as journal:
            rollout = Rollout(Archive(state / "packages"), journal, wanted, shown.told)
            stop_on_interrupt(rollout)
            return await work(rollout, entries)

    try:
        found = asyncio.run(run())
    except asyncio.CancelledError:
        raise MpycamError("interrupted; the same command goes on from here") from None
    shown.close()
    report = results.as_json(found, app=app, version=version)
    if options.report:
        Path(options.report).write_text(report)
    print(report if options.json else results.as_text(found), end="")
    return int(any(result.result in (results.FAILED, results.LEFT) for result in found))


def run_params(options):
    """Show or set parameters."""
    from mpycam.fleet import operations, results, tables

    _, entries = _selected(options)
    if options.verb == "set":
        pairs = [text.partition("=") for text in options.values]
        if not pairs or not all(mark for _, mark, _ in pairs):
            raise MpycamError("params set: expected NAME=VALUE")
        values = {name: value for name, _, value in pairs}
        found = asyncio.run(operations.set_parameters(entries, options.parallel, options.app, values, options.dry_run))
        print(results.as_json(found) if options.json else results.as_text(found), end="")
        return int(any(result.result == results.FAILED for result in found))
    found = asyncio.run(operations.get_parameters(entries, options.parallel, options.app, options.values))
    if options.json:
        told = {name: {"error": str(error)} if error else values for name, values, error in found}
        print(json.dumps(told, indent=2))
    else:
        print(tables.of_parameters(found), end="")
    return int(any(error for _, _, error in found))


def run_logs(options):
    """Show logs."""
    from mpycam.fleet import operations

    _, entries = _selected(options)
    width = max(len(entry.name) for entry in entries)

    def show(camera, line):
        told = json.dumps({"camera": camera, "line": line}) if options.json else f"{camera:{width}}  {line}"
        print(told, flush=True)

    if options.follow:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(operations.follow(entries, options.app, options.lines, show))
        return 0
    errors = asyncio.run(operations.logs(entries, options.parallel, options.app, options.lines, show))
    for camera, error in errors:
        print(f"{camera}: {error}", file=sys.stderr)
    return int(bool(errors))


def run_monitor(options):
    """Watch a fleet until interrupted, or for some seconds."""
    from mpycam.fleet import credentials
    from mpycam.fleet.monitor import Broker

    password = None
    if options.password:
        credentials.check("--password", options.password)
        password = credentials.resolve(options.password, Path())
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_monitor(options, Broker.of(options.broker, password)))
    return 0


async def _monitor(options, broker):
    import time

    from mpycam.fleet import monitor, tables
    from mpycam.fleet.board import Board, as_rows

    board = Board(options.prefix)
    screen = monitor.Screen(board)

    def told(trouble):
        screen.trouble = trouble
        if trouble and not sys.stdout.isatty():
            print(trouble, file=sys.stderr, flush=True)

    async with contextlib.AsyncExitStack() as stack:
        if options.prometheus:
            host, _, port = options.prometheus.rpartition(":")
            if not port.isdecimal():
                raise MpycamError(f"--prometheus {options.prometheus}: expected a port, or HOST:PORT")
            port = await stack.enter_async_context(monitor.served(board, host or "127.0.0.1", int(port)))
            print(f"http://{host or '127.0.0.1'}:{port}/metrics", file=sys.stderr, flush=True)
        tasks = [asyncio.create_task(monitor.listen(broker, board, told))]
        if options.seconds is None and sys.stdout.isatty():
            tasks.append(asyncio.create_task(screen.run()))
        try:
            await asyncio.wait(tasks, timeout=options.seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        for task in tasks:
            if task.done() and not task.cancelled():
                task.result()
    if options.seconds is not None:
        print(tables.table(as_rows(board, time.time())), end="")
