"""What came of each camera, for people and for programs."""

import json
from dataclasses import asdict, dataclass

# What can come of a camera. LEFT was not begun, because the run was stopped; PLANNED is a dry run's DONE.
DONE, UNCHANGED, FAILED, LEFT, PLANNED = "done", "unchanged", "failed", "left", "planned"


@dataclass
class Result:
    """What came of one camera; `reason` says why, in words with the remedy, `number` is the camera's own error."""

    camera: str
    result: str
    app: str = ""
    before: str | None = None
    after: str | None = None
    reason: str = ""
    kind: str = ""
    number: int | None = None
    seconds: float = 0


def counts(results):
    """How many there are of each kind, in the order in which they are told."""
    kinds = (DONE, PLANNED, UNCHANGED, FAILED, LEFT)
    found = {kind: sum(result.result == kind for result in results) for kind in kinds}
    return {kind: count for kind, count in found.items() if count}


def as_text(results):
    """A line of sums, and a line for each camera that needs somebody."""
    lines = [", ".join(f"{count} {kind}" for kind, count in counts(results).items()) or "no cameras"]
    for result in results:
        if result.result in (FAILED, LEFT) and result.reason:
            lines.append(f"{result.camera}: {result.reason}")
    return "\n".join(lines) + "\n"


def as_json(results, **about):
    """All of it as JSON, with `about` in front."""
    told = {**about, "counts": counts(results), "cameras": [asdict(result) for result in results]}
    return json.dumps(told, indent=2) + "\n"
