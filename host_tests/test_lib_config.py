"""lib/config.py and lib/json_lines.py: what is refused, and in which words."""

import datetime
import random

import pytest
from camera_python import evaluate, run


def edit_distance(a, b):
    """Optimal string alignment, straight from its recursive definition."""
    table = {(i, j): i + j for i in range(len(a) + 1) for j in range(len(b) + 1) if i * j == 0}
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            options = [table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a[i - 1] != b[j - 1])]
            if i > 1 and j > 1 and a[i - 2 : i] == b[j - 1] + b[j - 2]:
                options.append(table[i - 2, j - 2] + 1)
            table[i, j] = min(options)
    return table[len(a), len(b)]


def test_distance(interpreter, tmp_path):
    rng = random.Random(5)
    pairs = [["".join(rng.choices("abc", k=rng.randrange(7))) for _ in "ab"] for _ in range(200)]
    pairs += [["treshold", "threshold"], ["", "abc"], ["", ""], ["tiemout", "timeout"]]
    script = """
from config import distance
for a, b in cases():
    print(distance(a, b))
"""
    assert evaluate(interpreter, tmp_path, script, pairs) == [edit_distance(a, b) for a, b in pairs]


FIELDS = """
from config import *
FIELDS = (Number("threshold", 0.5, 0, 1), Number("frame_limit", 1, 1, 9),
          Number("count", 3, 1, 10, whole=True), Flag("loud", False),
          Text("name", "x"), Text("comment", ""), Region("region", [0, 0, 1, 1]))
for values in cases():
    try:
        print(json.dumps(check(FIELDS, values)))
    except ConfigError as error:
        print(json.dumps(str(error)))
"""
DEFAULTS = {
    "threshold": 0.5,
    "frame_limit": 1,
    "count": 3,
    "loud": False,
    "name": "x",
    "comment": "",
    "region": [0, 0, 1, 1],
}
ALL = "There are comment, count, frame_limit, loud, name, region, threshold"
FRACTIONS = "region: need [x, y, width, height] in fractions from 0 to 1 inside of the picture, have "
CHECKS = [
    ({}, DEFAULTS),
    ({"threshold": 0, "count": 10, "loud": True, "comment": "ü"},
     DEFAULTS | {"threshold": 0, "count": 10, "loud": True, "comment": "ü"}),
    ({"region": [0.7, 0.1, 0.3, 0.9]}, DEFAULTS | {"region": [0.7, 0.1, 0.3, 0.9]}),
    ({"treshold": 1}, "unknown key 'treshold', did you mean 'threshold'?"),
    ({"limit": 1}, "unknown key 'limit', did you mean 'frame_limit'?"),
    ({"nmae": 1}, "unknown key 'nmae', did you mean 'name'?"),
    ({"xyz": 1}, "unknown key 'xyz', did you mean 'loud'? " + ALL),
    ({"": 1}, "unknown key '', did you mean 'loud'? " + ALL),
    ({"threshold": 1.01}, "threshold: need a number from 0 to 1, have 1.01"),
    ({"threshold": -1}, "threshold: need a number from 0 to 1, have -1"),
    ({"threshold": "0.5"}, 'threshold: need a number from 0 to 1, have "0.5"'),
    ({"threshold": True}, "threshold: need a number from 0 to 1, have true"),
    ({"threshold": None}, "threshold: need a number from 0 to 1, have null"),
    ({"threshold": [1]}, "threshold: need a number from 0 to 1, have [1]"),
    ({"count": 2.0}, "count: need a whole number from 1 to 10, have 2.0"),
    ({"count": 0}, "count: need a whole number from 1 to 10, have 0"),
    ({"loud": 1}, "loud: need true or false, have 1"),
    ({"name": ""}, 'name: need a text that is not empty, have ""'),
    ({"name": 7}, "name: need a text that is not empty, have 7"),
    ({"comment": None}, "comment: need a text, have null"),
    ({"region": [0, 0, 1]}, FRACTIONS + "[0, 0, 1]"),
    ({"region": [0, 0, 1, 0]}, FRACTIONS + "[0, 0, 1, 0]"),
    ({"region": [0.5, 0, 0.6, 1]}, FRACTIONS + "[0.5, 0, 0.6, 1]"),
    ({"region": [0, 0, 640, 360]}, FRACTIONS + "[0, 0, 640, 360]"),
    ({"region": [0, 0, True, 1]}, FRACTIONS + "[0, 0, true, 1]"),
    ({"region": "all"}, FRACTIONS + '"all"'),
]  # fmt: skip


def test_checks(interpreter, tmp_path):
    answers = evaluate(interpreter, tmp_path, FIELDS, [values for values, _ in CHECKS])
    assert answers == [expected for _, expected in CHECKS]


@pytest.mark.parametrize(
    "content, problem",
    [
        (None, "cannot be read, [Errno 2] ENOENT"),
        ("", "need a JSON object from { to }"),
        ('{"a": 1', "need a JSON object from { to }"),
        ("[1]", "need a JSON object from { to }"),
        ('{"a": x}', "syntax error in JSON"),
        ('{"a": 1} {}', "syntax error in JSON"),
    ],
)
def test_files(host, tmp_path, content, problem):
    path = tmp_path / "c.json"
    if content is not None:
        path.write_text(content)
    printed = run(host, """
import config
try:
    config.read(sys.argv[1])
except config.ConfigError as error:
    print(error)
""", path)  # fmt: skip
    assert printed == f"{path}: {problem}\n"


def test_json_lines(interpreter, tmp_path):
    cases = [
        [["a", 1], ["b", 'text "quoted" \n ü'], ["c", None], ["d", True], ["e", [1, 0.12345, "x"]]],
        *([["x", value]] for value in (0.1, 0.9996, 1.0, -0.0001, 1e6, 123456.7894, 2.5e-7, 99.9995)),
    ]
    script = """
import json_lines
for pairs in cases():
    print(json_lines.line(pairs + [("nested", json_lines.Nested(pairs))]))
print(json_lines.line((("x", float("nan")), ("y", float("-inf")))))
"""
    *lines, odd = evaluate(interpreter, tmp_path, script, cases)
    assert odd == {"x": None, "y": None}
    for pairs, line in zip(cases, lines, strict=True):
        rounded = {
            name: pytest.approx(value, abs=0.000501) if isinstance(value, float) else value for name, value in pairs
        }
        if "e" in rounded:
            rounded["e"] = [1, 0.123, "x"]
        assert line == rounded | {"nested": rounded}
        assert list(line) == [name for name, _ in pairs] + ["nested"]


def test_times(interpreter, tmp_path):
    rng = random.Random(6)
    milliseconds = [0, 951782400000, 1709164799999] + [rng.randrange(4 * 10**12) for _ in range(100)]
    script = """
import json_lines
for milliseconds in cases():
    print(json.dumps(json_lines.utc(milliseconds / 1000)))
"""
    for value, text in zip(milliseconds, evaluate(interpreter, tmp_path, script, milliseconds), strict=True):
        moment = datetime.datetime.fromtimestamp(value // 1000, datetime.UTC)
        assert text == moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value % 1000:03d}Z"
