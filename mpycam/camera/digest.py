"""HTTP Digest (RFC 7616, and RFC 2617 where it is the same) with qop=auth: the server's part."""

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass, field

# A nonce is answered with stale=true after this many seconds or requests.
NONCE_SECONDS = 300
NONCE_REQUESTS = 10_000
# Challenges are free for anybody to ask for, so only the newest are remembered.
MOST_NONCES = 10_000

_FIELD = re.compile(r'\s*([A-Za-z*]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))\s*(?:,|$)')
_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


def parse_fields(text):
    """The parameters of an Authorization field without its scheme, or None where they are malformed."""
    fields, position = {}, 0
    while position < len(text):
        match = _FIELD.match(text, position)
        if not match or match[1].lower() in fields:
            return None
        fields[match[1].lower()] = match[3] if match[2] is None else re.sub(r"\\(.)", r"\1", match[2])
        position = match.end()
    return fields


@dataclass
class _Nonce:
    made: float
    counts: set = field(default_factory=set)


@dataclass(frozen=True)
class Outcome:
    """What came of an Authorization field: whose it is, or that only the nonce was too old; and the answer's proof."""

    user: str | None = None
    stale: bool = False
    authentication_info: str | None = None


class Digest:
    """Challenges and checks for one realm; `secret(user, algorithm)` gives H(user:realm:password) or None."""

    def __init__(self, realm, algorithms, secret, now=time.monotonic):
        self.realm, self.algorithms, self._secret, self._now = realm, algorithms, secret, now
        self._nonces = {}

    def challenges(self, stale=False):
        """The WWW-Authenticate fields, one for each algorithm, the preferred one first."""
        nonce = secrets.token_urlsafe(24)
        self._nonces[nonce] = _Nonce(self._now())
        if len(self._nonces) > MOST_NONCES:
            del self._nonces[next(iter(self._nonces))]
        return [
            f'Digest realm="{self.realm}", nonce="{nonce}", algorithm={algorithm}, qop="auth"'
            + (", stale=true" if stale else "")
            for algorithm in self.algorithms
        ]

    def check(self, method, target, text):
        """Return the Outcome of an Authorization field (`text` is what follows "Digest ")."""
        fields = parse_fields(text)
        needed = {"username", "realm", "nonce", "uri", "response", "qop", "nc", "cnonce"}
        if fields is None or not needed <= fields.keys():
            return Outcome()
        algorithm = fields.get("algorithm", "MD5").upper()
        if (
            algorithm not in self.algorithms
            or fields["realm"] != self.realm
            or fields["uri"] != target
            or fields["qop"] != "auth"
            or not re.fullmatch("[0-9a-fA-F]{8}", fields["nc"])
        ):
            return Outcome()
        secret = self._secret(fields["username"], algorithm)
        middle = [fields["nonce"], fields["nc"], fields["cnonce"], "auth"]

        def hashed(*parts):
            # aiohttp reads bytes that are no UTF-8 as surrogates.
            return _HASHES[algorithm](":".join(parts).encode("utf-8", "surrogateescape")).hexdigest()

        def response(what):
            return hashed(secret or "", *middle, hashed(what, target))

        if not hmac.compare_digest(response(method), fields["response"].encode("ascii", "replace").decode()):
            return Outcome()
        if secret is None:
            return Outcome()
        if not self._count(fields["nonce"], int(fields["nc"], 16)):
            return Outcome(stale=True)
        cnonce = re.sub(r'([\\"])', r"\\\1", fields["cnonce"])
        info = f'rspauth="{response("")}", cnonce="{cnonce}", nc={fields["nc"]}, qop=auth'
        return Outcome(fields["username"], authentication_info=info)

    def _count(self, nonce, count):
        # Clients with several connections send their counts out of order, but each once.
        known = self._nonces.get(nonce)
        if known is None:
            return False
        if self._now() - known.made > NONCE_SECONDS or len(known.counts) >= NONCE_REQUESTS:
            del self._nonces[nonce]
            return False
        if count in known.counts:
            return False
        known.counts.add(count)
        return True
