"""Rendered door scenes: what a camera sees of a door, day and night, with the truth beside it.

>>> from mpycam.scenes import Day, Installation, render
>>> render(Installation.random(6), Day.random(1), hours=15.5, angle=40).shape
(360, 640, 3)
"""

from mpycam.scenes.clip import clip, write_clip
from mpycam.scenes.installation import (
    CLOSED_BELOW,
    OPEN_ABOVE,
    Door,
    Installation,
    door_region,
    is_ambiguous,
    is_open,
)
from mpycam.scenes.light import Day
from mpycam.scenes.people import Person
from mpycam.scenes.scene import render
from mpycam.scenes.story import Story

__all__ = [
    "CLOSED_BELOW",
    "OPEN_ABOVE",
    "Day",
    "Door",
    "Installation",
    "Person",
    "Story",
    "clip",
    "door_region",
    "is_ambiguous",
    "is_open",
    "render",
    "write_clip",
]
