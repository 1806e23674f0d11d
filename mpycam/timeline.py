"""The demo's picture: what the door did, what the network thought, what the app said."""

import io

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

matplotlib.use("Agg")

COLOURS = {"open": "#d95f02", "closed": "#1b9e77", "unknown": "#999999"}
THUMBNAILS = 7


def spans(times, flags):
    """Return the (start, end) times of the runs in which `flags` is true.

    `times` are ascending seconds, one a frame; a run ends where the next frame
    without the flag begins.
    """
    padded = np.concatenate([[False], np.asarray(flags, bool), [False]])
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    if not len(times):
        return []
    step = times[1] - times[0] if len(times) > 1 else 1.0
    ends = np.append(times, times[-1] + step)
    return [(ends[start], ends[end]) for start, end in zip(edges[::2], edges[1::2])]


def pick_frames(times, change_times, count=THUMBNAILS):
    """Return indices of `count` frames worth showing: one just after each change, the rest spread evenly."""
    times = np.asarray(times)
    chosen = {min(int(np.searchsorted(times, moment + 0.5)), len(times) - 1) for moment in change_times[:count]}
    for index in np.linspace(0, len(times) - 1, count * 4).astype(int):
        if len(chosen) >= min(count, len(times)):
            break
        if all(abs(index - other) > len(times) / (count * 2) for other in chosen):
            chosen.add(int(index))
    return sorted(chosen)


def draw(path, *, frames, times, truth_open, probability, state, region, thresholds, title):
    """Write the timeline of one clip as a PNG file.

    frames       JPEG bytes, one a frame
    times        seconds, one a frame
    truth_open   whether the door really was open, one a frame
    probability  of being open, one a frame, 0 to 1
    state        what the app said at that time: "open", "closed" or "unknown", one a frame
    region       (x, y, width, height) watched, as fractions of the picture
    thresholds   (close, open) probabilities
    """
    changes = [times[i] for i in range(1, len(state)) if state[i] != state[i - 1]]
    shown = pick_frames(times, changes)
    figure = Figure(figsize=(14, 5), dpi=100, facecolor="white")
    grid = figure.add_gridspec(2, len(shown), height_ratios=[1, 1.75], hspace=0.14, wspace=0.06,
                               left=0.045, right=0.985, top=0.9, bottom=0.11)  # fmt: skip
    figure.suptitle(title, x=0.045, y=0.975, ha="left", fontsize=13)

    for column, index in enumerate(shown):
        axes = figure.add_subplot(grid[0, column])
        picture = Image.open(io.BytesIO(frames[index]))
        width, height = picture.size
        axes.imshow(np.asarray(picture))
        axes.add_patch(Rectangle((region[0] * width, region[1] * height), region[2] * width, region[3] * height,
                                 fill=False, linewidth=1.2, edgecolor="white"))  # fmt: skip
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set(color=COLOURS[state[index]], linewidth=4)
        axes.set_title(f"{times[index]:.1f} s  {state[index]}", fontsize=10, color=COLOURS[state[index]])

    axes = figure.add_subplot(grid[1, :])
    for start, end in spans(times, truth_open):
        axes.axvspan(start, end, color=COLOURS["open"], alpha=0.16, linewidth=0)
    for name, colour in COLOURS.items():
        for start, end in spans(times, [value == name for value in state]):
            axes.add_patch(Rectangle((start, -0.115), end - start, 0.07, color=colour, linewidth=0))
    axes.plot(times, probability, color="#333333", linewidth=1.1)
    for threshold in thresholds:
        axes.axhline(threshold, color="#666666", linewidth=0.8, linestyle=(0, (4, 4)))
    for index in shown:
        axes.plot([times[index]], [1.06], marker="v", color=COLOURS[state[index]], markersize=6, clip_on=False)
    axes.set(xlim=(times[0], times[-1]), ylim=(-0.13, 1.04), xlabel="seconds", ylabel="probability of open")
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    handles = [
        Rectangle((0, 0), 1, 1, color=COLOURS["open"], alpha=0.16),
        Rectangle((0, 0), 1, 1, color=COLOURS["open"]),
        Rectangle((0, 0), 1, 1, color=COLOURS["closed"]),
    ]
    axes.legend(handles, ["door really open", "app says open", "app says closed"], loc="upper right",
                ncols=3, frameon=False, fontsize=9, bbox_to_anchor=(1, -0.09))  # fmt: skip
    figure.savefig(path)
