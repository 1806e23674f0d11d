"""A network for apps where the camera's address inside cannot be had on this machine's.

127.0.0.12:80 exists once. A second camera, and one on a machine whose port 80
is taken, gives its apps a network namespace of their own: they find the camera
there and nothing else, no machine outside either.
"""

import ctypes
import fcntl
import os
import socket
import struct
from concurrent.futures import ThreadPoolExecutor

NEW_NETWORK = 0x40000000
# From <net/if.h> and <linux/sockios.h>.
GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 1


class Network:
    """A network namespace with a loopback interface; it exists as long as this object is not closed."""

    def __init__(self):
        self.descriptor = None

    def open(self):
        """Make the namespace; raises OSError where that is not allowed."""
        self.descriptor = _in_thread(_make)

    def close(self):
        """Let the namespace go when the last process in it has ended."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None

    def listen(self, address):
        """Return a socket that listens inside at (host, port)."""
        return self._inside(lambda: socket.create_server(address))

    def socket(self, family):
        """Return a stream socket that connects to what listens inside."""

        def make():
            made = socket.socket(family, socket.SOCK_STREAM)
            made.setblocking(False)
            return made

        return self._inside(make)

    def _inside(self, action):
        def enter():
            _check(ctypes.CDLL(None, use_errno=True).setns(self.descriptor, NEW_NETWORK))
            return action()

        return _in_thread(enter)


def _make():
    _check(ctypes.CDLL(None, use_errno=True).unshare(NEW_NETWORK))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = fcntl.ioctl(control, GET_FLAGS, struct.pack("16sh14x", b"lo", 0))
        flags = struct.unpack_from("h", request, 16)[0]
        fcntl.ioctl(control, SET_FLAGS, struct.pack("16sh14x", b"lo", flags | UP))
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


def _check(result):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _in_thread(action):
    """Return what `action` does in a thread that ends with it, since a thread does not get its old namespace back."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(action).result()
