"""The board as Prometheus reads it: its text format, version 0.0.4."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
ABOUT = ("app", "version", "model", "serial", "firmware", "architecture")


def as_text(board):
    """Every camera's state as metrics."""
    metrics = {}

    def add(name, kind, help_text, value, **labels):
        told = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        lines = metrics.setdefault(name, [f"# HELP {name} {help_text}", f"# TYPE {name} {kind}"])
        lines.append(f"{name}{{{told}}} {value}" if told else f"{name} {value}")

    add("mpycam_messages_total", "counter", "Messages that were taken.", board.messages)
    add("mpycam_messages_damaged_total", "counter", "Messages that could not be understood.", board.damaged)
    for camera in board:
        device = camera.device
        about = {key: str(camera.about.get(key, "")) for key in ABOUT}
        add("mpycam_camera_info", "gauge", "What the camera is.", 1, device=device, **about)
        add("mpycam_online", "gauge", "1 while the app is connected to the broker.", int(camera.online), device=device)
        add("mpycam_events_total", "counter", "Events since this monitor began.", camera.events, device=device)
        heard = round(camera.heard, 3)
        add("mpycam_heard_timestamp_seconds", "gauge", "When the camera was last heard.", heard, device=device)
        for key, help_text in (("frames", "Frames received."), ("damaged", "Frames that could not be used.")):
            if isinstance(camera.statistics.get(key), int):
                add(f"mpycam_{key}_total", "counter", help_text, camera.statistics[key], device=device)
        if camera.frames_per_second is not None:
            add("mpycam_frames_per_second", "gauge", "By the last statistics.", camera.frames_per_second, device=device)
        for name, door in sorted(camera.doors.items()):
            labels = {"device": device, "door": name}
            is_open, alarm = door.get("state") in ("open", "ajar"), bool(door.get("alarm"))
            add("mpycam_door_open", "gauge", "1 while the door is open or ajar.", int(is_open), **labels)
            add("mpycam_door_alarm", "gauge", "1 while an alarm is on.", int(alarm), **labels)
            if isinstance(door.get("openings"), int):
                add("mpycam_door_openings_today", "gauge", "Openings of today.", door["openings"], **labels)
    return "".join("\n".join(lines) + "\n" for lines in metrics.values())


def _escaped(text):
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
