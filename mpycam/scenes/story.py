"""What happens at a door: how the leaf moves and where people walk."""

from dataclasses import dataclass, replace

import numpy as np

from mpycam.scenes.people import Person

STRIDE_LENGTH = 1.4  # metres a figure covers in one cycle of its gait


@dataclass(frozen=True, eq=False)
class Walk:
    """A person's way along `points` (n, 2) at rising `times` (n,) in seconds; not there before and after."""

    person: Person
    times: np.ndarray
    points: np.ndarray

    def at(self, time):
        """The Person at a time, or None when not there."""
        if not self.times[0] <= time < self.times[-1]:
            return None
        x, y = (np.interp(time, self.times, self.points[:, i]) for i in (0, 1))
        leg = min(int(np.searchsorted(self.times, time, "right")) - 1, len(self.times) - 2)
        step = self.points[leg + 1] - self.points[leg]
        walked = np.hypot(*np.diff(self.points[: leg + 1], axis=0).T).sum() + np.hypot(
            x - self.points[leg, 0], y - self.points[leg, 1]
        )
        moving = np.hypot(*step) > 0.05
        if not moving and leg > 0:
            step = self.points[leg] - self.points[leg - 1]
        return replace(
            self.person, x=float(x), y=float(y), heading=float(np.arctan2(step[1], step[0])),
            phase=float(2 * np.pi * walked / STRIDE_LENGTH), stride=1.0 if moving else 0.0,
        )  # fmt: skip


class Story:
    """The movements at an installation's door over `seconds`, drawn from `seed`."""

    def __init__(self, installation, seconds, seed):
        self.installation = installation
        self.rng = np.random.default_rng([installation.seed, seed, 51])
        self.walks = []
        self.moves = []  # (start, end, angle at the end) of the leaf, in order
        time, visits = self.rng.uniform(1, 3), []
        while time < seconds - 5:
            if not visits:
                visits = ["enter", "pass", "leave", "stand", "open"]
                self.rng.shuffle(visits)
            time = getattr(self, "_" + visits.pop())(time) + self.rng.uniform(0.5, 2.5)

    def angle(self, time):
        """The leaf's angle in degrees at a time in seconds."""
        before = 0.0
        for start, end, after in self.moves:
            if time <= start:
                break
            part = min((time - start) / (end - start), 1.0)
            # Minimum-jerk profile of a hand's movement.
            before += (after - before) * part**3 * (10 - 15 * part + 6 * part * part)
        return float(before)

    def people(self, time):
        """The people in the scene at a time in seconds."""
        return tuple(person for walk in self.walks if (person := walk.at(time)) is not None)

    def _walk(self, start, *legs):
        """Walk from legs[0] on; a leg is a point, or a number of seconds to stand. Returns the times of the points."""
        speed = self.rng.uniform(1.0, 1.45)
        times, points = [start], [np.array(legs[0], float)]
        for leg in legs[1:]:
            if np.isscalar(leg):
                times.append(times[-1] + leg)
                points.append(points[-1])
            else:
                points.append(np.array(leg, float))
                times.append(times[-1] + max(np.hypot(*(points[-1] - points[-2])) / speed, 0.05))
        self.walks.append(Walk(Person(int(self.rng.integers(1 << 30)), 0, 0, 0), np.array(times), np.array(points)))
        return times

    def _off_stage(self):
        """A place beside and behind the camera."""
        i = self.installation
        x, y, _ = i.camera.position
        side = 0.8 if x < i.door.width / 2 else -0.8
        if i.outdoor:
            side = self.rng.choice([-3.5, 3.5])
        return np.clip(x + side, max(i.left, -4) + 0.3, min(i.right, 5) - 0.3), y - 0.2

    def _middle(self):
        """Where people pass the doorway: nearer to the latch than to the hinge."""
        door = self.installation.door
        return door.width * (0.58 if door.hinge == "left" else 0.42)

    def _swing(self, start, angle, seconds=None):
        end = start + (seconds or self.rng.uniform(0.9, 1.8))
        self.moves.append((start, end, angle))
        return end

    def _target(self):
        return self.rng.uniform(65, 108)

    def _shut(self, time):
        """Let the door fall shut, after a while or soon."""
        wait = self.rng.uniform(3, 7) if self.rng.random() < 0.3 else self.rng.uniform(0.2, 1.0)
        return self._swing(time + wait, 0.0, self.rng.uniform(1.2, 2.6))

    def _inside(self):
        i = self.installation
        side = 1 if i.door.hinge == "left" else -1
        return self._middle() + 0.5 * side, min(i.door.wall + 1.7, i.back_depth - 0.3)

    def _waiting_place(self):
        """Before the door, clear of an outward leaf."""
        return self._middle(), -1.2 if self.installation.door.swing == "out" else -0.55

    def _enter(self, time):
        door = self.installation.door
        opening = self.rng.uniform(1.0, 1.6)
        times = self._walk(
            time, self._off_stage(), self._waiting_place(), opening, (self._middle(), door.wall + 0.4), self._inside()
        )
        self._swing(times[1], self._target(), opening)
        return self._shut(times[3] + 0.4)

    def _leave(self, time):
        door = self.installation.door
        opened = self._swing(time, self._target())
        inside = (self._middle(), door.wall + 1.2)
        times = self._walk(opened - 0.5, self._inside(), inside, (self._middle(), -1.25), self._off_stage())
        return max(self._shut(times[2]), times[3])

    def _pass(self, time):
        start, end = self._off_stage(), self._off_stage()
        depth = -self.rng.uniform(1.2, 2.0)
        near = (-0.5, depth), (self.installation.door.width + 0.5, depth)
        if self.rng.random() < 0.5:
            near = near[::-1]
        return self._walk(time, start, *near, end)[-1]

    def _stand(self, time):
        return self._walk(time, self._off_stage(), self._waiting_place(), self.rng.uniform(1.5, 4), self._off_stage())[
            -1
        ]

    def _open(self, time):
        angle = self.rng.uniform(20, 100)
        return self._shut(self._swing(time, angle) + self.rng.uniform(1, 3))
