"""Which workplace a command means: this machine, a camera by ssh, or a camera by its developer wrapper."""

import contextlib
from pathlib import Path

from mpycam.developer import local, ssh, wrapper
from mpycam.developer.options import deploy_folder
from mpycam.device.command import camera_name
from mpycam.device.store import SSH, Store, connect
from mpycam.errors import MpycamError

PACKAGES = "/usr/local/packages"


def firmware(build):
    """The path of the interpreter of a build; raises MpycamError."""
    path = Path("dist", build, "micropython").absolute()
    if not path.is_file():
        raise MpycamError(f"{path} is not there; build it with: make firmware ARCH={build}")
    return path


@contextlib.asynccontextmanager
async def workplace(options, app=None):
    """Yield (Workplace, Device or None) as the options mean it.

    `app` is the name of an app: by ssh, programs run in its installed folder
    where there is one that may be written to; by the wrapper, in a folder of
    that name.
    """
    if options.on:
        async with local.local_workplace(options.on) as place:
            yield place, None
        return
    name = camera_name(options)
    if name.startswith("ssh://"):
        import httpx

        url = httpx.URL(name)
        async with _by_ssh(url.host, url.port or 22, url.username or "root", url.password, "", options, app) as place:
            yield place, None
        return
    store = Store()
    stored = store.get(name) if name in store.names() else None
    has_ssh = stored is not None and stored.ssh_port
    if options.via == "ssh" and not has_ssh:
        raise MpycamError(f"{name} is not kept with ssh: `mpycam camera add NAME HOST --ssh`, or -c ssh://USER@HOST")
    async with connect(name, store, options.user) as device:
        if has_ssh and options.via != "wrapper":
            password = store.password(name, SSH) or (store.password(name) if stored.ssh_user == stored.user else "")
            by = _by_ssh(device.host, stored.ssh_port, stored.ssh_user, password, stored.ssh_key, options, app)
        else:
            by = wrapper.wrapper_workplace(device, app or "programs")
        async with by as place:
            yield place, device


@contextlib.asynccontextmanager
async def _by_ssh(host, port, user, password, key, options, app):
    async with ssh.connection(host, port, user, password, key) as client:
        folder = f"{PACKAGES}/{app}" if app else None
        if folder and (await client.run(f"[ -w {folder} ]")).exit_status != 0:
            folder = None
        base = deploy_folder(options.deploy_to)
        async with ssh.ssh_workplace(client, host, firmware, base, folder) as place:
            yield place
