"""Passwords by reference: where one is, never the password itself."""

import os
import stat
from pathlib import Path

from mpycam.errors import MpycamError

EXPECTED = "expected env:VARIABLE, file:PATH (mode 0600) or keyring:SERVICE/USER"


def check(where, reference):
    """Raise MpycamError unless this is a reference; the text does not repeat what may be a password."""
    kind, mark, rest = (reference or "").partition(":")
    if not mark or kind not in ("env", "file", "keyring") or not rest or kind == "keyring" and "/" not in rest:
        what = "is a reference of no known kind, or the password itself" if reference else "is missing"
        raise MpycamError(f"{where}: password {what}; {EXPECTED}")


def resolve(reference, folder):
    """Return the password; relative paths are seen from `folder`. Raises MpycamError."""
    kind, _, rest = reference.partition(":")
    if kind == "env":
        if rest not in os.environ:
            raise MpycamError(f"{reference}: there is no {rest} in the environment")
        return os.environ[rest]
    if kind == "file":
        return _of_file(Path(folder, rest).expanduser(), reference)
    return _of_keyring(rest, reference)


def _of_file(path, reference):
    try:
        with open(path) as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise MpycamError(f"{reference}: others can read it; need mode 0600, have {mode:04o}: chmod 600 {path}")
            return file.readline().rstrip("\r\n")
    except OSError as error:
        raise MpycamError(f"{reference}: {error.strerror}") from None


def _of_keyring(place, reference):
    try:
        import keyring
    except ImportError:
        raise MpycamError(f"{reference}: pip install keyring") from None
    service, _, user = place.rpartition("/")
    password = keyring.get_password(service, user)
    if password is None:
        raise MpycamError(f"{reference}: the keyring has no such password; `keyring set {service} {user}` stores one")
    return password
