"""What the app's processes tell of themselves, as text for Prometheus."""

from metrics import Prometheus

CONTENT_TYPE = Prometheus.CONTENT_TYPE
# How open a door is, by its state; an unknown one has no value.
OPEN = {"closed": 0, "ajar": 1, "open": 1}


def text(status):
    """The measures in `status`, {process: what it answered}, as the page has it; "error" where it did not answer."""
    page = Prometheus()

    def put(name, value, help, kind="gauge", **labels):
        if value is not None:
            page.set("door_state_" + name, value, help, kind, **labels)

    watch = status["watch"]
    put("up", int("error" not in watch), "Whether the process that looks at the doors answers.")
    for door in watch.get("doors", ()):
        name = door["name"]
        put("open", OPEN.get(door["state"]), "Whether the door is open or ajar.", door=name)
        put("probability", door["probability"], "That the door is open, by the network.", door=name)
        put("openings_today", door["openings"], "Times that the door has opened today.", door=name)
        put("open_seconds_today", door["open_seconds"], "Seconds that the door was open today.", door=name)
        put("alarm", int(bool(door["alarm"])), "Whether there is an alarm.", door=name)
    if "view" in watch:
        put("view_good", int(watch["view"] == "good"), "Whether the camera sees what it should.")
        put("frames_total", watch["frames"], "Frames since the start.", "counter")
        put("frames_per_second", watch["fps"], "Frames a second.")
    for stage, value in watch.get("milliseconds", {}).items():
        if value is not None:
            put("stage_seconds", value / 1000, "Mean seconds of a frame's stages.", stage=stage)
    for output in status["upload"].get("outputs", ()):
        labels = {"output": output["name"]}
        put("output_failing", int(output["state"] in ("lost", "refused")), "Whether an output takes nothing.", **labels)
        put("output_waiting", output["waiting"], "Events that wait for an output.", **labels)
    for name, process in status["supervisor"].get("processes", {}).items():
        put("process_starts_total", process["starts"], "Times that a process was started.", "counter", process=name)
        put("process_resident_bytes", process["resident"], "Memory of a process.", process=name)
    return page.text()
