"""Installed packages on disk, where the camera may be killed at any moment.

A package is installed when its record says so. An upgrade unpacks the new
version beside the old one and then writes the new record, unfinished: from
there on whoever starts goes forward, before that back. Nothing that must last
is ever moved out of the old version: the app's own files get a second name.
"""

import os
import posixpath
import shutil
import stat
from pathlib import Path

from mpycam.camera.packages.record import Record
from mpycam.camera.storage import sync_folder
from mpycam.eap.reader import FILE, FOLDER, HARD_LINK, SYMBOLIC_LINK

RECORDS, PACKAGES = "applications", "root/usr/local/packages"

# Beside the packages, and never the name of one, since those begin with a letter.
NEW, OLD = ".new", ".old"

# Kept at an upgrade whatever the package brings.
LOCAL_DATA = "localdata"


class Store:
    """The packages in a state folder. `owner(record)` gives (user, group) numbers, None to leave owners alone."""

    def __init__(self, storage, owner):
        self._storage, self._owner = storage, owner
        self.folder = storage.path(PACKAGES)
        for name in (NEW, OLD):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.records = {}
        self._recover()

    def app_folder(self, name):
        """The folder of an installed package."""
        return self.folder / name

    def used(self):
        """How many bytes of flash the packages take, in whole blocks."""
        total, seen = 0, set()
        for where, _, names in os.walk(self.folder):
            for name in names:
                try:
                    status = os.lstat(os.path.join(where, name))
                except FileNotFoundError:
                    continue
                if status.st_ino not in seen and stat.S_ISREG(status.st_mode):
                    seen.add(status.st_ino)
                    total += status.st_size + -status.st_size % 4096
        return total

    def free_number(self):
        """A number that no installed package has."""
        taken = {record.number for record in self.records.values()}
        return next(number for number in range(len(taken) + 1) if number not in taken)

    def unpack(self, package, record):
        """Write a package's files into a folder of their own, from where install() takes them."""
        new = self.folder / NEW / record.name
        _delete(new)
        new.mkdir(mode=0o755)
        for member in package.members:
            _write_member(new, member)
        self._give(new, record)

    def discard(self, name):
        """Forget what unpack() wrote."""
        _delete(self.folder / NEW / name)

    def install(self, record):
        """Replace the version that is installed, if any, by what unpack() wrote; the app must not run.

        Files that the app made stay, and so does localdata.
        """
        new = self.folder / NEW / record.name
        before = self.records.get(record.name)
        if before is not None:
            _keep(self.folder / record.name, new, set(before.members), set(record.members))
        local_data = new / LOCAL_DATA
        if not local_data.exists():
            local_data.mkdir(mode=0o755)
        self._give(new, record)
        _sync(new)
        record.finished = False
        self.save(record)
        self._move(record.name)

    def save(self, record):
        """Write a package's record."""
        self._storage.write(f"{RECORDS}/{record.name}.json", record.to_json())
        self.records[record.name] = record

    def remove(self, name):
        """Remove a package with everything that it made."""
        self._record_path(name).unlink()
        sync_folder(self._record_path(name).parent)
        del self.records[name]
        os.replace(self.folder / name, self.folder / OLD / name)
        _delete(self.folder / OLD / name)

    def _record_path(self, name):
        return self._storage.path(RECORDS, f"{name}.json")

    def _recover(self):
        """Read the records, and make the folders agree with them."""
        records = self._storage.path(RECORDS, "x").parent
        for path in sorted(records.glob("[A-Za-z]*.json")):
            record = Record(**self._storage.read(f"{RECORDS}/{path.name}"))
            self.records[record.name] = record
            if not record.finished:
                self._move(record.name)
        for folder in (self.folder / NEW, self.folder / OLD):
            for path in folder.iterdir():
                _delete(path)
        for path in self.folder.iterdir():
            if path.name not in (NEW, OLD) and path.name not in self.records:
                _delete(path)

    def _move(self, name):
        """Put the unpacked version of a package whose record is written into its place, as far as that is not done."""
        new, old, place = self.folder / NEW / name, self.folder / OLD / name, self.folder / name
        if not new.exists():
            return
        if place.exists():
            _delete(old)
            os.replace(place, old)
        os.replace(new, place)
        sync_folder(self.folder)
        _delete(old)

    def _give(self, folder, record):
        """Make the app's user the owner of a folder and all in it."""
        owner = self._owner(record)
        if owner is None:
            return
        os.lchown(folder, *owner)
        for where, folders, names in os.walk(folder):
            for name in folders + names:
                os.lchown(os.path.join(where, name), *owner)


def _write_member(folder, member):
    """Write one member of a package whose names were checked (mpycam.eap.checks.names)."""
    name = posixpath.normpath(member.name)
    if name == ".":
        return
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if member.kind == FOLDER:
        path.mkdir(exist_ok=True)
        path.chmod(member.mode & 0o777 | 0o700)
    elif member.kind == SYMBOLIC_LINK:
        os.symlink(member.link, path)
    elif member.kind == HARD_LINK:
        os.link(folder / posixpath.normpath(member.link), path, follow_symlinks=False)
    elif member.kind == FILE:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "wb") as file:
            file.write(member.data)
            os.fchmod(descriptor, member.mode & 0o777)


def _keep(old, new, packaged, coming):
    """Give what an app made in its folder a second name in the new version's folder."""
    for where, folders, names in os.walk(old):
        relative = os.path.relpath(where, old)
        links = [name for name in folders if os.path.islink(os.path.join(where, name))]
        folders[:] = [name for name in folders if name not in links]
        for name in folders + links + names:
            path = os.path.normpath(os.path.join(relative, name))
            local = path.split("/")[0] == LOCAL_DATA
            if local or (path not in packaged and path not in coming):
                _keep_one(old, new, path)


def _keep_one(old, new, path):
    """Keep one file, link or folder, unless the new version has something else where its folder should be."""
    source, target = old / path, new / path
    for parent in reversed(Path(path).parents[:-1]):
        folder = new / parent
        if folder.is_symlink() or not folder.is_dir():
            if folder.is_symlink() or folder.exists():
                return
            folder.mkdir()
    mode = source.lstat().st_mode
    if stat.S_ISDIR(mode):
        if not target.exists() and not target.is_symlink():
            target.mkdir()
        if target.is_dir() and not target.is_symlink():
            target.chmod(stat.S_IMODE(mode))
    elif stat.S_ISREG(mode) or stat.S_ISLNK(mode):
        if target.is_dir() and not target.is_symlink():
            return
        target.unlink(missing_ok=True)
        try:
            os.link(source, target, follow_symlinks=False)
        except PermissionError:
            shutil.copy2(source, target, follow_symlinks=False)  # hard links to others' files may be forbidden


def _sync(folder):
    """Flush a folder and all in it."""
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            if stat.S_ISREG(os.lstat(path).st_mode):
                descriptor = os.open(path, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
        sync_folder(where)


def _delete(path):
    if path.is_dir() and not path.is_symlink():
        # A package, or its app, may have taken away its own right to look into a folder.
        path.chmod(0o700)
        for where, folders, _ in os.walk(path):
            for name in folders:
                inner = os.path.join(where, name)
                if not os.path.islink(inner):
                    os.chmod(inner, 0o700)
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
