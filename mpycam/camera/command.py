"""`mpycam camera run` and `mpycam camera reset`, and the parser of those that keep real ones."""

import os
from pathlib import Path

from mpycam.device import keep
from mpycam.errors import MpycamError


def add_command(subcommands):
    """Add the parsers of `mpycam camera`."""
    camera = subcommands.add_parser("camera", help="a virtual camera on loopback; the cameras that are kept")
    actions = camera.add_subparsers(metavar="ACTION", required=True)

    run = actions.add_parser("run", help="switch the camera on")
    _add_state(run)
    run.add_argument("--arch", choices=["armv7hf", "aarch64", "host"], help="its processor (at first: armv7hf)")
    run.add_argument(
        "--profile", metavar="OS", help="its AXIS OS: 9.80, 10.12, 11.11, 12.x, 12.10, 13 (at first: 12.x)"
    )
    run.add_argument("--host", default="127.0.0.1", help="the address that it listens at (default: %(default)s)")
    run.add_argument("--port", type=int, default=8080, help="of HTTP, 0 for any that is free (default: %(default)s)")
    run.add_argument("--tls-port", type=int, default=0, help="of HTTPS, 0 for any that is free (default: %(default)s)")
    run.add_argument("--ssh-port", type=int, help="switch ssh on, at this port; 0 for any that is free")
    run.add_argument("--memory", type=float, default=100, metavar="MB", help="that each app may take (default: 100)")
    run.add_argument("--flash", type=float, default=29, metavar="MB", help="that all packages may take (default: 29)")
    run.add_argument(
        "--source", default="scene", metavar="WHAT",
        help="where pictures come from: scene (a door, drawn live), scene:SEED, a folder of JPEG files, an MJPEG file, "
        "or a video (default: %(default)s)",
    )  # fmt: skip
    run.add_argument("--fps", type=float, default=10, help="of JPEG files, pictures a second (default: %(default)s)")
    run.add_argument("--announce", action="store_true", help="let `mpycam discover` and others find it, by mDNS")
    run.add_argument("--account", metavar="NAME:PASSWORD", help="an administrator to make where there is none yet")
    run.set_defaults(run=run_camera)

    reset = actions.add_parser("reset", help="set the camera back to its factory default")
    _add_state(reset)
    reset.set_defaults(run=run_reset)
    keep.add_actions(actions)


def _add_state(parser):
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    parser.add_argument(
        "--state",
        metavar="DIR",
        default=Path(home, "mpycam", "camera"),
        help="the camera's flash (default: %(default)s)",
    )


def run_camera(options):
    """Run a camera until SIGINT or SIGTERM; each address that it listens at is printed when it is ready."""
    import asyncio

    from mpycam.camera.profile import PROFILES

    if options.profile not in (None, *PROFILES):
        raise MpycamError(f"there is no profile {options.profile!r}, only {', '.join(PROFILES)}")
    asyncio.run(_run(options))
    return 0


async def _run(options):
    import asyncio
    import signal

    from mpycam.camera.accounts import AccountError
    from mpycam.camera.camera import Camera
    from mpycam.camera.frames import open_source
    from mpycam.camera.role import Role

    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    source = open_source(options.source, options.fps)
    camera = Camera(
        options.state, options.profile, options.arch, options.host, options.port, options.tls_port, source,
        options.ssh_port, int(options.memory * 1e6), int(options.flash * 1e6),
        options.announce,
    )  # fmt: skip
    if options.account and camera.accounts.needs_setup:
        name, _, password = options.account.partition(":")
        try:
            camera.accounts.add(name, password, Role.ADMIN, ptz=True)
        except AccountError as error:
            raise MpycamError(f"--account: {error}") from None
    await camera.start()
    address, port = camera.server.in_camera_address
    print(f"{camera.identity.product.short_name} ({camera.identity.architecture}, AXIS OS {camera.profile.version})")
    print(camera.server.url)
    print(camera.server.secure_url)
    print(f"http://{address}:{port}/ from inside", flush=True)
    if options.ssh_port is not None:
        print(f"ssh://{options.host}:{camera.ssh.port}", flush=True)
    await over.wait()
    await camera.stop()


def run_reset(options):
    """Set the camera in a folder back to its factory default."""
    from mpycam.camera.camera import reset

    reset(options.state)
    return 0
