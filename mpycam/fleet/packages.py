"""The packages of one version of an app, and the archive of those that were installed."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from mpycam.eap.package import inspect_bytes
from mpycam.errors import MpycamError
from mpycam.whole_file import write_whole

# A package without a program for a certain processor.
ANY = "all"


@dataclass(frozen=True)
class Package:
    """A package in memory."""

    file_name: str
    data: bytes
    app: str
    version: str
    architecture: str
    sha256: str

    @classmethod
    def read(cls, path):
        """Read one from a file. Raises MpycamError where no camera would take it."""
        path = Path(path)
        data = path.read_bytes()
        package = inspect_bytes(data, path.name)
        if not package.installable:
            raise MpycamError(f"{path}: a camera would refuse it: mpycam eap inspect {path}")
        architecture = package.package_conf.get("APPTYPE", "")
        return cls(path.name, data, package.app_name, package.version, architecture, hashlib.sha256(data).hexdigest())


class Release:
    """One version of an app: a package for each architecture, or one for all."""

    def __init__(self, packages):
        """Raises MpycamError where the packages are not of one app and version."""
        self.app, self.version = packages[0].app, packages[0].version
        self._by_architecture = {}
        for package in packages:
            if (package.app, package.version) != (self.app, self.version):
                raise MpycamError(
                    f"{package.file_name} is {package.app} {package.version}, "
                    f"expected {self.app} {self.version} as {packages[0].file_name}"
                )
            other = self._by_architecture.setdefault(package.architecture, package)
            if other is not package:
                raise MpycamError(f"{other.file_name} and {package.file_name} are both for {package.architecture}")

    def package_for(self, architecture):
        """The package for a camera's architecture, or None."""
        return self._by_architecture.get(architecture) or self._by_architecture.get(ANY)

    @property
    def packages(self):
        """All of them."""
        return list(self._by_architecture.values())

    @property
    def architectures(self):
        """What there are packages for."""
        return sorted(self._by_architecture)


class Archive:
    """A folder with every package that was installed, so that there is a way back."""

    def __init__(self, folder):
        self._folder = Path(folder)

    def keep(self, package):
        """Put a package in, if it is not there."""
        path = self._folder / _name(package)
        if path.exists():
            return
        write_whole(path, package.data, mode=0o600)

    def find(self, app, version, architecture, sha256=None):
        """The Package with this content, else the one of this version that came last, else None."""
        if version is None:
            return None
        found = [
            path
            for kind in (architecture, ANY)
            for path in self._folder.glob(f"{app}_{version}_{kind}_*.eap")
            if path.is_file()
        ]
        found.sort(key=lambda path: (sha256 is not None and path.stem.endswith(sha256), path.stat().st_mtime))
        return Package.read(found[-1]) if found else None


def _name(package):
    return f"{package.app}_{package.version}_{package.architecture}_{package.sha256}.eap"
