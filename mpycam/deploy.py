"""Copies the interpreter to a camera over ssh and opens its REPL there.

Only a shell, `cat` and `mv` are asked of the camera, since many run neither an
SFTP server nor scp. User, port and key come from the ordinary ssh configuration,
from a name like user@camera, or from options for ssh.
"""

import argparse
import os
import shlex
import subprocess
from pathlib import Path

from mpycam.developer.options import deploy_folder
from mpycam.errors import MpycamError

# What the kernel calls the processor, and the build that runs on it. An armv8l
# is a 64-bit processor under a 32-bit system.
ARCHES = {"armv7l": "armv7hf", "armv8l": "armv7hf", "aarch64": "aarch64", "x86_64": "host"}

FILE_NAME = "micropython"

# Exit statuses of INSTALL, apart from those that a shell uses itself.
INCOMPLETE, DOES_NOT_RUN = 40, 41

# The file gets its name when it is whole and has run once, so that whatever
# goes wrong on the way, the old one stays. A name of our own, which must not
# exist (set -C), keeps other users of a shared folder from slipping in a link.
INSTALL = """
set -eu
cd {folder}
new=.{name}.$$
trap 'rm -f "$new"' EXIT
trap 'exit 1' HUP INT TERM
set -C
cat > "$new"
[ "$(wc -c < "$new")" -eq {size} ] || exit {incomplete}
chmod 755 "$new"
"./$new" -c 'import sys; print(sys.version)' || exit {does_not_run}
mv -f "$new" {name}
"""

# The status with which ssh itself fails; the remote command has the others.
SSH_FAILED = 255
NOT_FOUND = 127


class Camera:
    """A camera, or any Linux machine, that ssh reaches under the name `host`.

    `ssh_options` are further arguments for ssh, such as ["-p", "2222"].
    """

    def __init__(self, host, ssh_options=()):
        self.host = host
        self.ssh = ["ssh", *ssh_options]

    def run(self, command, data=None):
        """Run a shell command there with `data` as its input and return the CompletedProcess.

        Raises MpycamError where ssh does not get as far as the command.
        """
        # Passwords and questions about host keys go through the terminal itself.
        result = subprocess.run([*self.ssh, "--", self.host, command], input=data, capture_output=True)
        if result.returncode == SSH_FAILED:
            reason = _text(result.stderr) or "no reason given"
            raise MpycamError(f"ssh to {self.host} failed: {reason}")
        return result

    def arch(self):
        """Return the name of the build that runs on the camera's processor."""
        result = self.run("uname -m")
        machine = result.stdout.decode(errors="replace").strip()
        if result.returncode != 0 or machine not in ARCHES:
            known = ", ".join(ARCHES)
            raise MpycamError(f"{self.host} has a processor of type {machine!r}, there are builds for {known}")
        return ARCHES[machine]

    def install(self, firmware, folder):
        """Copy the file `firmware` into `folder` and return what it says its version is.

        The file there is replaced in one step, and only by one that is whole
        and runs. Raises MpycamError where this does not succeed.
        """
        data = Path(firmware).read_bytes()
        script = INSTALL.format(
            folder=shlex.quote(folder), name=FILE_NAME, size=len(data), incomplete=INCOMPLETE, does_not_run=DOES_NOT_RUN
        )
        result = self.run(script, data)
        if result.returncode == 0:
            return _text(result.stdout)
        reason = _text(result.stderr) or f"the command there ended with status {result.returncode}"
        if result.returncode == INCOMPLETE:
            reason = f"the copy is not complete, of {len(data)} bytes"
        elif result.returncode == DOES_NOT_RUN:
            reason = f"it does not run there ({reason}); is it for another processor, or {folder} mounted noexec?"
        raise MpycamError(f"cannot install {firmware} in {self.host}:{folder}: {reason}")

    def interact(self, folder, arguments=()):
        """Run the installed interpreter on this terminal and return its exit status, or ssh's when that fails."""
        command = shlex.join([f"{folder}/{FILE_NAME}", *arguments])
        status = subprocess.call([*self.ssh, "-t", "--", self.host, command])
        if status == NOT_FOUND:
            raise MpycamError(f"no {FILE_NAME} in {self.host}:{folder}; put it there with install-mpy")
        return status


def _text(output):
    return output.decode(errors="replace").strip()


def _camera(options):
    return Camera(options.host, shlex.split(options.ssh_options))


def _add_parser(subcommands, name, run, description):
    parser = subcommands.add_parser(name, help=description, description=description)
    parser.set_defaults(run=run)
    parser.add_argument("host", metavar="CAM", help="host name as ssh takes it, such as root@192.0.2.7")
    parser.add_argument(
        "--ssh-options",
        default=os.environ.get("SSH_OPTIONS", ""),
        help='further options for ssh, such as --ssh-options="-p 2222" (also from the environment, as SSH_OPTIONS)',
    )
    return parser


def add_command(subcommands):
    """Add `install-mpy`, `run-mpy` and `camera-arch` to the command line."""
    install = _add_parser(subcommands, "install-mpy", _install, "copy the interpreter to a camera over ssh")
    install.add_argument(
        "--arch", choices=sorted(set(ARCHES.values())), help="the build to copy; asked there if left out"
    )
    run = _add_parser(subcommands, "run-mpy", _run, "open the REPL of the interpreter on a camera")
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="arguments for the interpreter there")
    for parser in (install, run):
        parser.add_argument(
            "--folder", default="tmp", metavar="PLACE",
            help="where it is there: tmp (in memory), flash, sd_card, nfs, or a path (default: %(default)s)",
        )  # fmt: skip
    _add_parser(subcommands, "camera-arch", _arch, "print which build runs on a camera")


def _install(options):
    camera = _camera(options)
    firmware = Path("dist", options.arch or camera.arch(), FILE_NAME)
    if not firmware.is_file():
        raise MpycamError(f"{firmware} is not there; build it with: make firmware ARCH={firmware.parent.name}")
    folder = deploy_folder(options.folder)
    version = camera.install(firmware, folder)
    print(f"{camera.host}:{folder}/{FILE_NAME}: {version}")
    return 0


def _run(options):
    return _camera(options).interact(deploy_folder(options.folder), options.arguments)


def _arch(options):
    print(_camera(options).arch())
    return 0
