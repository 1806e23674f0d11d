"""my_app: tells when the light goes on or off in what the camera sees.

In the camera it looks at the camera's own video, takes its settings from the camera's parameters, and keeps virtual
input 1 active while there is light. On a workstation it is given a source: `micropython -m main clip.mjpeg`.
"""

import asyncio
import sys
import time

from frames import open_source
from json_lines import utc, write
from light import Light, brightness
from vapix import Vapix

VIDEO = "http://127.0.0.12/axis-cgi/mjpg/video.cgi?resolution=320x180&fps=5"
VIRTUAL_INPUT = 1


async def settings_of(camera):
    """The settings in the camera: (threshold, seconds between two lines of statistics)."""
    # The group is named after the app, with a capital letter.
    values = await camera.parameters("root.My_app")
    return int(values["root.My_app.Threshold"]), int(values["root.My_app.Interval"])


async def watch(source, light, interval, changed):
    """Print a line for each change and one of statistics every `interval` seconds; call changed(on) too."""
    frames = damaged = 0
    told = time.ticks_ms()
    async for jpeg, seconds in source:
        frames += 1
        try:
            if light.update(brightness(jpeg)):
                write(("event", "light"), ("time", when(source, seconds)), ("on", light.on))
                await changed(light.on)
        except ValueError:
            damaged += 1
        if time.ticks_diff(time.ticks_ms(), told) >= interval * 1000:
            told = time.ticks_ms()
            write(("event", "statistics"), ("frames", frames), ("damaged", damaged + source.damaged), ("on", light.on))
    write(("event", "end"), ("frames", frames), ("damaged", damaged + source.damaged))


def when(source, seconds):
    """How the time of a frame is printed."""
    return utc(seconds) if source.live else seconds


async def in_camera():
    """Watch what this camera sees."""
    camera = Vapix("my_app")

    def report(state, reason):
        write(("event", "source"), ("state", state), ("reason", reason))

    # Where the camera does not take it this ends the app, and the camera starts it again: runMode is respawn.
    async def changed(on):
        await camera.virtual_input(VIRTUAL_INPUT, on)

    threshold, interval = await settings_of(camera)
    write(("event", "start"), ("threshold", threshold), ("interval", interval))
    await watch(open_source(VIDEO, client=Vapix("my_app"), report=report), Light(threshold), interval, changed)


async def on_workstation(path):
    """Watch a file or a folder of pictures to its end."""

    async def changed(on):
        pass

    await watch(open_source(path), Light(80), 10, changed)


if __name__ == "__main__":
    asyncio.run(on_workstation(sys.argv[1]) if len(sys.argv) > 1 else in_camera())
