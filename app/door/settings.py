"""What can be configured, and how a configuration is found."""

import json
import os

import config
from vapix import INSIDE

FIELDS = (
    config.Text("source", "http://127.0.0.12/axis-cgi/mjpg/video.cgi?resolution=640x360&fps=5"),
    config.Text("user", ""),
    config.Text("password", ""),
    config.Text("camera", INSIDE),
    config.Number("virtual_input", 1, 0, 64, whole=True),
    config.Region("region", [0, 0, 1, 1]),
    config.Text("model", ""),
    config.Number("open_threshold", 0.6, 0, 1),
    config.Number("close_threshold", 0.4, 0, 1),
    config.Number("minimum_duration", 0.5, 0, 3600),
    config.Number("statistics_interval", 60, 1, 86400),
    config.Number("interval", 1, 0.05, 300),
    config.Number("timeout", 10, 0.1, 120),
    config.Number("retry_first", 1, 0.05, 3600),
    config.Number("retry_longest", 60, 0.05, 3600),
    config.Number("frame_limit", 1048576, 4096, 2097152, whole=True),
    config.Number("fps", 5, 0.01, 1000),
    config.Flag("pace", False),
    config.Flag("every_frame", False),
)

USAGE = """usage: micropython -m door [--config FILE] [--KEY VALUE]...
Watches a door and prints one JSON line per change. KEY is a key of the configuration:
"""


class Usage(Exception):
    """The command line asks for the usage text."""


def usage():
    """The usage text."""
    lines = ["  --%-20s %s (%s)" % (field.name, field.expected, json.dumps(field.default)) for field in FIELDS]
    return USAGE + "\n".join(lines)


def packaged(name):
    """The path of a file that the package brings along: beside the folder of this Python package."""
    folder = __file__.rpartition("/")[0].rpartition("/")[0]
    return folder + "/" + name if folder else name


def default_path():
    """The configuration that is used when none is named: the one that survives an upgrade, else the package's."""
    for path in (packaged("localdata/door_state.json"), packaged("door_state.json")):
        if _exists(path):
            return path
    raise config.ConfigError("need a configuration, have none at " + path)


def load(arguments):
    """The path of the configuration and the checked settings, from the command line's arguments.

    Raises ConfigError, or Usage when the usage text is asked for.
    """
    options = _options(arguments)
    path = options.pop("config", None) or default_path()
    settings = config.check(FIELDS, config.read(path))
    for field in FIELDS:
        if field.name in options:
            settings[field.name] = field.check(field.parse(options[field.name]))
    _at_most(settings, "close_threshold", "open_threshold")
    _at_most(settings, "retry_first", "retry_longest")
    return path, settings


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


def _exists(path):
    try:
        os.stat(path)
        return True
    except OSError:
        return False
