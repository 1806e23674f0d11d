"""HTTP authentication: Basic (RFC 7617) and Digest (RFC 7616, and RFC 2617 and 2069 before it)."""

import binascii
import hashlib
import os

# Best first. The "-sess" forms hash the session's nonces into the secret once.
ALGORITHMS = ("SHA-256", "SHA-256-SESS", "MD5", "MD5-SESS")


class AuthenticationError(OSError):
    """The server does not accept the credentials, or asks for a scheme that is not known here."""


def parse_challenges(text):
    """The challenges of a WWW-Authenticate value: a list of (scheme, {name: value}), names in lower case.

    >>> parse_challenges('Digest realm="a, b", qop="auth", Basic realm="c"')
    [('digest', {'realm': 'a, b', 'qop': 'auth'}), ('basic', {'realm': 'c'})]
    """
    challenges: list[tuple[str, dict[str, str]]] = []
    position = 0
    while True:
        position = _skip(text, position, " \t,")
        if position >= len(text):
            return challenges
        start = position
        while position < len(text) and text[position] not in ' \t,="':
            position += 1
        word = text[start:position].lower()
        after = _skip(text, position, " \t")
        if word and challenges and text[after : after + 1] == "=":
            value, position = _value(text, _skip(text, after + 1, " \t"))
            challenges[-1][1][word] = value
        elif word:
            challenges.append((word, {}))
        else:
            position += 1  # a stray character


def _skip(text, position, characters):
    while position < len(text) and text[position] in characters:
        position += 1
    return position


def _value(text, position):
    """A token or a quoted string, and the position behind it."""
    if text[position : position + 1] != '"':
        start = position
        while position < len(text) and text[position] not in " \t,":
            position += 1
        return text[start:position], position
    value = ""
    position += 1
    while position < len(text) and text[position] != '"':
        if text[position] == "\\":
            position += 1
        value += text[position : position + 1]
        position += 1
    return value, position + 1


def _hash(algorithm, text):
    """The hash of a text in hexadecimal digits."""
    function = hashlib.sha256 if algorithm.startswith("SHA-256") else hashlib.md5
    return binascii.hexlify(function(text.encode()).digest()).decode()


def _quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def digest_response(algorithm, user, password, realm, nonce, method, uri, qop=None, count="", client_nonce=""):
    """The `response` of RFC 7616, 3.4.1; without qop that of RFC 2069."""
    secret = _hash(algorithm, user + ":" + realm + ":" + password)
    if algorithm.endswith("-SESS"):
        secret = _hash(algorithm, secret + ":" + nonce + ":" + client_nonce)
    request = _hash(algorithm, method + ":" + uri)
    if qop:
        return _hash(algorithm, ":".join((secret, nonce, count, client_nonce, qop, request)))
    return _hash(algorithm, secret + ":" + nonce + ":" + request)


class Authenticator:
    """Answers the challenges of one server, and goes on with the accepted one in later requests.

    challenged() takes what came with a 401, header() gives the next request's
    Authorization value. A Digest nonce is used again with a rising count, as
    the standard wants it, until the server calls it stale.
    """

    def __init__(self, user, password):
        if ":" in user:
            raise ValueError("a user name must not contain ':'")
        self.user = user
        self.password = password
        self._scheme = None
        self._parameters = {}
        self._algorithm = ""
        self._count = 0

    def challenged(self, values):
        """Choose the strongest of the challenges in a 401's WWW-Authenticate values.

        Return whether the server calls the nonce stale, which says that the
        credentials themselves were right. Raise AuthenticationError if no
        offered scheme is known.
        """
        best = len(ALGORITHMS) + 1
        offered = []
        for value in values:
            for scheme, parameters in parse_challenges(value):
                rank, algorithm = _rank(scheme, parameters)
                offered.append(scheme + (" " + algorithm if algorithm else ""))
                if rank < best:
                    best = rank
                    self._scheme, self._parameters, self._algorithm = scheme, parameters, algorithm
        if best > len(ALGORITHMS):
            self._scheme = None
            names = ", ".join(offered) or "none"
            raise AuthenticationError("need Basic or Digest authentication, server offers " + names)
        self._count = 0
        return self._parameters.get("stale", "").lower() == "true"

    def header(self, method, uri):
        """The Authorization value for a request, or None before the first challenge."""
        if self._scheme is None:
            return None
        if self._scheme == "basic":
            pair = (self.user + ":" + self.password).encode()
            return "Basic " + binascii.b2a_base64(pair).decode().strip()
        return self._digest(method, uri)

    def _digest(self, method, uri):
        parameters = self._parameters
        realm, nonce = parameters.get("realm", ""), parameters.get("nonce", "")
        qop = "auth" if "qop" in parameters else None
        self._count += 1
        count = "%08x" % self._count
        client_nonce = binascii.hexlify(os.urandom(16)).decode()
        response = digest_response(
            self._algorithm, self.user, self.password, realm, nonce, method, uri, qop, count, client_nonce
        )
        fields = [
            "username=" + _quote(self.user),
            "realm=" + _quote(realm),
            "nonce=" + _quote(nonce),
            "uri=" + _quote(uri),
            'response="' + response + '"',
        ]
        # RFC 7616 has these three without quotes, and old servers insist on that.
        if "algorithm" in parameters:
            fields.append("algorithm=" + parameters["algorithm"])
        if qop:
            fields.append("qop=auth, nc=" + count)
        if qop or self._algorithm.endswith("-SESS"):
            fields.append('cnonce="' + client_nonce + '"')
        if "opaque" in parameters:
            fields.append("opaque=" + _quote(parameters["opaque"]))
        return "Digest " + ", ".join(fields)


def _rank(scheme, parameters):
    """How good a challenge is, 0 the best, and its algorithm; len(ALGORITHMS) + 1 if it is of no use."""
    if scheme == "basic":
        return len(ALGORITHMS), ""
    algorithm = parameters.get("algorithm", "MD5").upper()
    if scheme == "digest":
        offers = [offer.strip() for offer in parameters.get("qop", "auth").lower().split(",")]
        if algorithm in ALGORITHMS and "auth" in offers:
            return ALGORITHMS.index(algorithm), algorithm
        return len(ALGORITHMS) + 1, algorithm
    return len(ALGORITHMS) + 1, ""
