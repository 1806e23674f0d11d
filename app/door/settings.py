"""What can be configured, and how a configuration is found."""

import json
import os
import sys

import config
from door.hours import Hours


class Week(config.Text):
    """Hours of the week, see door.hours."""

    def __init__(self, name, default):
        super().__init__(name, default)
        self.expected = 'hours such as "mo-fr 22:00-06:00, sa su"'

    def accepts(self, value):
        try:
            return Hours(value) is not None
        except (ValueError, AttributeError):
            return False


class Name(config.Text):
    """A door's name: part of topics, so without their signs."""

    def __init__(self, name, default):
        super().__init__(name, default)
        self.expected = "a text of 1 to 32 characters without / + #"

    def accepts(self, value):
        return isinstance(value, str) and 0 < len(value) <= 32 and not any([sign in value for sign in "/+#\0"])


class Doors(config.Field):
    """A list of doors, each an object with some of the keys of DOOR."""

    def __init__(self, name, default):
        super().__init__(name, default)
        self.expected = "a list of at most %d objects" % MOST_DOORS

    def accepts(self, value):
        return isinstance(value, list) and len(value) <= MOST_DOORS

    def check(self, value):
        for place, door in enumerate(super().check(value)):
            try:
                if not isinstance(door, dict):
                    raise config.ConfigError("need an object, have " + json.dumps(door))
                config.check(DOOR, door)
            except config.ConfigError as error:
                raise config.ConfigError("%s[%d]: %s" % (self.name, place, error))
        return value


MOST_DOORS = 16
# The exit status with which door.watch has the whole app started anew, with other settings.
RELOAD = 3
# What each door has; the same keys outside of `doors` hold for those that leave them out.
DOOR = (
    Name("name", "door"),
    config.Region("region", [0, 0, 1, 1]),
    config.Text("model", ""),
    config.Number("open_threshold", 0.6, 0, 1),
    config.Number("close_threshold", 0.4, 0, 1),
    config.Number("minimum_duration", 0.5, 0, 3600),
    config.Number("virtual_input", 1, 0, 64, whole=True),
    config.Number("left_open_after", 0, 0, 86400),
    Week("left_open_hours", ""),
    Week("forced_hours", ""),
)
FIELDS = (
    config.Text("source", "http://127.0.0.12/axis-cgi/mjpg/video.cgi?resolution=640x360&fps=5"),
    config.Text("user", ""),
    config.Text("password", ""),
    config.Text("camera", "http://127.0.0.12"),
    Doors("doors", []),
) + DOOR + (
    config.Number("view_interval", 2, 0, 3600),
    config.Text("time_zone", ""),
    config.Text("mqtt_host", ""),
    config.Number("mqtt_port", 1883, 1, 65535, whole=True),
    config.Text("mqtt_user", ""),
    config.Text("mqtt_password", ""),
    config.Text("mqtt_prefix", "mpycam"),
    config.Text("mqtt_device", ""),
    config.Text("discovery_prefix", "homeassistant"),
    config.Text("webhook_url", ""),
    config.Text("webhook_key", ""),
    config.Text("record_folder", ""),
    config.Number("record_bytes", 100000000, 1000000, 1000000000000, whole=True),
    config.Number("record_before", 5, 0, 60),
    config.Number("record_after", 10, 0, 600),
    config.Number("record_memory", 2097152, 65536, 67108864, whole=True),
    config.Number("collect_bytes", 0, 0, 1000000000, whole=True),
    config.Number("page_port", 2001, 0, 65535, whole=True),
    config.Number("live_port", 2002, 0, 65535, whole=True),
    config.Number("statistics_interval", 60, 1, 86400),
    config.Number("interval", 1, 0.05, 300),
    config.Number("timeout", 10, 0.1, 120),
    config.Number("retry_first", 1, 0.05, 3600),
    config.Number("retry_longest", 60, 0.05, 3600),
    config.Number("frame_limit", 1048576, 4096, 2097152, whole=True),
    config.Number("fps", 5, 0.01, 1000),
    config.Flag("pace", False),
    config.Flag("every_frame", False),
)  # fmt: skip

USAGE = """usage: micropython -m door [--config FILE] [--KEY VALUE]...
Watches doors and prints one JSON line per change. KEY is a key of the configuration:
"""


class Usage(Exception):
    """The command line asks for the usage text."""


def usage():
    """The usage text."""
    lines = ["  --%-20s %s (%s)" % (field.name, field.expected, json.dumps(field.default)) for field in FIELDS]
    return USAGE + "\n".join(lines)


def form():
    """What each setting may be, as a list of dictionaries: for the page."""
    return [
        {
            "name": field.name, "kind": type(field).__name__, "default": field.default, "expected": field.expected,
            "low": getattr(field, "low", None), "high": getattr(field, "high", None),
        }
        for field in FIELDS
    ]  # fmt: skip


def packaged(name):
    """The path of a file that the package brings along: beside the folder of this Python package."""
    folder = __file__.rpartition("/")[0].rpartition("/")[0]
    return folder + "/" + name if folder else name


def localdata(name):
    """The path of a file that survives an upgrade, or None where there is no folder for it."""
    folder = packaged("localdata")
    return folder + "/" + name if exists(folder) else None


def default_path():
    """The configuration that is used when none is named: the one that survives an upgrade, else the package's."""
    for path in (packaged("localdata/door_state.json"), packaged("door_state.json")):
        if exists(path):
            return path
    raise config.ConfigError("need a configuration, have none at " + path)


def load(arguments):
    """The path of the configuration and the checked settings, from the command line's arguments.

    Raises ConfigError, or Usage when the usage text is asked for.
    """
    options = _options(arguments)
    path = options.pop("config", None) or default_path()
    values = config.read(path)
    for field in FIELDS:
        if field.name in options:
            values[field.name] = field.parse(options[field.name])
    return path, check(values)


def check(values):
    """All settings, {key: value}, those that `values` leaves out with their defaults; raises ConfigError."""
    settings = config.check(FIELDS, values)
    _at_most(settings, "retry_first", "retry_longest")
    doors_of(settings)
    return settings


def doors_of(settings):
    """The settings of every door as a list of dictionaries: its own, else those that hold for all."""
    common = {field.name: settings[field.name] for field in DOOR}
    doors = []
    for place, own in enumerate(settings["doors"] or [{}]):
        door = dict(common)
        # Two doors on one virtual input would fight over it.
        if common["virtual_input"]:
            door["virtual_input"] = (common["virtual_input"] + place - 1) % 64 + 1
        if settings["doors"]:
            door["name"] = "door %d" % (place + 1)
        door.update(own)
        try:
            _at_most(door, "close_threshold", "open_threshold")
            if door["name"] in [other["name"] for other in doors]:
                raise config.ConfigError("name: need another one than before, have " + json.dumps(door["name"]))
        except config.ConfigError as error:
            raise config.ConfigError("doors[%d]: %s" % (place, error)) if own else error
        doors.append(door)
    return doors


def inside(settings):
    """Whether the source is the camera that the app runs in: its account, inputs and page are ours to use then."""
    return settings["source"].startswith(settings["camera"] + "/")


def has_page(values):
    """Whether the page is to be served."""
    return bool(values["page_port"]) and inside(values)


def has_upload(values):
    """Whether there is somebody to tell."""
    return bool(values["mqtt_host"] or values["webhook_url"])


def has_record(values):
    """Whether clips are to be kept."""
    return bool(values["record_folder"])


def has_live(values):
    """Whether somebody may want the frames: the page, or the recorder."""
    return bool(values["live_port"]) and (inside(values) or has_record(values))


def refuse(error):
    """Say why the app cannot run; returns the exit status."""
    print("door_state: %s" % error, file=sys.stderr)
    return 2


def _at_most(settings, name, limit):
    if settings[name] > settings[limit]:
        raise config.ConfigError(
            "%s: need at most %s, which is %s, have %s" % (name, limit, settings[limit], settings[name])
        )


def _options(arguments):
    """The command line as {key: text}."""
    names = ["config"] + [field.name for field in FIELDS]
    options = {}
    arguments = list(arguments)
    while arguments:
        option = arguments.pop(0)
        if option in ("-h", "--help"):
            raise Usage()
        name = option[2:].replace("-", "_")
        if not option.startswith("--"):
            raise config.ConfigError("need an option that begins with --, have '%s'" % option)
        if name not in names:
            raise config.unknown("option", name, names)
        if not arguments:
            raise config.ConfigError("option --%s: need a value, have none" % name)
        options[name] = arguments.pop(0)
    return options


def exists(path):
    """Whether there is a file or a folder."""
    try:
        os.stat(path)
        return True
    except OSError:
        return False
