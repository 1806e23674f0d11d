"""Who sends a request: Digest or Basic, as the camera's policy has it."""

import base64
import binascii
from dataclasses import dataclass

from aiohttp import web

from mpycam.camera.accounts import Account
from mpycam.camera.digest import Digest
from mpycam.camera.keys import CALLER, IN_CAMERA
from mpycam.camera.role import Role

# Network.HTTP.AuthenticationPolicy: the scheme on HTTP, and the one on HTTPS.
POLICIES = {
    "Recommended": ("Digest", "Basic"),
    "Digest": ("Digest", "Digest"),
    "Basic": ("Basic", "Basic"),
    "Basic_Digest": ("Digest", "Digest"),
    # As AXIS OS 9 writes them.
    "digest": ("Digest", "Digest"),
    "basic": ("Basic", "Basic"),
}


@dataclass(frozen=True)
class Caller:
    """Who sends a request; `account` is None for somebody who gave no account, or a wrong one."""

    account: Account | None = None
    # The nonce was too old, everything else right.
    stale: bool = False
    # What a server that knows the password says in its answer to Digest.
    authentication_info: str | None = None

    @property
    def role(self):
        """What the caller may do."""
        return self.account.role if self.account else Role.ANONYMOUS


class Authentication:
    """The camera's doorkeeper."""

    def __init__(self, camera):
        self._camera = camera
        self.digest = Digest(camera.identity.realm, camera.profile.digest_algorithms, camera.accounts.secret)

    def caller(self, request):
        """Return the Caller of a request."""
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        if scheme.capitalize() != self._scheme(request):
            return Caller()
        if scheme.capitalize() == "Basic":
            return self._basic(request, rest)
        outcome = self.digest.check(request.method, request.raw_path, rest)
        account = self._camera.accounts.get(outcome.user)
        return Caller(account, outcome.stale, outcome.authentication_info)

    def require(self, request, role):
        """Return the Account of a request's caller; raises HTTPUnauthorized unless it has the role."""
        caller = request[CALLER]
        if caller.role >= role:
            return caller.account
        response = web.HTTPUnauthorized()
        if self._scheme(request) == "Basic":
            response.headers.add("WWW-Authenticate", f'Basic realm="{self.digest.realm}"')
        else:
            for challenge in self.digest.challenges(caller.stale):
                response.headers.add("WWW-Authenticate", challenge)
        raise response

    def _scheme(self, request):
        if request.app[IN_CAMERA]:
            return "Basic"
        policy = self._camera.parameters.get("Network.HTTP.AuthenticationPolicy")
        return POLICIES[policy][request.secure]

    def _basic(self, request, text):
        try:
            name, colon, password = base64.b64decode(text.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return Caller()
        accounts = self._camera.service_accounts if request.app[IN_CAMERA] else self._camera.accounts
        return Caller(accounts.check(name, password) if colon else None)
