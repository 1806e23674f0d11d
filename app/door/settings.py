"""What can be configured, and how a configuration is found."""

import os

import config

FIELDS = (
    config.Text("source", "http://127.0.0.12/axis-cgi/mjpg/video.cgi?resolution=640x360&fps=5"),
    config.Text("user", ""),
    config.Text("password", ""),
    config.Region("region", [0, 0, 1, 1]),
    config.Text("model", "door.unn"),
    config.Number("open_threshold", 0.6, 0, 1),
    config.Number("close_threshold", 0.4, 0, 1),
    config.Number("minimum_duration", 0.5, 0, 3600),
    config.Number("statistics_interval", 60, 1, 86400),
    config.Number("interval", 1, 0.05, 3600),
    config.Number("timeout", 10, 0.1, 600),
    config.Number("retry_first", 1, 0.05, 3600),
    config.Number("retry_longest", 60, 0.05, 3600),
    config.Number("frame_limit", 1048576, 4096, 16777216, whole=True),
    config.Number("fps", 5, 0.01, 1000),
    config.Flag("pace", False),
)

USAGE = """usage: micropython -m door [--config FILE] [--KEY VALUE]...
Watches a door and prints one JSON line per change. KEY is a key of the configuration:
"""


class Usage(Exception):
    """The command line asks for the usage text."""


def usage():
    """The usage text."""
    lines = ["  --%-20s %s (%s)" % (field.name, field.expected, field.default) for field in FIELDS]
    return USAGE + "\n".join(lines)


def package_folder():
    """The folder that holds the app's package, its model and its configuration, with a slash or empty."""
    return __file__.rpartition("/")[0].rpartition("/")[0]


def default_path():
    """The configuration that is used when none is named: the one that survives an upgrade, else the package's."""
    for path in (_join(package_folder(), "localdata/door_state.json"), _join(package_folder(), "door_state.json")):
        if _exists(path):
            return path
    raise config.ConfigError("need a configuration, have none at " + path)


def load(arguments):
    """The path of the configuration and the checked settings, from the command line's arguments."""
    options = _options(arguments)
    path = options.pop("config", None) or default_path()
    values = config.read(path)
    folder = path.rpartition("/")[0]
    checked = config.check(FIELDS, values)
    overrides = {field.name: field.check(field.parse(options[field.name])) for field in FIELDS if field.name in options}
    # What a file names lies beside it, what the command line names in the working directory.
    for name in ("source", "model"):
        if "://" not in checked[name]:
            checked[name] = _join(folder, checked[name])
    if not "model" in values and not _exists(checked["model"]):
        checked["model"] = _join(package_folder(), FIELDS[4].default)
    checked.update(overrides)
    if checked["close_threshold"] > checked["open_threshold"]:
        raise config.ConfigError(
            "close_threshold: need at most open_threshold, which is %s, have %s"
            % (checked["open_threshold"], checked["close_threshold"])
        )
    if checked["retry_first"] > checked["retry_longest"]:
        raise config.ConfigError(
            "retry_first: need at most retry_longest, which is %s, have %s"
            % (checked["retry_longest"], checked["retry_first"])
        )
    return path, checked


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


def _join(folder, path):
    return path if path.startswith("/") or not folder else folder + "/" + path


def _exists(path):
    try:
        os.stat(path)
        return True
    except OSError:
        return False
