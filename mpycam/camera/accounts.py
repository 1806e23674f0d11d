"""User accounts, and the accounts that apps get for themselves."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from mpycam.camera.role import Role

FILE = "accounts.json"
NAME = re.compile("[A-Za-z0-9_-]{1,32}")
PASSWORD_CHARACTERS = 64
SERVICE_PREFIX = "a0-"
MOST_SERVICE_ACCOUNTS = 200
DIGESTS = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


class AccountError(Exception):
    """An account cannot be made or changed; the text says why."""


@dataclass(frozen=True)
class Account:
    """Somebody who may log in."""

    name: str
    role: Role
    ptz: bool = False
    comment: str = ""


class Accounts:
    """The accounts that the camera keeps. It stores no passwords, only what Digest needs of them."""

    def __init__(self, storage, realm):
        self._storage, self._realm = storage, realm
        self._entries = storage.read(FILE, {})

    def __iter__(self):
        return iter([self.get(name) for name in self._entries])

    @property
    def needs_setup(self):
        """Whether nobody has made the first account yet."""
        return not any(account.role == Role.ADMIN for account in self)

    def get(self, name):
        """The Account called `name`, or None."""
        entry = self._entries.get(name)
        if entry is None:
            return None
        return Account(name, Role(entry["role"]), entry["ptz"], entry["comment"])

    def add(self, name, password, role, ptz=False, comment=""):
        """Make an account; raises AccountError."""
        if not NAME.fullmatch(name):
            raise AccountError("the name must be 1 to 32 letters, digits, hyphens or underscores")
        if name in self._entries:
            raise AccountError("this account already exists")
        self._check_password(password)
        entry = {"role": int(role), "ptz": ptz, "comment": comment, "secrets": self._secrets(name, password)}
        self._replace({**self._entries, name: entry})

    def update(self, name, password=None, role=None, ptz=None, comment=None):
        """Change what is not None; raises AccountError, and KeyError for an account that is not there."""
        entry = dict(self._entries[name])
        if password is not None:
            self._check_password(password)
            entry["secrets"] = self._secrets(name, password)
        for field, value in {"role": role, "ptz": ptz, "comment": comment}.items():
            if value is not None:
                entry[field] = value
        self._keep_an_admin(name, entry["role"])
        self._replace({**self._entries, name: entry})

    def remove(self, name):
        """Remove an account; raises KeyError for one that is not there and AccountError for the last admin."""
        entries = dict(self._entries)
        del entries[name]
        self._keep_an_admin(name, Role.ANONYMOUS)
        self._replace(entries)

    def secret(self, name, algorithm):
        """The hash of name, realm and password that Digest reckons with, or None."""
        entry = self._entries.get(name)
        return entry and entry["secrets"][algorithm]

    def check(self, name, password):
        """The Account if this is its password, else None."""
        known = self.secret(name, "SHA-256")
        given = self._secrets(name, password)["SHA-256"]
        return self.get(name) if known and hmac.compare_digest(known, given) else None

    def _secrets(self, name, password):
        text = f"{name}:{self._realm}:{password}".encode()
        return {algorithm: digest(text).hexdigest() for algorithm, digest in DIGESTS.items()}

    def _check_password(self, password):
        if not 1 <= len(password) <= PASSWORD_CHARACTERS or not all(" " <= c <= "~" for c in password):
            raise AccountError(f"the password must be 1 to {PASSWORD_CHARACTERS} printable ASCII characters")

    def _keep_an_admin(self, name, role):
        others = [account for account in self if account.name != name and account.role == Role.ADMIN]
        if role != Role.ADMIN and not others:
            raise AccountError("the last administrator must stay one")

    def _replace(self, entries):
        self._storage.write(FILE, entries)
        self._entries = entries


class ServiceAccounts:
    """The accounts of apps, for the address inside the camera: with the rights of an administrator, in RAM."""

    def __init__(self):
        self._passwords = {}

    def credentials(self, name):
        """Return "a0-<name>:<password>", making the account where it is not there; raises AccountError."""
        if not NAME.fullmatch(name):
            raise AccountError("the name must be 1 to 32 letters, digits, hyphens or underscores")
        account = SERVICE_PREFIX + name
        if account not in self._passwords:
            if len(self._passwords) == MOST_SERVICE_ACCOUNTS:
                raise AccountError(f"there are {MOST_SERVICE_ACCOUNTS} service accounts already; they go at a reboot")
            self._passwords[account] = secrets.token_hex(16)
        return f"{account}:{self._passwords[account]}"

    def check(self, name, password):
        """The Account if this is its password, else None."""
        known = self._passwords.get(name)
        return Account(name, Role.ADMIN) if known and hmac.compare_digest(known.encode(), password.encode()) else None
