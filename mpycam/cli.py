"""The `mpycam` command: one subcommand per task."""

import argparse
import importlib
import sys

from mpycam import version
from mpycam.errors import MpycamError

# Each of these modules has `add_command(subcommands)`, which adds its parser
# and sets `run`, a function from the parsed arguments to the exit status.
# Heavy libraries are imported inside `run`, so that the help stays quick.
COMMANDS = [
    "mpycam.camera.command",
    "mpycam.collect",
    "mpycam.convert",
    "mpycam.demo",
    "mpycam.deploy",
    "mpycam.developer.command",
    "mpycam.device.command",
    "mpycam.discover",
    "mpycam.eap.command",
    "mpycam.fleet.command",
    "mpycam.model",
    "mpycam.new.command",
    "mpycam.train",
    "mpycam.training.command",
]


def build_parser():
    """Return the argument parser with every subcommand added."""
    parser = argparse.ArgumentParser(prog="mpycam", description="MicroPython for Linux network cameras.")
    parser.add_argument("--version", action="version", version=f"mpycam {version}")
    subcommands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in COMMANDS:
        importlib.import_module(name).add_command(subcommands)
    return parser


def main(arguments=None):
    """Run the command line and return its exit status: 0 done, 1 failed, 2 wrong usage."""
    options = build_parser().parse_args(arguments)
    try:
        return options.run(options)
    except (MpycamError, OSError) as error:
        print(f"mpycam: {error}", file=sys.stderr)
        return 1
