"""The inventory: which cameras there are, in which groups, and where their passwords are."""

import fnmatch
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from mpycam.errors import MpycamError
from mpycam.fleet import credentials

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
# What may be said of one camera, of a group, or of all of them; the nearest counts.
SETTINGS = ("user", "password", "certificate")
OF_A_CAMERA = ("host", "kept", "groups", "tags", *SETTINGS)
# Cameras with this tag go first in a rollout.
CANARY = "canary"


@dataclass(frozen=True)
class Entry:
    """A camera of the inventory.

    `host` is its address, or `kept` its name in `mpycam camera list`. `password` is a reference, not the password;
    `certificate` the path of the PEM of the only certificate that it may show, or None.
    """

    name: str
    host: str
    kept: str
    groups: tuple
    tags: tuple
    user: str
    password: str
    certificate: Path | None
    folder: Path

    def device(self):
        """Return the mpycam.device.Device, not yet connected. Raises MpycamError."""
        from mpycam.device import Device, Store

        if self.kept:
            store = Store()
            stored = store.get(self.kept)
            return Device(stored.address, stored.user, store.password(self.kept), stored.certificate)
        password = credentials.resolve(self.password, self.folder)
        certificate = self.certificate.read_text() if self.certificate else None
        return Device(self.host, self.user, password, certificate)


class Inventory:
    """The cameras of a TOML file, in its order."""

    def __init__(self, path):
        """Read it. Raises MpycamError, with the place and what was expected."""
        self.path = Path(path)
        try:
            data = tomllib.loads(self.path.read_text())
        except FileNotFoundError:
            raise MpycamError(f"{path} is not there; docs/fleet.md tells what an inventory looks like") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise MpycamError(f"{path}: {error}") from None
        self._check_keys("the inventory", data, ("defaults", "groups", "cameras"))
        defaults = self._table("defaults", data.get("defaults", {}), SETTINGS)
        groups = self._table("groups", data.get("groups", {}))
        groups = {name: self._table(f"groups.{name}", values, SETTINGS) for name, values in groups.items()}
        cameras = self._table("cameras", data.get("cameras", {}))
        if not cameras:
            raise MpycamError(f"{path}: need at least one camera, such as [cameras.hall]")
        self.entries = [self._entry(name, values, groups, defaults) for name, values in cameras.items()]

    def select(self, names=(), groups=(), tags=()):
        """Return the entries that one of the names (or patterns as hall-*), one of the groups and one of the tags fits.

        What is not given fits all. Raises MpycamError where something fits no camera at all.
        """
        for what, wanted, of in (
            ("name", names, lambda entry: [entry.name]), ("group", groups, lambda entry: entry.groups),
            ("tag", tags, lambda entry: entry.tags),
        ):  # fmt: skip
            for pattern in wanted:
                if not any(fnmatch.fnmatchcase(value, pattern) for entry in self.entries for value in of(entry)):
                    known = sorted({value for entry in self.entries for value in of(entry)})
                    raise MpycamError(f"no camera has the {what} {pattern!r}; there are {', '.join(known) or 'none'}")
        found = [
            entry
            for entry in self.entries
            if _fits([entry.name], names) and _fits(entry.groups, groups) and _fits(entry.tags, tags)
        ]
        if not found:
            raise MpycamError("no camera has all that was asked for")
        return found

    def _entry(self, name, values, groups, defaults):
        where = f"cameras.{name}"
        if not NAME.fullmatch(name):
            raise MpycamError(f"{self.path}: {where}: expected a name of letters, digits, '_', '.' and '-'")
        values = self._table(where, values, OF_A_CAMERA)
        if ("host" in values) == ("kept" in values):
            raise MpycamError(f"{self.path}: {where}: expected either host, an address, or kept, a stored name")
        mine = self._texts(where, "groups", values)
        settings = dict(defaults)
        for group in mine:
            settings.update(groups.get(group, {}))
        settings.update({key: values[key] for key in SETTINGS if key in values})
        for key in ("host", "kept"):
            if not isinstance(values.get(key, ""), str):
                raise MpycamError(f"{self.path}: {where}.{key}: expected a text")
        if "host" in values:
            if "@" in values["host"]:
                raise MpycamError(f"{self.path}: {where}.host: expected the account apart, as user and password")
            credentials.check(f"{self.path}: {where}", settings.get("password"))
        certificate = settings.get("certificate")
        return Entry(
            name, values.get("host", ""), values.get("kept", ""), mine, self._texts(where, "tags", values),
            settings.get("user", "root"), settings.get("password", ""),
            self.path.parent / certificate if certificate else None, self.path.parent,
        )  # fmt: skip

    def _table(self, where, values, keys=None):
        if not isinstance(values, dict):
            raise MpycamError(f"{self.path}: {where}: expected a table")
        if keys is not None:
            self._check_keys(where, values, keys)
            for key in SETTINGS:
                if not isinstance(values.get(key, ""), str):
                    raise MpycamError(f"{self.path}: {where}.{key}: expected a text")
        return values

    def _check_keys(self, where, values, keys):
        unknown = [key for key in values if key not in keys]
        if unknown:
            raise MpycamError(f"{self.path}: {where} has {unknown[0]!r}, expected {', '.join(keys)}")

    def _texts(self, where, key, values):
        texts = values.get(key, [])
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise MpycamError(f"{self.path}: {where}.{key}: expected a list of texts")
        return tuple(texts)


def _fits(values, patterns):
    return not patterns or any(fnmatch.fnmatchcase(value, pattern) for value in values for pattern in patterns)
