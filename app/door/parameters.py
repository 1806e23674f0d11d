"""The app's parameters in the camera: what an installer changes there becomes a setting."""

import asyncio
import sys

import config
from config_parameters import Parameters
from door import settings

# Seconds between two looks.
INTERVAL = 60


def _report(error):
    print("door_state: parameter: %s" % error, file=sys.stderr)


async def follow(camera, path):
    """Wait for changes, write them into the configuration, and return; `camera` is a Vapix."""
    parameters = Parameters(camera, "door_state", settings.FIELDS, settings.localdata("parameters.json"), _report)
    while True:
        try:
            changes = await parameters.changes()
            if changes:
                settings.write(path, dict(config.read(path), **changes))
                return
        except (OSError, ValueError, asyncio.TimeoutError) as error:
            # A camera that does not answer, a setting that does not go with the others, a full disk.
            _report(str(error) or "no answer in time")
        await asyncio.sleep(INTERVAL)
