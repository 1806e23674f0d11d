"""`mpycam camera add`, `list` and `remove`: which cameras there are, and how to log in."""

import asyncio
import os
import sys

from mpycam.device.store import PASSWORD_VARIABLE, Store, Stored
from mpycam.errors import MpycamError

HTTPS_PORT, SSH_PORT = 443, 22
SSH_PASSWORD_VARIABLE = "MPYCAM_SSH_PASSWORD"


def add_actions(actions):
    """Add the parsers below `mpycam camera`."""
    add = actions.add_parser("add", help="keep a camera's address and account")
    add.add_argument("name", metavar="NAME")
    add.add_argument("host", metavar="HOST", help="such as 192.0.2.7, or with http:// or https:// and a port")
    add.add_argument("--user", default="root", help="an administrator (default: %(default)s)")
    add.add_argument("--fingerprint", metavar="SHA256", help="that its certificate must have")
    add.add_argument("--ssh", nargs="?", const=SSH_PORT, type=int, metavar="PORT", help="it has ssh (port 22)")
    add.add_argument("--ssh-user", default="root", help="who logs in by ssh (default: %(default)s)")
    add.set_defaults(run=run_add)

    shown = actions.add_parser("list", help="print the cameras that are kept")
    shown.set_defaults(run=run_list)

    remove = actions.add_parser("remove", help="forget a camera")
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=run_remove)


def run_add(options):
    """Log in to a camera and keep it, with the certificate and the ssh key that it shows now."""
    password = os.environ.get(PASSWORD_VARIABLE) or _ask(f"password of {options.user}: ")
    ssh_password = os.environ.get(SSH_PASSWORD_VARIABLE, "")
    stored, information = asyncio.run(_look(options, password))
    Store().add(stored, password, ssh_password)
    if stored.certificate:
        from mpycam.device.trust import fingerprint

        print(f"certificate SHA-256 {fingerprint(stored.certificate)}: no other one is accepted from now on")
    print(
        f"{stored.name}: {information.full_name} {information.serial}, AXIS OS {information.firmware}, {stored.address}"
    )
    return 0


async def _look(options, password):
    import httpx

    from mpycam.device import Device, DeviceError, trust

    address, certificate = options.host, None
    if "://" not in address:
        address = f"https://{options.host}"
    url = httpx.URL(address)
    if url.scheme == "https":
        try:
            certificate = await trust.fetch(url.host, url.port or HTTPS_PORT)
        except DeviceError:
            if "://" in options.host or options.fingerprint:
                raise
            address = f"http://{options.host}"
    if options.fingerprint and certificate:
        wanted = options.fingerprint.replace(":", "").lower()
        if wanted != trust.fingerprint(certificate):
            raise MpycamError(
                f"{url.host} shows a certificate with the SHA-256 {trust.fingerprint(certificate)}, not {wanted}"
            )
    key = await _ssh_key(url.host, options.ssh) if options.ssh else ""
    async with Device(address, options.user, password, certificate) as device:
        information = await device.info()
    ssh_user = options.ssh_user if options.ssh else ""
    return Stored(options.name, address, options.user, certificate, options.ssh, ssh_user, key), information


async def _ssh_key(host, port):
    """The key of the ssh server as a line."""
    import asyncssh

    try:
        key = await asyncssh.get_server_host_key(host, port)
    except (OSError, asyncssh.Error) as error:
        raise MpycamError(f"no ssh at {host}, port {port}: {error}") from None
    return key.export_public_key().decode().strip()


def _ask(question):
    import getpass

    if not sys.stdin.isatty():
        raise MpycamError(f"need the password: in the environment as {PASSWORD_VARIABLE}, or a terminal to ask for it")
    return getpass.getpass(question)


def run_list(options):
    """Print the cameras that are kept."""
    store = Store()
    for name in store.names():
        stored = store.get(name)
        ssh = f" ssh {stored.ssh_user}, port {stored.ssh_port}" if stored.ssh_port else ""
        print(f"{name} {stored.address} {stored.user}{' pinned' if stored.certificate else ''}{ssh}")
    return 0


def run_remove(options):
    """Forget a camera."""
    Store().remove(options.name)
    return 0
