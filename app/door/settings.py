"""What can be configured, and how a configuration is found."""

import json
import os
import sys

import config
import json_lines
from config import Flag, Groups, Number, Password, Region, Text
from door.hours import Hours


class Week(Text):
    """Hours of the week, see door.hours."""

    def expected(self):
        return 'hours such as "mo-fr 22:00-06:00, sa su"'

    def accepts(self, value):
        try:
            return Hours(value) is not None
        except (ValueError, AttributeError):
            return False


class Name(Text):
    """A door's name: part of topics, so without their signs."""

    def expected(self):
        return "a text of 1 to 32 characters without / + #"

    def accepts(self, value):
        return isinstance(value, str) and 0 < len(value) <= 32 and not any([sign in value for sign in "/+#\0"])


# The exit status with which door.watch has the whole app started anew, with other settings.
RELOAD = 3
CONFIG = "door_state.json"
INSIDE = "http://127.0.0.12"
SOURCE = INSIDE + "/axis-cgi/mjpg/video.cgi?resolution=640x360&fps=5"
# What each door has; the same keys outside of `doors` hold for those that leave them out.
DOOR = (
    Name("name", "door", help="the door's name, in lines and topics"),
    Region("region", [0, 0, 1, 1], help="where the door is; fractions hold at every resolution"),
    Text("model", "", help="a .unn file of a gray picture with the labels closed, open and perhaps ajar; "
        "empty for the package's"),
    Number("open_threshold", 0.6, 0, 1, help="probability from which on a frame speaks for open"),
    Number("close_threshold", 0.4, 0, 1, help="probability up to which a frame speaks for closed; at most open_threshold"),
    Number("minimum_duration", 0.5, 0, 3600, help="seconds for which all frames must agree"),
    Number("virtual_input", 1, 0, 64, whole=True, parameter=True,
        help="the camera's virtual input that is active while the door is open; 0 for none"),
    Number("left_open_after", 0, 0, 86400, help="seconds after which an open door is an alarm; 0 for never"),
    Week("left_open_hours", "", help="when it is one; empty for always"),
    Week("forced_hours", "", help="when it is an alarm that the door opens; empty for never"),
)
FIELDS = (
    Text("source", SOURCE, parameter=True, help="where frames come from; by default the camera itself, seen from within"),
    Text("user", "", help="account for a URL without one; empty for the one that AXIS OS 11.6 hands to apps"),
    Password("password", "", help="its password"),
    Text("camera", INSIDE, help="the camera that the app runs in, seen from within"),
    Groups("doors", [], DOOR, help="the doors; empty for one"),
) + DOOR + (
    Number("view_interval", 2, 0, 3600, help="seconds between two looks at the view as a whole; 0 for none"),
    Text("time_zone", "", parameter=True,
        help="for hours and days, such as CET-1CEST,M3.5.0,M10.5.0/3; empty for the camera's own"),
    Text("mqtt_host", "", parameter=True, help="the MQTT broker; empty for none"),
    Number("mqtt_port", 1883, 1, 65535, whole=True, parameter=True, help="its port"),
    Text("mqtt_user", "", parameter=True, help="account at the broker"),
    Password("mqtt_password", "", help="its password"),
    Text("mqtt_prefix", "mpycam", parameter=True, help="what all topics begin with"),
    Text("mqtt_device", "", help="the camera's name in topics; empty for its serial number"),
    Text("discovery_prefix", "homeassistant", help="where Home Assistant looks for devices"),
    Text("webhook_url", "", parameter=True, help="where events are sent by HTTP POST; empty for nowhere"),
    Password("webhook_key", "", help="the secret that signs them"),
    Text("record_folder", "", help="where clips are kept: on a card, a share or in localdata; empty for none"),
    Number("record_bytes", 100000000, 1000000, 1000000000000, whole=True,
        help="bytes of clips at most; the oldest make room"),
    Number("record_before", 5, 0, 60, help="seconds of a clip before the event"),
    Number("record_after", 10, 0, 600, help="seconds of a clip after it"),
    Number("record_memory", 2097152, 65536, 67108864, whole=True,
        help="bytes for the frames before an event: where they are too few, a clip begins later"),
    Number("collect_bytes", 0, 0, 1000000000, whole=True, help="bytes of frames kept for training; 0 for none"),
    Number("page_port", 2001, 0, 65535, whole=True, help="loopback port of the page; 0 for no page"),
    Number("live_port", 2002, 0, 65535, whole=True, help="loopback port of the pictures; 0 for none"),
    Number("rtsp_port", 0, 0, 65535, whole=True, help="the network's port of the pictures by RTSP; 0 for none"),
    Password("rtsp_password", "", help="password of the user viewer there; needed"),
    Number("statistics_interval", 60, 1, 86400, help="seconds between two lines of statistics"),
    Number("interval", 1, 0.05, 300, help="seconds between two snapshots"),
    Number("timeout", 10, 0.1, 120, help="seconds after which a camera that sends no frame counts as lost"),
    Number("retry_first", 1, 0.05, 3600, help="seconds before the first attempt to reach a lost camera again"),
    Number("retry_longest", 60, 0.05, 3600, help="the wait doubles up to this; ten good frames begin anew"),
    Number("frame_limit", 1048576, 4096, 2097152, whole=True, help="bytes of the largest frame that is taken"),
    Number("fps", 5, 0.01, 1000, help="frames a second of a file"),
    Flag("pace", False, help="give a file's frames at that rate instead of as fast as possible"),
    Flag("every_frame", False, help="print a line for every frame and door"),
)  # fmt: skip
# Bytes of settings in a line, and of one of them: a camera's log cuts lines at 1,024.
TOLD, LONGEST = 450, 300

USAGE = """usage: micropython -m door [--config FILE] [--KEY VALUE]...
Watches doors and prints one JSON line per change. KEY is a key of the configuration:
"""


class Usage(Exception):
    """The command line asks for the usage text."""


def usage():
    """The usage text."""
    return USAGE + config.usage(FIELDS)


def form():
    """What each setting may be, as a list of dictionaries: for the page."""
    return config.form(FIELDS)


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
    for path in (packaged("localdata/" + CONFIG), packaged(CONFIG)):
        if exists(path):
            return path
    raise config.ConfigError("need a configuration, have none at " + path)


def load(arguments):
    """The path of the configuration and the checked settings, from the command line's arguments.

    Raises ConfigError, or Usage when the usage text is asked for.
    """
    if "-h" in arguments or "--help" in arguments:
        raise Usage()
    options = config.options(FIELDS, arguments, ["config"])
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
    if settings["rtsp_port"] and not settings["rtsp_password"]:
        raise config.ConfigError("rtsp_password: need one for rtsp_port, have none")
    doors_of(settings)
    return settings


def write(path, values):
    """Check values and write them to the file `path`, or to the one that survives an upgrade if that is the package's.

    Raises ConfigError, OSError.
    """
    check(values)
    config.write((path == packaged(CONFIG) and localdata(CONFIG)) or path, values)


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


def told(settings):
    """What is not as by default, without secrets, as lists of (key, value) pairs that each fit into a line."""
    parts, room = [], 0
    for pair in _shown(settings):
        size = len(json_lines.line((pair,)).encode())
        if size > room:
            parts.append([])
            room = TOLD
        parts[-1].append(pair)
        room -= size
    return parts or [[]]


def _shown(settings):
    for key, value in config.changed(FIELDS, settings):
        if key == "doors":
            for place, door in enumerate(value):
                for name, own in sorted(door.items()):
                    yield "doors[%d].%s" % (place, name), shortened(own)
            continue
        if key in ("source", "webhook_url") and "://" in value:
            from http_client import redacted

            value = redacted(value)
        yield key, shortened(value)


def shortened(value):
    """The value, or the beginning of a text that is too long for a line."""
    if isinstance(value, str) and len(json.dumps(value).encode()) > LONGEST:
        return value[:40] + "..."
    return value


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


def exists(path):
    """Whether there is a file or a folder."""
    try:
        os.stat(path)
        return True
    except OSError:
        return False
