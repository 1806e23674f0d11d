"""The cameras that `mpycam camera add` keeps: where they are, and how to log in.

One file of JSON, readable by its owner alone. Passwords are in the keyring of
the desktop where there is one, else in that file.
"""

import contextlib
import fcntl
import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from mpycam.errors import MpycamError
from mpycam.whole_file import write_whole

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
SERVICE = "mpycam"
# The kinds of passwords: of the account, and of the user of ssh.
ACCOUNT, SSH = PASSWORDS = ("password", "ssh_password")
# Where the camera and its password come from when they are not given.
CAMERA_VARIABLE, PASSWORD_VARIABLE = "MPYCAM_CAMERA", "MPYCAM_PASSWORD"


@dataclass(frozen=True)
class Stored:
    """A camera that is kept.

    `certificate` is the PEM of the only certificate it may show, None for one
    that the system trusts; `ssh_port`, `ssh_user` and `ssh_key` (the server's,
    as in known_hosts) are None or "" where it has no ssh.
    """

    name: str
    address: str
    user: str = "root"
    certificate: str | None = None
    ssh_port: int | None = None
    ssh_user: str = ""
    ssh_key: str = ""


class Store:
    """The kept cameras; `path` is the file, or None for the user's own."""

    def __init__(self, path=None, use_keyring=True):
        home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
        self.path = Path(path or Path(home, "mpycam", "cameras.json"))
        self._keyring = _keyring() if use_keyring else None

    def names(self):
        """The names of the kept cameras, sorted."""
        return sorted(self._read())

    def get(self, name):
        """Return the Stored of that name; raises MpycamError."""
        entries = self._read()
        if name not in entries:
            known = f"; kept are {', '.join(sorted(entries))}" if entries else ""
            raise MpycamError(f"no camera is kept as {name!r}: `mpycam camera add {name} HOST` keeps one{known}")
        return Stored(name, **{key: value for key, value in entries[name].items() if key not in PASSWORDS})

    def password(self, name, kind=ACCOUNT):
        """Return the password of the camera's account, or of its ssh user, "" where none is kept."""
        entry = self._read().get(name, {})
        if kind in entry:
            return entry[kind]
        return (self._keyring.get_password(SERVICE, f"{name} {kind}") if self._keyring else None) or ""

    def add(self, camera, password, ssh_password=""):
        """Keep a Stored, in the place of another one of its name."""
        if not NAME.fullmatch(camera.name):
            raise MpycamError(f"{camera.name!r} is no name for a camera; expected letters, digits, '_', '.' and '-'")
        entry = {key: value for key, value in asdict(camera).items() if key != "name"}
        with self._locked() as entries:
            for kind, text in ((ACCOUNT, password), (SSH, ssh_password)):
                if text and self._keyring:
                    self._keyring.set_password(SERVICE, f"{camera.name} {kind}", text)
                elif text:
                    entry[kind] = text
            entries[camera.name] = entry

    def remove(self, name):
        """Forget a camera."""
        self.get(name)
        with self._locked() as entries:
            entry = entries.pop(name, {})
        for kind in PASSWORDS:
            if self._keyring and kind not in entry:
                with contextlib.suppress(self._keyring.errors.KeyringError):
                    self._keyring.delete_password(SERVICE, f"{name} {kind}")

    def _read(self):
        try:
            text = self.path.read_text()
        except FileNotFoundError:
            return {}
        try:
            return json.loads(text)
        except ValueError as error:
            raise MpycamError(f"{self.path}: {error}; mend it, or remove it and add the cameras again") from None

    @contextlib.contextmanager
    def _locked(self):
        """The entries, to be changed; they are written when the block ends."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(self.path.with_suffix(".lock"), "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            entries = self._read()
            yield entries
            write_whole(self.path, json.dumps(entries, indent=2).encode(), mode=0o600)


def _keyring():
    """The keyring module where it has a place for passwords, else None."""
    try:
        import keyring
        import keyring.errors
    except ImportError:
        return None
    return keyring if keyring.get_keyring().priority >= 1 else None


def find(name, store=None, user=None):
    """Return (Stored, password) for a kept camera's name or an address.

    The password of an address is that of the environment (MPYCAM_PASSWORD), or
    is asked for on the terminal.
    """
    store = store or Store()
    if name in store.names() or not re.search("[.:]", name):
        stored = store.get(name)
        return stored, os.environ.get(PASSWORD_VARIABLE) or store.password(name) or _ask(stored.address)
    stored = Stored(name, name, user or "root")
    return stored, os.environ.get(PASSWORD_VARIABLE) or _ask(name)


def _ask(address):
    import getpass

    try:
        return getpass.getpass(f"password for {address}: ")
    except EOFError:
        raise MpycamError(
            f"no password for {address}: `mpycam camera add` keeps it, or set {PASSWORD_VARIABLE}"
        ) from None


def connect(name, store=None, user=None, timeout=30):
    """Return the Device of a kept camera, by its name, or of an address."""
    from mpycam.device.client import Device

    stored, password = find(name, store, user)
    return Device(stored.address, stored.user, password, stored.certificate, timeout)
