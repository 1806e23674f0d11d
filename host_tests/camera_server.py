"""An HTTP server on loopback that behaves like cameras do, well and badly."""

import base64
import contextlib
import hashlib
import re
import secrets
import socket
import threading
from dataclasses import dataclass, field


@dataclass
class Request:
    """A request as it came."""

    method: str
    target: str
    fields: dict
    # What of the body came with the head.
    rest: bytes = b""


@dataclass
class CameraServer:
    """Serves `respond(request, connection)`, each connection in a thread, one request a connection.

    Use it in a with statement. `requests` holds what was asked for so far.
    """

    respond: object
    requests: list = field(default_factory=list)

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._connections = []
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        # Without shutdown() a thread that waits in accept() goes on listening.
        for end in [self._listener, *self._connections]:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def url(self, target="/", credentials=""):
        """An absolute URL of this server."""
        return f"http://{credentials}{'@' if credentials else ''}127.0.0.1:{self.port}{target}"

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        # A client that goes away in the middle is part of the game.
        with contextlib.suppress(ConnectionError, OSError), connection:
            head = b""
            while b"\r\n\r\n" not in head:
                data = connection.recv(65536)
                if not data:
                    return
                head += data
            head, _, rest = head.partition(b"\r\n\r\n")
            first, *lines = head.decode().split("\r\n")
            method, target, version = first.split(" ")
            assert version == "HTTP/1.1"
            fields = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines)}
            request = Request(method, target, fields, rest)
            self.requests.append(request)
            self.respond(request, connection)


def answer(connection, body=b"", status="200 OK", kind="image/jpeg", fields=()):
    """Send a whole answer with Content-Length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *fields]
    lines += ["Connection: close", "", ""]
    connection.sendall("\r\n".join(lines).encode() + body)


def stream_head(connection, content_type="multipart/x-mixed-replace; boundary=myboundary"):
    """Begin an answer that ends with the connection."""
    connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n\r\n".encode())


def part(frame, boundary="myboundary", length=True):
    """One part of a multipart body as Axis cameras send it."""
    field = f"Content-Length: {len(frame)}\r\n" if length else ""
    return f"--{boundary}\r\nContent-Type: image/jpeg\r\n{field}\r\n".encode() + frame + b"\r\n"


@dataclass
class BasicGuard:
    """Lets one account in with Basic."""

    user: str
    password: str

    def refusal(self, request):
        """The WWW-Authenticate lines for a request, none if it may pass."""
        token = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        if request.fields.get("authorization") == f"Basic {token}":
            return []
        return ['WWW-Authenticate: Basic realm="AXIS_ACCC8E000000"']


@dataclass
class DigestGuard:
    """Lets one account in with Digest; every nonce is good for `uses` requests with rising counts."""

    user: str
    password: str
    algorithm: str | None = "MD5"
    qop: str | None = "auth"
    uses: int = 1000
    say_stale: bool = True
    nonces: dict = field(default_factory=dict)
    accepted: list = field(default_factory=list)
    realm: str = 'AXIS_ACCC8E000000, "west"'

    def refusal(self, request):
        """The WWW-Authenticate lines for a request, none if it may pass."""
        given = request.fields.get("authorization", "")
        stale = False
        if given.startswith("Digest "):
            pattern = r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))'
            found = {k: re.sub(r"\\(.)", r"\1", quoted) or bare for k, quoted, bare in re.findall(pattern, given)}
            if self._proves_password(request, found):
                counts = self.nonces.get(found["nonce"])
                count = int(found.get("nc", "0"), 16)
                if counts is not None and (not self.qop or count == len(counts) + 1) and len(counts) < self.uses:
                    counts.append(count)
                    self.accepted.append((found["nonce"], count))
                    return []
                stale = True
        nonce = secrets.token_hex(8)
        self.nonces[nonce] = []
        realm = self.realm.replace('"', '\\"')
        line = f'WWW-Authenticate: Digest realm="{realm}", nonce="{nonce}", opaque="5ccc069c"'
        line += f', qop="{self.qop}"' if self.qop else ""
        line += f", algorithm={self.algorithm}" if self.algorithm else ""
        return [line + (", stale=true" if stale and self.say_stale else "")]

    def _proves_password(self, request, found):
        algorithm = (self.algorithm or "MD5").lower()
        function = hashlib.sha256 if algorithm.startswith("sha-256") else hashlib.md5

        def h(*parts):
            return function(":".join(parts).encode()).hexdigest()

        if found.get("uri") != request.target or found.get("username") != self.user or found["opaque"] != "5ccc069c":
            return False
        secret = h(self.user, self.realm, self.password)
        if algorithm.endswith("-sess"):
            secret = h(secret, found["nonce"], found["cnonce"])
        middle = [found["nonce"]]
        if self.qop:
            if found.get("qop") != "auth" or not re.fullmatch("[0-9a-f]{8}", found["nc"]):
                return False
            middle += [found["nc"], found["cnonce"], "auth"]
        return found.get("response") == h(secret, *middle, h(request.method, request.target))


def guarded(guard, respond):
    """`respond` behind a guard, or behind several that are all offered."""
    guards = guard if isinstance(guard, list) else [guard]

    def check(request, connection):
        refusals = [each.refusal(request) for each in guards]
        if all(refusals):
            lines = [line for refusal in refusals for line in refusal]
            answer(connection, b"<html>401</html>", "401 Unauthorized", "text/html", lines)
        else:
            respond(request, connection)

    return check
