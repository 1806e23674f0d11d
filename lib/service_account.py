"""The account with which an app may ask the camera that it runs in.

AXIS OS 11.6 and later hand it out over D-Bus to apps with a dynamic user whose
manifest names the method. It is good until the camera starts anew, and a camera
hands out 200 of them: ask once, and again only when it is refused.
"""

import asyncio
import binascii
import os

import dbus

SERVICE = "com.axis.HTTPConf1"
# Path, interface and method: the lasting ones, then those of AXIS OS 11.6 and 11.7.
METHODS = (
    ("/com/axis/HTTPConf1/VAPIXServiceAccounts1", SERVICE + ".VAPIXServiceAccounts1", "GetCredentials"),
    ("/com/axis/HTTPConf1/Auth", SERVICE + ".Auth1", "GetVapixServiceAccountCredentials"),
)
GDBUS = "gdbus call --system --timeout 5 --dest %s --object-path %s --method %s.%s '%s'"


class NoAccount(OSError):
    """The camera hands out no account; the text says why."""


async def fetch(name, address=None):
    """(user, password) for VAPIX. `name` is free: ASCII letters, digits and "_". Raises NoAccount.

    `address` is that of the D-Bus, else the system's. Where no bus speaks with
    us the camera's own `gdbus` command is tried, which keeps the process busy
    for as long as it takes.
    """
    for character in name or " ":
        if not (character.isalpha() or character.isdigit() or character == "_"):
            raise ValueError("need a name of letters, digits and _, have '%s'" % name)
    try:
        bus = await dbus.connect(address)
    except (OSError, ValueError, asyncio.TimeoutError) as error:
        return _with_gdbus(name, error)
    reason = None
    try:
        for path, interface, method in METHODS:
            try:
                answer = await bus.call(SERVICE, path, interface, method, "s", name)
                return parse(answer[0])
            except (dbus.DBusError, asyncio.TimeoutError) as error:
                reason = reason or error
    finally:
        bus.close()
    raise NoAccount("the camera hands out no account: %s" % (reason or "no answer in time"))


def parse(text):
    """(user, password) of what the camera answers, in either of its forms.

    >>> parse("a0-door:s3:cret")
    ('a0-door', 's3:cret')
    >>> parse("id:a0-door, pass:s3cret")
    ('a0-door', 's3cret')
    """
    if text.startswith("id:"):
        user, separator, password = text[3:].partition(", pass:")
    else:
        user, separator, password = text.partition(":")
    if not user or not separator or not password:
        raise NoAccount("need user:password from the camera, have %d characters of another form" % len(text))
    return user, password


def _with_gdbus(name, reason):
    # Its output goes through a file in memory that nobody else can read or guess.
    path = "/tmp/" + binascii.hexlify(os.urandom(16)).decode()
    try:
        for method in METHODS:
            command = GDBUS % ((SERVICE,) + method + (name,))
            if os.system("umask 077; %s > %s 2> /dev/null" % (command, path)) == 0:
                with open(path) as file:
                    # ('user:password',)
                    return parse(file.read().strip()[2:-3])
    finally:
        try:
            os.remove(path)
        except OSError:
            pass  # it was never made
    raise NoAccount("the camera hands out no account: %s, and gdbus has none either" % reason)
