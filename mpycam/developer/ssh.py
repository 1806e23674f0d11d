"""A workplace on a camera that ssh reaches.

The interpreter and the agent are copied into a folder there, once for each
version of them. Only a shell and `cat` are asked of the camera.
"""

import contextlib
import hashlib
import shlex
from pathlib import PurePosixPath

from mpycam.deploy import ARCHES
from mpycam.developer.agent_file import AGENT, START, agent
from mpycam.developer.byte_stream import ByteStream
from mpycam.developer.workplace import ConnectionLost, Workplace
from mpycam.errors import MpycamError

CONNECT_SECONDS = 15
# A folder of our own, that nobody else may write to; what is not there whole and of our size is sent.
PREPARE = """
umask 077
mkdir {folder} 2>/dev/null
[ -d {folder} ] && [ ! -L {folder} ] && [ -O {folder} ] || exit 40
[ "$(wc -c < {folder}/{name} 2>/dev/null)" = {size} ]
"""
SEND = """
set -e
umask 077
cat > {folder}/.new.$$
[ "$(wc -c < {folder}/.new.$$)" -eq {size} ]
chmod 755 {folder}/.new.$$
mv -f {folder}/.new.$$ {folder}/{name}
"""
NOT_OURS = 40


class ChannelStream(ByteStream):
    """The standard input and output of a command over ssh."""

    async def close(self):
        """Let the agent end, which ends its program."""
        self._process.stdin.write_eof()
        await self._process.wait_closed()


@contextlib.asynccontextmanager
async def connection(host, port, user, password="", key="", options=()):
    """Yield an asyncssh connection; `key` is a line with the server's right key, "" for known_hosts.

    `options` are further ones of asyncssh.connect(), as pairs.
    """
    import asyncssh

    known = dict(options)
    if key:
        place = host if port == 22 else f"[{host}]:{port}"
        known["known_hosts"] = asyncssh.import_known_hosts(f"{place} {key}\n")
    if password:
        known["password"] = password
    try:
        client = await asyncssh.connect(host, port, username=user, connect_timeout=CONNECT_SECONDS, **known)
    except asyncssh.HostKeyNotVerifiable:
        raise MpycamError(
            f"{host}, port {port}: its ssh key is not the one that is known; keep the camera with "
            "`mpycam camera add --ssh`, or again if you know why the key changed"
        ) from None
    except asyncssh.PermissionDenied:
        raise MpycamError(
            f"{host} does not let {user!r} in by ssh: on AXIS OS before 11.5 root logs in with its password, later "
            "an ssh user does, who is acap-APP in Developer Mode; MPYCAM_SSH_PASSWORD gives its password to "
            "`mpycam camera add`"
        ) from None
    except (OSError, asyncssh.Error) as error:
        raise MpycamError(f"ssh to {host}, port {port}: {error or type(error).__name__}") from None
    async with client:
        try:
            yield client
        except asyncssh.Error as error:
            raise ConnectionLost(f"ssh to {host}, port {port}: {error or type(error).__name__}") from None


async def build_of(client, host):
    """The name of the build that runs on the camera's processor."""
    result = await client.run("uname -m", encoding="utf-8")
    machine = result.stdout.strip()
    if machine not in ARCHES:
        raise MpycamError(f"{host} has a processor of type {machine!r}, there are builds for {', '.join(ARCHES)}")
    return ARCHES[machine]


@contextlib.asynccontextmanager
async def ssh_workplace(client, host, firmware_of, base="/tmp", folder=None):
    """Yield a Workplace over an asyncssh connection.

    `firmware_of(build)` is the interpreter's path for a build, `base` the
    folder on the camera that ours is made in, `folder` where programs run,
    a new one below it when it is None.
    """
    build = await build_of(client, host)
    data = firmware_of(build).read_bytes()
    version = hashlib.sha256(data + agent()).hexdigest()[:12]
    home = PurePosixPath(base, f"mpycam-{version}")
    for name, content in (("micropython", data), (AGENT, agent())):
        await _send(client, host, str(home), name, content)
    folder = folder or str(home / "programs")
    code = START.format(agents=str(home), folder=folder)
    command = f"mkdir -p {shlex.quote(folder)} && exec {shlex.quote(str(home / 'micropython'))} -c {shlex.quote(code)}"
    process = await client.create_process(command, encoding=None)
    async with Workplace(ChannelStream(process), f"ssh to {host}", build) as workplace:
        yield workplace


async def _send(client, host, folder, name, data):
    values = {"folder": shlex.quote(folder), "name": name, "size": len(data)}
    result = await client.run(PREPARE.format(**values), encoding="utf-8")
    if result.exit_status == 0:
        return
    if result.exit_status == NOT_OURS:
        raise MpycamError(f"{host}:{folder} cannot be made, or is somebody else's: choose another place with DEPLOY_TO")
    result = await client.run(SEND.format(**values), input=data, encoding=None)
    if result.exit_status != 0:
        reason = result.stderr.decode(errors="replace").strip() or f"status {result.exit_status}"
        raise MpycamError(f"cannot copy {name} to {host}:{folder}: {reason}; is there space left?")
