"""Options that tell where programs run."""

import os

from mpycam.errors import MpycamError

# Names for folders of cameras, as DEPLOY_TO takes them. Memory cards may be mounted without leave to run programs.
FOLDERS = {
    "tmp": "/tmp", "flash": "/usr/local/packages", "sd_card": "/var/spool/storage/SD_DISK",
    "nfs": "/var/spool/storage/NetworkShare",
}  # fmt: skip


def deploy_folder(name):
    """The folder of a camera that a name stands for, or that is given by its path; raises MpycamError."""
    folder = FOLDERS.get(name, name)
    if not folder.startswith("/"):
        raise MpycamError(f"{name!r} is no place on a camera; expected {', '.join(FOLDERS)}, or a path")
    return folder


def add_place_options(parser):
    """Add the options that tell where programs run, next to those of the camera."""
    parser.add_argument(
        "--on", choices=["host", "armv7hf", "aarch64"], help="run on this machine, with this build of the interpreter"
    )
    parser.add_argument(
        "--via", choices=["ssh", "wrapper"], help="how to reach the camera (default: ssh where it is kept)"
    )
    parser.add_argument(
        "--deploy-to", default=os.environ.get("DEPLOY_TO") or "tmp", metavar="PLACE",
        help="where the interpreter goes by ssh: tmp, flash, sd_card, nfs, or a path (default: %(default)s)",
    )  # fmt: skip
