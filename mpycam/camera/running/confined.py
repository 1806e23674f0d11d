"""Opening what apps left in the camera's file system, without being led out of it by a link."""

import contextlib
import ctypes
import errno
import os
import struct

# openat2(2): the same number on every architecture, Linux 5.6.
OPENAT2 = 437
RESOLVE_NO_MAGIC_LINKS, RESOLVE_IN_ROOT = 0x02, 0x10

_libc = ctypes.CDLL(None, use_errno=True)


def open_inside(root, path, flags=os.O_RDONLY):
    """Open `path` as it leads in a file system whose root is the folder `root`; raises OSError.

    Links are followed, absolute ones from `root`. Never waits, as opening a
    pipe would.
    """
    flags |= os.O_CLOEXEC if flags & os.O_PATH else os.O_CLOEXEC | os.O_NONBLOCK
    folder = os.open(root, os.O_PATH | os.O_DIRECTORY)
    try:
        how = struct.pack("QQQ", flags, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGIC_LINKS)
        descriptor = _libc.syscall(OPENAT2, folder, os.fsencode(path), how, len(how))
        if descriptor >= 0:
            return descriptor
        number = ctypes.get_errno()
    finally:
        os.close(folder)
    if number not in (errno.ENOSYS, errno.EPERM):
        raise OSError(number, os.strerror(number), path)
    return _open_checked(root, path, flags)


@contextlib.contextmanager
def socket_inside(root, path):
    """A context with a name for the Unix socket at `path` in `root`; raises OSError where there is none.

    It names the file that was found, however long its own path is and
    wherever the links in it lead by now.
    """
    descriptor = open_inside(root, path, os.O_PATH)
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def _open_checked(root, path, flags):
    """Do the same where the call is missing; absolute links then lead nowhere."""
    root = os.path.realpath(root)
    real = os.path.realpath(os.path.join(root, path.lstrip("/")))
    if os.path.commonpath([root, real]) != root:
        raise PermissionError(errno.EACCES, "leads out of the camera", path)
    return os.open(real, flags | os.O_NOFOLLOW)
