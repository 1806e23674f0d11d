"""What of an app, or of a script, goes to a camera while it is written: compiled, and only what changed."""

import json
from pathlib import Path

from mpycam.eap import sources
from mpycam.errors import MpycamError

# Only a package needs these.
LEFT_OUT = {"manifest.json", "LICENSE"}


class Shipment:
    """The files of an app's folder, with the modules of `library` that it imports, as they are in a package."""

    def __init__(self, folder, library=None, build="all"):
        self.folder, self._library, self._build = Path(folder), library, build
        # By file: its stamp when it was compiled, its name there, and what was made of it.
        self._made = {}
        self._stamps = {}
        self._read_manifest()

    def _read_manifest(self):
        path = self.folder / "manifest.json"
        try:
            setup = json.loads(path.read_text())["acapPackageConf"]["setup"]
            self.name, self.arguments = setup["appName"], setup.get("runOptions", "").split()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise MpycamError(f"{path}: expected an app's manifest: {error!r}") from None

    def read(self):
        """Return all files as they are now: name to bytes. Raises MpycamError where one cannot be compiled."""
        self._stamps = self._look()
        self._read_manifest()
        found = sources.read_folder(self.folder)
        started = dict(zip(self.arguments, self.arguments[1:], strict=False)).get("-m")
        sources.add_library(found, self._library, (), started)
        made = {}
        for name, path in found.files.items():
            if name in LEFT_OUT:
                continue
            stamp = _stamp(path)
            known = self._made.get(path)
            if known is None or known[0] != stamp:
                entry = sources.entry(name, path, self._build)
                known = (stamp, entry.name, entry.data)
            made[path] = known
        self._made = made
        self._stamps = {**{path: stamp for path, (stamp, _, _) in made.items()}, **self._stamps}
        return {name: data for _, name, data in made.values()}

    def changed(self):
        """Whether a file is other than at the last read(), one is gone, or a new one is there."""
        return self._look() != self._stamps

    def _look(self):
        """The stamps of the app's files, and of those of the library that it needs."""
        paths = {*sources.read_folder(self.folder).files.values(), *self._made}
        return {path: _stamp(path) for path in paths}


def _stamp(path):
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def difference(before, after):
    """Return (files to put, names to delete) that make `before` into `after`, both name to bytes."""
    return (
        {name: data for name, data in after.items() if before.get(name) != data},
        [name for name in before if name not in after],
    )


def script_files(script, library, build):
    """Return the files that a script needs, name to bytes: itself, and the modules beside it and of `library`."""
    script = Path(script)
    if not script.is_file():
        raise MpycamError(f"{script}: no such file")
    found = sources.Sources(script.parent, {script.name: script})
    for folder in (script.parent, library):
        sources.add_library(found, folder)
    entries = [sources.entry(name, path, build) for name, path in found.files.items() if path != script]
    return {script.name: script.read_bytes(), **{entry.name: entry.data for entry in entries}}
