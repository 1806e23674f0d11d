"""An HTTP server on loopback in a thread of its own, for what a program under test calls."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class QuietHandler(BaseHTTPRequestHandler):
    """A request, without a line for it on stderr."""

    def log_message(self, *_):
        pass


class LocalServer:
    """Serves with a handler class in a `with` block, at `address`, which is "http://127.0.0.1:PORT"."""

    def __init__(self, handler, port=0):
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
