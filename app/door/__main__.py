"""Command line of the app: `micropython -m door [--config FILE] [--KEY VALUE]...`"""

import sys

from door import settings, watch


def main(arguments):
    """Run until the source ends or the process is told to end."""
    try:
        path, values = settings.load(arguments)
        watching = watch.Watch(values)
    except settings.Usage:
        print(settings.usage())
        return
    except (OSError, ValueError) as error:
        print("door_state: %s" % error, file=sys.stderr)
        sys.exit(2)
    watch.run(watching, path, values)


main(sys.argv[1:])
