"""What runs where: the app by its package, the device by VAPIX.

    identity = await IdentityFetcher(Vapix("door_state")).get_data()
    print(identity.device_id, identity.application_version)

The names and the retries are those of backpack's AutoIdentityFetcher. Other than
there, an app without an answer goes on with what it knows of itself.
"""

import asyncio
import json
import os

from authentication import AuthenticationError
from backoff import Backoff
from http_client import HttpError
from json_lines import utc
from service_account import NoAccount

# The fields of basicdeviceinfo by our names.
DEVICE = (
    ("device_id", "SerialNumber"),
    ("device_name", "ProdFullName"),
    ("device_model", "ProdNbr"),
    ("device_firmware", "Version"),
    ("device_soc", "Soc"),
    ("device_architecture", "Architecture"),
)
APPLICATION = ("name", "title", "version", "user", "created_time")


class IdentityError(RuntimeError):
    """The device does not tell what it is; the text says why."""


class Identity:
    """The fields are texts, or None where that is unknown: application_name, application_title (for people),
    application_version, application_user, application_created_time (of the installation), application_status
    ("RUNNING"; "NOT_AVAILABLE" while the device is unknown), device_id (the serial number), device_name,
    device_model, device_firmware, device_soc, device_architecture.
    """

    def __init__(self, **known):
        for name in APPLICATION:
            setattr(self, "application_" + name, None)
        for name, _ in DEVICE:
            setattr(self, name, None)
        self.application_status = "NOT_AVAILABLE"
        for name, value in known.items():
            setattr(self, name, value)

    @classmethod
    def for_test_environment(cls, application_name):
        """One that needs neither a package nor a camera."""
        return cls(
            application_name=application_name, application_status="TEST_UTILITY",
            device_id="emulator", device_name="test_utility_emulator",
        )  # fmt: skip

    def unknown(self):
        """The names of the fields that are unknown, in alphabetical order."""
        return sorted([name for name, value in self.__dict__.items() if value is None])

    def __repr__(self):
        return "<Identity %s>" % " ".join(["%s=%s" % pair for pair in sorted(self.__dict__.items())])


class IdentityFetcher:
    """Finds out what runs where. `folder` is the package's, `camera` a Vapix."""

    def __init__(self, camera=None, folder="."):
        self._camera = camera
        self._folder = folder

    def local(self):
        """The Identity as far as the app knows it without the camera."""
        return Identity(application_user=_user(), **_package(self._folder))

    async def get_data(self, retry_freq=5, max_retry_freq=300, max_retry_num=50):
        """The whole Identity.

        A camera that does not answer is asked again after `retry_freq` seconds,
        twice that and so on up to `max_retry_freq`. Raises IdentityError after
        `max_retry_num` more attempts, at once if `retry_freq` is None, and when
        the camera refuses or there is none.
        """
        if self._camera is None:
            raise IdentityError("need a camera, have none")
        backoff = Backoff(retry_freq, max_retry_freq)
        for attempt in range(max_retry_num + 1):
            try:
                properties = await self._camera.properties()
                break
            except (AuthenticationError, NoAccount, ValueError, KeyError, TypeError) as error:
                raise IdentityError("the camera does not tell: %s" % error)
            except (OSError, asyncio.TimeoutError) as error:
                # A camera that starts answers with 503 for a while, or breaks off.
                if isinstance(error, HttpError) and 400 <= error.status < 500:
                    raise IdentityError("the camera does not tell: %s" % error)
                if retry_freq is None or attempt == max_retry_num:
                    raise IdentityError("no answer after %d attempts: %s" % (attempt + 1, error or "time-out"))
            await asyncio.sleep(backoff.next())
        identity = self.local()
        identity.application_status = "RUNNING"
        for name, key in DEVICE:
            setattr(identity, name, properties.get(key))
        return identity


def _package(folder):
    """What the package says of itself, in its manifest or, without one, in package.conf."""
    found = {}
    conf = folder + "/package.conf"
    try:
        # A member keeps the time of its build; this is when the installer wrote it.
        found["application_created_time"] = utc(os.stat(conf)[9])
        with open(folder + "/manifest.json") as file:
            setup = json.load(file)["acapPackageConf"]["setup"]
        found["application_name"] = setup["appName"]
        found["application_title"] = setup.get("friendlyName", setup["appName"])
        found["application_version"] = setup["version"]
    except (OSError, ValueError, KeyError):
        try:
            with open(conf) as file:
                pairs = [line.strip().partition("=") for line in file]
        except OSError:
            return found
        values = {key: value.strip("\"'") for key, _, value in pairs}
        found["application_name"] = values.get("APPNAME")
        found["application_title"] = values.get("PACKAGENAME")
        numbers = [values.get("APP%sVERSION" % part, "0") for part in ("MAJOR", "MINOR", "MICRO")]
        found["application_version"] = ".".join(numbers)
    return found


def _user():
    """The name of the user that we run as, else its number."""
    try:
        with open("/proc/self/status") as file:
            number = [line.split()[1] for line in file if line.startswith("Uid:")][0]
        with open("/etc/passwd") as file:
            for line in file:
                fields = line.split(":")
                if fields[2:3] == [number]:
                    return fields[0]
        return number
    except (OSError, IndexError):
        return None
