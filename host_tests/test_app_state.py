"""app/door/state.py against its definition, written down without any memory."""

import random
from fractions import Fraction

from camera_python import evaluate

OPEN_THRESHOLD, CLOSE_THRESHOLD = 0.6, 0.4


def tendencies(probabilities):
    """What each probability speaks for: the last decisive one up to it decides."""
    result = []
    for index in range(len(probabilities)):
        decisive = [p for p in probabilities[: index + 1] if p >= OPEN_THRESHOLD or p <= CLOSE_THRESHOLD]
        result.append(None if not decisive else "open" if decisive[-1] >= OPEN_THRESHOLD else "closed")
    return result


def reference(stretches, fps, duration):
    """The state after each frame. Between two stretches the view was interrupted."""
    states, state = [], "unknown"
    for stretch in stretches:
        wanted = tendencies(stretch)
        for index, tendency in enumerate(wanted):
            first = index
            while first and wanted[first - 1] == tendency:
                first -= 1
            if tendency and Fraction(index - first) / fps >= duration:
                state = tendency
            states.append(state)
    return states


SCRIPT = """
from door.state import DoorState
for stretches, fps, duration in cases():
    door, states, number = DoorState(0.6, 0.4, duration), [], 0
    for stretch in stretches:
        for probability in stretch:
            before = door.state
            changed = door.update(probability, number / fps)
            assert changed == (door.state != before)
            states.append(door.state)
            number += 1
        door.forget()
    print(json.dumps(states))
"""


def sequence(rng, length):
    """Probabilities that dwell, drift and flicker, with the thresholds themselves among them."""
    result = []
    while len(result) < length:
        kind = rng.randrange(4)
        level = rng.choice([0.02, 0.4, 0.5, 0.6, 0.98])
        for _ in range(rng.randrange(1, 9)):
            result.append(rng.choice([level, rng.random(), 0.4, 0.6]) if kind == 0 else level)
    return result[:length]


def test_random_sequences(interpreter, tmp_path):
    rng = random.Random(8)
    cases = []
    for _ in range(150):
        stretches = [sequence(rng, rng.randrange(40)) for _ in range(rng.randrange(1, 4))]
        cases.append([stretches, rng.choice([1, 3, 5, 10, 25, 30]), rng.choice([0, 0.1, 0.2, 0.5, 1, 1.5])])
    answers = evaluate(interpreter, tmp_path, SCRIPT, cases)
    for case, states in zip(cases, answers, strict=True):
        stretches, fps, duration = case
        assert states == reference(stretches, fps, Fraction(str(duration))), case
    # The cases are worth something only if all states and many changes occur.
    changes = sum(a != b for states in answers for a, b in zip(states, states[1:], strict=False))
    assert changes > 100
    assert {state for states in answers for state in states} == {"unknown", "open", "closed"}


def test_flicker_makes_no_change(interpreter, tmp_path):
    closed, flicker = [0.1] * 10, [0.9, 0.9, 0.1, 0.9, 0.5, 0.1]
    cases = [
        [[closed + flicker * 20], 5, 0.5],
        [[flicker * 20], 5, 0.5],
        [[closed + [0.55, 0.45] * 50], 5, 0],
        [[[0.5] * 50], 5, 0],
    ]
    answers = evaluate(interpreter, tmp_path, SCRIPT, cases)
    assert [set(states[3:]) for states in answers] == [{"closed"}, {"unknown"}, {"closed"}, {"unknown"}]


def test_clock_set_back(host, tmp_path):
    script = """
from door.state import DoorState
for times in cases():
    door = DoorState(0.6, 0.4, 1)
    print(json.dumps([door.update(0.9, time) for time in times]))
"""
    # The duration begins anew at the earlier time instead of lasting for an hour.
    answers = evaluate(host, tmp_path, script, [[3600, 3600.5, 0, 0.5, 1, 1.5]])
    assert answers == [[False, False, False, False, True, False]]
