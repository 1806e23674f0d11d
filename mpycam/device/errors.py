"""What a camera refuses, why, and what to do about it."""

from dataclasses import dataclass

from mpycam.errors import MpycamError


@dataclass(frozen=True)
class Meaning:
    """What an error number of the Application API stands for, and its remedy."""

    text: str
    remedy: str


# The numbers that upload.cgi, control.cgi and license.cgi answer with.
ERRORS = {
    1: Meaning("not a valid package", "check the file with `mpycam eap inspect FILE`, and that it is an .eap file"),
    2: Meaning(
        "no valid signature",
        "allow unsigned packages with `mpycam install --allow-unsigned`, or in the camera's page under Apps (AXIS OS "
        "11.2 to 12); from AXIS OS 13 on only packages that Axis has signed can be installed",
    ),
    3: Meaning(
        "too large, or the flash is full",
        "remove apps that are not needed (`mpycam info` lists them), or restart the camera",
    ),
    4: Meaning("no such app", "`mpycam info` lists what is installed; capitals count"),
    5: Meaning(
        "not for this camera",
        "compare its architecture and AXIS OS (`mpycam info`) with architecture, embeddedSdkVersion, "
        "compatibleOsVersions and the D-Bus methods of the package (`mpycam eap inspect FILE`)",
    ),
    6: Meaning("it runs already", "nothing is to be done; `mpycam stop` stops it"),
    7: Meaning("it does not run", "start it with `mpycam start`"),
    8: Meaning("it could not be started", "`mpycam logs APP` and `mpycam logs` tell why"),
    9: Meaning("too many apps run", "stop another one: up to AXIS OS 12.5 only so many run at a time"),
    10: Meaning(
        "it failed for a reason that the camera keeps to its log", "`mpycam logs` shows the end of the system log"
    ),
    12: Meaning("another upload is going on", "wait for its end, or restart the camera if there is none"),
    13: Meaning(
        "its user or group is not allowed",
        "leave setup.user out of the manifest, so that the app gets a user of its own; root is impossible from AXIS OS "
        "12 on and needs the switch AllowRoot before",
    ),
    14: Meaning("an app whose name differs in capitals only is installed", "remove that one first, or rename yours"),
    15: Meaning("it took the camera too long", "look with `mpycam info` what is there now, and try again"),
    21: Meaning("the license key is for another device", "get a key for this camera's serial number (`mpycam info`)"),
    22: Meaning("the license key is not valid", "get it again from the vendor of the app"),
    23: Meaning("the license key has expired", "get a new one from the vendor of the app"),
    24: Meaning("the license key is for another app", "compare its application ID with the manifest's appId"),
    25: Meaning("the license key is for another version of the app", "install that version, or get another key"),
    26: Meaning("there is no license key", "upload one first"),
    27: Meaning(
        "the vendor differs from that of the installed version",
        "remove the installed app first (its data goes with it), or build with its vendorId",
    ),
    29: Meaning(
        "its manifest or package.conf is invalid", "`mpycam eap inspect FILE` names the lines; `mpycam logs` the rest"
    ),
    30: Meaning("the license key could not be stored", "restart the camera and try again"),
    31: Meaning("the app takes no license key", "nothing is to be done"),
}

# What an error is about, apart from numbers.
REFUSED, UNREACHABLE, LOGIN, TIMEOUT, BROKEN, ANSWER = "refused", "unreachable", "login", "timeout", "broken", "answer"


class DeviceError(MpycamError):
    """A camera that does not do what was asked; the text says why and what helps.

    `kind` is REFUSED (with the camera's `number`, if it gave one), UNREACHABLE,
    LOGIN, TIMEOUT, BROKEN (the connection was lost in the middle) or ANSWER (an
    answer that no camera gives).
    """

    def __init__(self, text, kind=ANSWER, number=None):
        super().__init__(text)
        self.kind, self.number = kind, number


def refusal(what, number):
    """Return the DeviceError for an error number of the Application API."""
    meaning = ERRORS.get(number)
    if meaning is None:
        return DeviceError(
            f"{what}: error {number}, which is not documented; `mpycam logs` may tell more", REFUSED, number
        )
    return DeviceError(f"{what}: error {number}, {meaning.text}; {meaning.remedy}", REFUSED, number)
