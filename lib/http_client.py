"""An HTTP/1.1 client for asyncio: GET with authentication, redirects, bounded headers and any body coding.

    client = HttpClient("viewer", "secret", timeout=10)
    response = await client.get("http://192.0.2.7/axis-cgi/jpg/image.cgi")
    count = await response.readinto(memoryview(buffer))
    response.close()

Each request has its own connection. Neither TLS nor proxies.
"""

import asyncio
import binascii
import errno
import socket

from authentication import AuthenticationError, Authenticator
from buffered_reader import BufferedReader

REDIRECTS = 5
HEADERS = 64
# A nonce may be refused as stale, and its successor too on a busy camera.
ATTEMPTS = 4


class HttpError(OSError):
    """The server answered, but not as HTTP wants it or not with what was asked for."""


class Url:
    """The parts of an http URL: user, password (None if it has none), host, port, target."""

    def __init__(self, text):
        scheme, separator, rest = text.partition("://")
        if scheme.lower() != "http" or not separator:
            raise ValueError("need a URL that begins with http://, have " + redacted(text))
        rest = rest.partition("#")[0]
        end = min([rest.find(c) if c in rest else len(rest) for c in "/?"])
        authority, target = rest[:end], rest[end:]
        self.target = target if target.startswith("/") else "/" + target
        self.user = self.password = None
        if "@" in authority:
            credentials, _, authority = authority.rpartition("@")
            user, _, password = credentials.partition(":")
            self.user, self.password = unquote(user), unquote(password)
        bracket = authority.find("]")
        colon = authority.find(":", bracket + 1)
        self.host = authority if colon < 0 else authority[:colon]
        port = "" if colon < 0 else authority[colon + 1 :]
        if not self.host.strip("[]") or (port and not port.isdigit()):
            raise ValueError("need http://host[:port]/path, have " + redacted(text))
        self.port = int(port) if port else 80
        for character in text:
            if character <= " " or character > "~":
                raise ValueError("need a URL without blanks and with other characters as %XX, have " + redacted(text))

    @property
    def authority(self):
        """What the Host field says."""
        return self.host if self.port == 80 else "%s:%d" % (self.host, self.port)

    def join(self, location):
        """The absolute URL that a Location field means, seen from this one."""
        if "://" in location.partition("?")[0]:
            return location
        if location.startswith("//"):
            return "http:" + location
        if not location.startswith("/"):
            location = self.target.partition("?")[0].rpartition("/")[0] + "/" + location
        return "http://" + self.authority + location


def redacted(url):
    """A URL for messages: without credentials."""
    scheme, separator, rest = url.partition("://")
    authority = rest.partition("/")[0]
    if "@" not in authority:
        return url
    return scheme + separator + rest[authority.rfind("@") + 1 :]


def unquote(text):
    """A text with %XX resolved.

    >>> unquote("p%40ss")
    'p@ss'
    """
    first, *others = text.encode().split(b"%")
    result = first
    for part in others:
        try:
            result += binascii.unhexlify(part[:2]) + part[2:]
        except ValueError:
            result += b"%" + part
    return result.decode()


class Response:
    """Status, header fields and body of an answer."""

    def __init__(self, connection, reader):
        self.status = 0
        self.reason = ""
        self.fields: list[tuple[str, str]] = []
        self._connection = connection
        self._reader = reader
        self._chunked = False
        # Bytes left of the body or of the present chunk; None: until the connection closes.
        self._left = None

    def values(self, name):
        """Every value of a header field, its name in lower case."""
        return [value for field, value in self.fields if field == name]

    def value(self, name):
        """The first value of a header field, else the empty text."""
        return (self.values(name) or [""])[0]

    async def _read_head(self):
        line = await self._line("a status line")
        version, _, rest = line.partition(" ")
        status, _, self.reason = rest.partition(" ")
        if not version.startswith("HTTP/1.") or len(status) != 3 or not status.isdigit():
            raise HttpError("need an HTTP/1 status line, have " + line[:40])
        self.status = int(status)
        self.fields = await self._read_fields()
        if self.status in (204, 304):
            self._left = 0
        elif self.value("transfer-encoding").lower() == "chunked":
            self._chunked, self._left = True, 0
        elif self.value("content-length"):
            length = self.value("content-length")
            if not length.isdigit():
                raise HttpError("need a number as Content-Length, have " + length[:40])
            self._left = int(length)

    async def _read_fields(self):
        fields: list[tuple[str, str]] = []
        while True:
            line = await self._line("header fields")
            if not line:
                return fields
            if len(fields) == HEADERS:
                raise HttpError("need at most %d header fields, have more" % HEADERS)
            name, separator, value = line.partition(":")
            if line[0] in " \t" or not separator:
                raise HttpError("need a header field 'name: value', have " + line[:40])
            fields.append((name.strip().lower(), value.strip()))

    async def _line(self, what):
        line = await self._reader.line()
        if line is None:
            raise HttpError("the server closed the connection, need " + what)
        # Old cameras send Latin-1; only ASCII matters here.
        return "".join([chr(byte) for byte in line])

    async def readinto(self, view):
        """Put some bytes of the body into the memoryview; return the count, 0 at the end of the body."""
        if self._chunked and self._left == 0:
            await self._next_chunk()
        if self._left == 0:
            return 0
        if self._left is not None:
            view = view[: self._left]
        count = await self._reader.readinto(view)
        if self._left is not None:
            if count == 0:
                raise HttpError("the server closed the connection, %d bytes short" % self._left)
            self._left -= count
            if self._chunked and self._left == 0:
                await self._line("the end of a chunk")
        return count

    async def _next_chunk(self):
        line = await self._line("a chunk")
        digits = line.partition(";")[0].strip()
        try:
            self._left = int(digits, 16)
        except ValueError:
            self._left = -1
        if self._left < 0:
            raise HttpError("need a chunk size, have " + line[:40])
        if self._left == 0:
            self._chunked = False
            await self._read_fields()

    def close(self):
        """Close the connection."""
        self._connection.close()


class HttpClient:
    """Sends GET requests with one account. `timeout` in seconds is for an answer's status and header fields."""

    def __init__(self, user="", password="", timeout=10):
        self.user = user
        self.password = password
        self.timeout = timeout
        self._origin = None
        self._authenticator = None

    async def get(self, url):
        """The Response with status 200 and its body still to be read; the caller closes it.

        Credentials in the URL come before the account's, and go to no other
        host or port than the URL's own. Raises AuthenticationError, HttpError
        for any other status, OSError, ValueError for a bad URL or too long
        header lines, asyncio.TimeoutError.
        """
        first = target = Url(url)
        for _ in range(REDIRECTS + 1):
            trusted = (target.host, target.port) == (first.host, first.port)
            response = await self._authenticated(target, self._account(first) if trusted else None)
            if response.status == 200:
                return response
            response.close()
            location = response.value("location")
            if response.status not in (301, 302, 303, 307, 308) or not location:
                raise HttpError("need status 200, have %d %s" % (response.status, response.reason))
            target = Url(target.join(location))
        raise HttpError("need at most %d redirects, have more" % REDIRECTS)

    def _account(self, url):
        """The Authenticator for a URL, kept from one request to the next."""
        user, password = (self.user, self.password) if url.user is None else (url.user, url.password)
        if not user:
            return None
        origin = (url.host, url.port, user, password)
        if origin != self._origin:
            self._origin = origin
            self._authenticator = Authenticator(user, password)
        return self._authenticator

    async def _authenticated(self, url, authenticator):
        for attempt in range(ATTEMPTS):
            authorization = authenticator.header("GET", url.target) if authenticator else None
            response = await asyncio.wait_for(_exchange(url, authorization), self.timeout)
            if response.status != 401:
                return response
            response.close()
            if not authenticator:
                raise AuthenticationError("the server wants a user and a password")
            stale = authenticator.challenged(response.values("www-authenticate"))
            # A nonce of an earlier request may be forgotten by the server without being called stale.
            if attempt and not stale:
                raise AuthenticationError("the server refuses user and password")
        raise AuthenticationError("the server calls every nonce stale")


async def _exchange(url, authorization):
    """Send a request on a new connection and read the answer's header."""
    family, kind, protocol, _, address = socket.getaddrinfo(url.host.strip("[]"), url.port, 0, socket.SOCK_STREAM)[0]
    connection = socket.socket(family, kind, protocol)
    try:
        connection.setblocking(False)
        try:
            connection.connect(address)
        except OSError as error:
            if error.errno != errno.EINPROGRESS:
                raise
        stream = asyncio.StreamReader(connection)
        fields = ["GET %s HTTP/1.1" % url.target, "Host: " + url.authority, "Accept: */*", "Connection: close"]
        if authorization:
            fields.append("Authorization: " + authorization)
        stream.write("\r\n".join(fields + ["", ""]).encode())
        await stream.drain()

        async def readinto(view):
            while True:
                count = await stream.readinto(view)
                if count is not None:
                    return count

        reader = BufferedReader(readinto)
        while True:
            response = Response(connection, reader)
            await response._read_head()
            if response.status >= 200:
                return response
    except BaseException:
        connection.close()
        raise
