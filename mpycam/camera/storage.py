"""The state folder: what a camera keeps in flash.

Killed at any moment, the camera starts again with the old or the new of every
file: each is written under another name, flushed, and renamed.
"""

import fcntl
import json
import os
import shutil
from pathlib import Path

from mpycam.errors import MpycamError

# Names that the folder itself uses.
LOCK, ERASING = "lock", "erasing.json"


class Storage:
    """The state folder of one camera; it is made if it is not there and locked until close()."""

    def __init__(self, folder):
        self.folder = Path(folder).absolute()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = open(self.folder / LOCK, "w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise MpycamError(f"another camera runs from {self.folder}; each needs a folder of its own") from None
        unfinished = self.read(ERASING)
        if unfinished is not None:
            self.erase(unfinished["keep"])

    def close(self):
        """Let another camera have the folder."""
        self._lock.close()

    def path(self, *parts):
        """The path of something in the folder; the folders above it exist."""
        path = self.folder.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def read(self, name, default=None):
        """The value in the JSON file `name`, or `default` where there is no such file."""
        data = self.read_bytes(name)
        return default if data is None else json.loads(data)

    def read_bytes(self, name):
        """The bytes of the file `name`, or None where there is no such file."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name, value):
        """Replace the JSON file `name` in one step."""
        self.write_bytes(name, json.dumps(value, indent=1).encode())

    def write_bytes(self, name, data):
        """Replace the file `name` in one step; only the owner can read it."""
        path = self.path(name)
        partial = path.with_name(f".{path.name}.partial")
        file = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(file, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(partial, path)
        sync_folder(path.parent)

    def erase(self, keep=()):
        """Delete everything except the files `keep`: the factory default.

        A camera that is killed in the middle goes on with it at its next start.
        """
        self.write(ERASING, {"keep": list(keep)})
        for path in self.folder.iterdir():
            if path.name in (LOCK, ERASING, *keep):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        sync_folder(self.folder)
        (self.folder / ERASING).unlink()
        sync_folder(self.folder)


def sync_folder(folder):
    """Flush a folder's entries, without which a rename may be lost with the power."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
