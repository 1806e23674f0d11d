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
        try:
            setup = json.loads((self.folder / "manifest.json").read_text())["acapPackageConf"]["setup"]
            self.name, self.arguments = setup["appName"], setup.get("runOptions", "").split()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise MpycamError(f"{self.folder}/manifest.json: expected an app's manifest: {error!r}") from None
        # By file: its time and size when it was compiled, its name there, and what was made of it.
        self._made = {}

    def read(self):
        """Return all files as they are now: name to bytes. Raises PackageError where one cannot be compiled."""
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
        return {name: data for _, name, data in made.values()}

    def changed(self):
        """Whether a file is other than at the last read(), or a new one is there."""
        if any(_stamp(path) != stamp for path, (stamp, _, _) in self._made.items()):
            return True
        found = sources.read_folder(self.folder).files
        return any(path not in self._made for name, path in found.items() if name not in LEFT_OUT)


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
    """Return the files that a script needs, name to bytes: itself as it is, and the modules beside it and of `library`."""
    script = Path(script)
    if not script.is_file():
        raise MpycamError(f"{script}: no such file")
    found = sources.Sources(script.parent, {script.name: script})
    for folder in (script.parent, library):
        sources.add_library(found, folder)
    entries = [sources.entry(name, path, build) for name, path in found.files.items() if path != script]
    return {script.name: script.read_bytes(), **{entry.name: entry.data for entry in entries}}
