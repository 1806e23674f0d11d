"""The live door scene: a rendered room whose door is opened and closed by hand, or by people who come and go."""

from functools import cached_property, lru_cache

from PIL import Image

# Degrees between two angles of the leaf that are drawn: fine enough to look smooth, and few enough to be kept.
ANGLE_STEP = 2
OPEN_ANGLE = 80
SWING_SECONDS = 1.4
# While nothing moves, so many pictures that differ in their noise take turns.
STILL_PICTURES = 8
KEPT_PICTURES = 64
STORY_SECONDS = 600
INSTALLATION, DAY, HOURS = 4, 1001, 14.0


class DoorScene:
    """A door in front of the camera, drawn when a picture is asked for.

    A picture of 640 x 360 pixels costs some 50 ms; drawn ones are kept, so that a
    door that was swung once swings for nothing. Times are in seconds since the
    source began.
    """

    size = (640, 360)
    fps = 10.0

    def __init__(self, installation=INSTALLATION, day=DAY, hours=HOURS):
        """Seeds of the installation and the day, and the hour (0 to 24) whose light the scene has."""
        self.hours = hours
        self._seeds = installation, day
        self._swing = (0.0, 0.0, 0.0)  # when it began, from which angle, to which
        self._story = None
        self._story_began = 0.0
        self._scene = None
        self._picture = lru_cache(KEPT_PICTURES)(self._draw)

    # What the page and the simulator's API do

    def move(self, angle, seconds):
        """Swing the leaf to an angle in degrees, 0 closed; people leave."""
        now = self.angle(seconds)
        self._story = None
        self._swing = seconds, now, float(angle)

    def let_people_come(self, seconds, seed=0):
        """Let people come and go, and use the door."""
        from mpycam.scenes import Story

        self._story = Story(self._installation, STORY_SECONDS, seed)
        self._story_began = seconds

    def state(self, seconds):
        """What is true now, as a dictionary.

        `region` is where the door is: [x, y, width, height] in parts of the picture.
        """
        from mpycam.scenes import is_open

        angle = self.angle(seconds)
        return {
            "open": is_open(angle),
            "angle": round(angle, 1),
            "moving": self.angle(seconds + 0.05) != angle,
            "people": self._story is not None,
            "hours": self.hours,
            "region": self._region,
        }

    def angle(self, seconds):
        """The leaf's angle in degrees."""
        if self._story is not None:
            return self._story.angle(self._story_time(seconds))
        began, before, after = self._swing
        part = min(max((seconds - began) / SWING_SECONDS, 0.0), 1.0)
        # Minimum-jerk profile of a hand's movement.
        return before + (after - before) * part**3 * (10 - 15 * part + 6 * part * part)

    # What Frames asks for

    def key(self, seconds):
        """Step of the leaf's angle, light, which noise, and the moment of the story if people are to be seen."""
        number = int(seconds * self.fps)
        seconds = number / self.fps
        if self._story is not None:
            moment = round(self._story_time(seconds), 2)
            if self._story.people(moment):
                return round(self._story.angle(moment) / ANGLE_STEP), self.hours, 0, moment
        step = self.angle(seconds) / ANGLE_STEP
        noise = number % STILL_PICTURES if step == round(step) else 0
        return round(step), self.hours, noise, None

    def jpeg(self, key):
        """None: pictures are drawn."""

    def picture(self, key):
        """Draw a picture, or return one that was drawn."""
        return self._picture(key)

    def _story_time(self, seconds):
        return (seconds - self._story_began) % STORY_SECONDS

    @cached_property
    def _installation(self):
        from mpycam.scenes import Installation

        return Installation.random(self._seeds[0], self.size)

    @cached_property
    def _region(self):
        from mpycam.scenes import door_region

        sides = self.size * 2
        return [round(value / side, 3) for value, side in zip(door_region(self._installation), sides, strict=True)]

    def _draw(self, key):
        import numpy as np

        from mpycam.scenes import Day
        from mpycam.scenes.scene import Scene, develop

        step, hours, noise, moment = key
        if self._scene is None:
            self._scene = Scene(self._installation, Day.random(self._seeds[1]), hours)
        people = () if moment is None else self._story.people(moment)
        light = self._scene.light(hours, step * ANGLE_STEP, people)
        seed = [step, noise, 0 if moment is None else round(moment * 100)]
        return Image.fromarray(develop(self._scene, light, np.random.default_rng(seed)))
