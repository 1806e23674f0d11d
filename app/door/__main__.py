"""Command line of the app: `micropython -m door [--config FILE] [--KEY VALUE]...`"""

import asyncio
import sys

import door
import mpycam
from door import settings
from door.watch import Watch


def fail(error):
    """Print why the app cannot run, and end."""
    print("door_state: %s" % error, file=sys.stderr)
    sys.exit(2)


def main(arguments):
    """Run until the source ends or the process is told to end, and print the last line whatever happens."""
    try:
        path, values = settings.load(arguments)
        watch = Watch(values)
    except settings.Usage:
        print(settings.usage())
        return
    except (OSError, ValueError) as error:
        fail(error)
    versions = (
        ("door_state", door.__version__),
        ("mpycam", mpycam.version),
        ("micropython", ".".join([str(part) for part in sys.implementation.version[:3]])),
    )
    reason = "error"
    try:
        watch.started(versions, path, values)
        asyncio.run(watch.run())
        reason = "end of source"
    except SystemExit:
        reason = "terminated"
    finally:
        watch.ended(reason)


main(sys.argv[1:])
