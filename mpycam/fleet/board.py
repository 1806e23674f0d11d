"""What is known of a fleet from what its cameras publish over MQTT (docs/door_state.md has the topics)."""

import json
import time
from dataclasses import dataclass, field

# How many of the last events of a camera are remembered, so that one delivered twice is counted once.
REMEMBERED = 64


@dataclass
class Camera:
    """A camera, or rather the app on it, as far as it has told; what it has not told is empty."""

    device: str
    online: bool = False
    about: dict = field(default_factory=dict)
    doors: dict = field(default_factory=dict)
    view: str = ""
    statistics: dict = field(default_factory=dict)
    events: int = 0
    # Seconds since 1970 of the last message that was not a retained one.
    heard: float = 0.0
    last_events: list = field(default_factory=list)

    @property
    def frames_per_second(self):
        """Frames a second by the last statistics, None before them."""
        value = self.statistics.get("fps")
        return value if isinstance(value, int | float) else None

    @property
    def alarms(self):
        """The alarms that are on, such as ["main left_open"]."""
        return [f"{name} {door['alarm']}" for name, door in sorted(self.doors.items()) if door.get("alarm")]


class Board:
    """All cameras below a prefix, by their device's name."""

    def __init__(self, prefix):
        self.prefix = prefix
        self.cameras = {}
        # Messages taken, and how many of them were not to be understood.
        self.messages = self.damaged = 0

    @property
    def topic(self):
        """What to subscribe to."""
        return f"{self.prefix}/+/#"

    def take(self, topic, payload, retained=False):
        """Take a message: its topic as a text, its payload as bytes."""
        self.messages += 1
        prefix = f"{self.prefix}/"
        device, mark, what = topic.removeprefix(prefix).partition("/")
        if not topic.startswith(prefix) or not mark:
            self.damaged += 1
            return
        camera = self.cameras.get(device)
        if camera is None:
            camera = self.cameras[device] = Camera(device)
        if not retained:
            camera.heard = time.time()
        if what == "status":
            camera.online = payload == b"online"
            return
        if not payload:
            # How a retained message is taken back.
            camera.doors.pop(what.removeprefix("door/"), None)
            return
        try:
            told = json.loads(payload)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            self.damaged += 1
        elif what == "device":
            camera.about = told
        elif what == "view":
            camera.view = str(told.get("state", ""))
        elif what == "statistics":
            camera.statistics = told
        elif what == "event":
            _count(camera, told)
        elif what.startswith("door/"):
            camera.doors[what[len("door/") :]] = told

    def __iter__(self):
        return iter(sorted(self.cameras.values(), key=lambda camera: camera.device))


def _count(camera, event):
    identity = event.get("id")
    if identity is not None:
        if identity in camera.last_events:
            return
        camera.last_events.append(identity)
        del camera.last_events[:-REMEMBERED]
    camera.events += 1


def as_rows(board, now):
    """The board as rows of texts, the first one the head, and cameras that need somebody in front."""
    rows = [("camera", "", "model", "app", "doors", "view", "fps", "events", "heard")]
    for camera in sorted(board, key=lambda camera: (camera.online and not camera.alarms, camera.device)):
        doors = " ".join(f"{name}:{door.get('state', '?')}" for name, door in sorted(camera.doors.items()))
        if camera.alarms:
            doors += " ALARM " + ", ".join(camera.alarms)
        fps = camera.frames_per_second
        about = camera.about
        rows.append((
            camera.device, "online" if camera.online else "OFFLINE", str(about.get("model", "")),
            f"{about.get('app', '')} {about.get('version', '')}".strip(), doors, camera.view,
            "" if fps is None else f"{fps:.1f}", str(camera.events), _ago(now - camera.heard) if camera.heard else "",
        ))  # fmt: skip
    return rows


def _ago(seconds):
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length:.0f} {unit} ago"
    return f"{max(0, seconds):.0f} s ago"
