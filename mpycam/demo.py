"""`mpycam demo`: the door app watches a clip of a door scene, and its answers are held against the truth."""

import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from mpycam.errors import MpycamError

ROOT = Path(__file__).resolve().parent.parent
# How long after the door really changed the app may say so: its minimum
# duration, and the swing through the angles that are neither open nor closed.
TOLERANCE_SECONDS = 2.5
START_OF_IMAGE, END_OF_IMAGE = b"\xff\xd8", b"\xff\xd9"
# Of the probability that the door is open: it closes below the first and opens above the second.
THRESHOLDS = (0.4, 0.6)
# Seeds of the scene.
INSTALLATION, DAY, STORY = 4, 1001, 4


@dataclass(frozen=True)
class Change:
    """The door becoming `state` ("open" or "closed") at `time`, in seconds of the clip."""

    time: float
    state: str


def changes_of(times, is_open):
    """Return the Changes in a per-frame truth: the first frame tells the state that the clip begins with."""
    changes = []
    for moment, value in zip(times, is_open):
        state = "open" if value else "closed"
        if not changes or changes[-1].state != state:
            changes.append(Change(moment, state))
    return changes


def match(truth, said, tolerance=TOLERANCE_SECONDS):
    """Pair what happened with what was said.

    Returns a list of (true Change or None, said Change or None) by time: None on
    the left is a false report, None on the right a change that was missed. A
    report belongs to a change of the same state at most `tolerance` seconds
    before it; none is used twice.
    """
    left = list(said)
    pairs = []
    for change in truth:
        fitting = [other for other in left if other.state == change.state
                   and -0.5 <= other.time - change.time <= tolerance]  # fmt: skip
        if fitting:
            left.remove(fitting[0])
        pairs.append((change, fitting[0] if fitting else None))
    pairs += [(None, other) for other in left]
    return sorted(pairs, key=lambda pair: (pair[0] or pair[1]).time)


def render_clip(path):
    """Write the demo's clip: an installation that the model knows, on a day that it has never seen."""
    from mpycam.scenes import Day, Installation, write_clip

    partial = path.with_name("partial.mjpeg")
    truth = write_clip(partial, Installation.random(INSTALLATION), Day.random(DAY), seconds=60, fps=10, seed=STORY)
    truth.rename(path.with_suffix(".json"))
    partial.rename(path)


def split_frames(clip):
    """Return the JPEG files in the bytes of a clip that `render_clip` wrote: no thumbnails hide in their headers."""
    parts = clip.split(END_OF_IMAGE + START_OF_IMAGE)
    return [START_OF_IMAGE * bool(i) + part + END_OF_IMAGE * (i < len(parts) - 1) for i, part in enumerate(parts)]


def run_app(firmware, clip, region, fps):
    """Run the door app on an MJPEG file as a camera would, and return its output lines as dictionaries."""
    command = [
        Path(firmware).resolve(), "-X", "heapsize=4M", "-m", "door", "--source", clip.resolve(),
        "--region", json.dumps(region), "--fps", fps, "--every_frame", "true",
        "--close_threshold", THRESHOLDS[0], "--open_threshold", THRESHOLDS[1],
    ]  # fmt: skip
    environment = {**os.environ, "MICROPYPATH": f"{ROOT / 'lib'}:.frozen"}
    result = subprocess.run(
        [str(part) for part in command], cwd=ROOT / "app", env=environment, capture_output=True, text=True
    )
    if result.returncode != 0:
        raise MpycamError(f"the door app ended with status {result.returncode}: {result.stderr.strip()[-2000:]}")
    return [json.loads(line) for line in result.stdout.splitlines()]


def report(pairs):
    """Return the table of changes beside the truth as lines of text."""
    lines = ["  really                 said                   after"]
    for change, answer in pairs:
        left = f"{change.state:<7}{change.time:7.1f} s" if change else "-"
        right = f"{answer.state:<7}{answer.time:7.1f} s" if answer else "missed"
        delay = f"{answer.time - change.time:5.2f} s" if change and answer else ""
        lines.append(f"  {left:<22} {right:<22} {delay}{'' if change else 'false'}".rstrip())
    return lines


def summary(pairs, end, milliseconds):
    """Return one line: changes found, false reports, mean delay, frames and time a frame."""
    found = [(change, answer) for change, answer in pairs if change and answer]
    total = sum(1 for change, _ in pairs if change)
    false = sum(1 for change, _ in pairs if not change)
    delay = sum(answer.time - change.time for change, answer in found) / max(1, len(found))
    return (f"{len(found)} of {total} changes found, {false} false, {delay:.2f} s after the door on average; "
            f"{end['frames']} frames, {milliseconds:.1f} ms a frame")  # fmt: skip


def run(options):
    """Run the demo; the exit status is 0 only when the app's answers are all true."""
    from mpycam.timeline import draw

    folder = Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    clip, truth_file = folder / "door.mjpeg", folder / "door.json"
    if not (clip.exists() and truth_file.exists()):
        print(f"rendering a door scene into {clip}", flush=True)
        render_clip(clip)
    truth = json.loads(truth_file.read_text())
    width, height = truth["size"]
    region = [round(value / size, 4) for value, size in zip(truth["region"], (width, height, width, height))]
    times = [frame["time"] for frame in truth["frames"]]

    print(f"watching it with {options.firmware}", flush=True)
    began = time.perf_counter()
    lines = run_app(options.firmware, clip, region, truth["fps"])
    milliseconds = (time.perf_counter() - began) * 1000 / max(1, len(times))
    if not times:
        raise MpycamError(f"{clip}: need frames, have none; remove it to render it anew")
    said = [Change(line["time"], line["state"]) for line in lines if line["event"] == "door"]
    is_open = [frame["open"] for frame in truth["frames"]]
    pairs = match(changes_of(times, is_open), said)
    for line in report(pairs):
        print(line)
    told = summary(pairs, lines[-1], milliseconds)

    picture = folder / "timeline.png"
    frames = [line for line in lines if line["event"] == "frame"]
    draw(
        picture,
        frames=split_frames(clip.read_bytes()),
        times=[line["time"] for line in frames],
        truth_open=is_open,
        probability=[line["probability"] for line in frames],
        state=[line["state"] for line in frames],
        region=region,
        thresholds=THRESHOLDS,
        title=told,
    )
    print(told)
    print(f"picture: {picture}")
    return 0 if all(change and answer for change, answer in pairs) else 1


def add_command(subcommands):
    """Add `mpycam demo`."""
    parser = subcommands.add_parser("demo", help="watch a clip of a door with the app, on this machine")
    parser.add_argument("--firmware", default="dist/host/micropython", help="the interpreter (default: %(default)s)")
    parser.add_argument("--output", default="build/demo", help="folder for clip and picture (default: %(default)s)")
    parser.set_defaults(run=run)
