"""lib/config.py and lib/json_lines.py: what is refused, and in which words."""

import datetime
import errno
import json
import os
import random
import resource
import signal
import subprocess
import sys

import pytest
from camera_packages import script_app
from camera_python import evaluate, run
from interpreters import ROOT
from test_camera_applications import Client
from virtual_camera import PASSWORD, USER, running_camera


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


LISTS = """
from config import *
FIELDS = (
    Text("source", "http://x/", help="where frames come from", parameter=True),
    Password("password", ""),
    Number("fps", 5, 0.01, 1000, help="frames", unit="a second", parameter=True),
    Number("count", 3, 1, 10, whole=True, parameter=True),
    Flag("pace", False, parameter=True),
    Choice("zone", "UTC", (("UTC", "Universal"), ("CET", "Central Europe"))),
    Choice("size", "small", ("small", "large"), parameter=True),
    Region("region", [0, 0, 1, 0.5], parameter=True),
    Groups("doors", [], (Text("name", "door"), Number("threshold", 0.5, 0, 1)), most=2),
)
"""


def test_groups(interpreter, tmp_path):
    cases = [
        ([{"name": "a", "threshold": 1}, {}], None),
        ({}, "doors: need a list of at most 2 objects, have {}"),
        ([{}, {}, {}], "doors: need a list of at most 2 objects, have [{}, {}, {}]"),
        ([{}, 7], "doors[1]: need an object, have 7"),
        ([{"threshold": 2}], "doors[0]: threshold: need a number from 0 to 1, have 2"),
        ([{}, {"nmae": ""}], "doors[1]: unknown key 'nmae', did you mean 'name'?"),
    ]
    script = LISTS + """
for doors in cases():
    try:
        print(json.dumps(check(FIELDS, {"doors": doors})["doors"]))
    except ConfigError as error:
        print(json.dumps(str(error)))
"""
    answers = evaluate(interpreter, tmp_path, script, [doors for doors, _ in cases])
    assert answers == [text or doors for doors, text in cases]


def test_form(interpreter, tmp_path):
    (form,) = evaluate(interpreter, tmp_path, LISTS + "print(json.dumps(form(FIELDS)))", [])
    by_name = {field["name"]: field for field in form}
    assert [field["name"] for field in form][:3] == ["source", "password", "fps"]
    assert by_name["fps"] == {
        "name": "fps", "type": "number", "default": 5, "expected": "a number from 0.01 to 1000",
        "help": "frames", "unit": "a second", "low": 0.01, "high": 1000, "whole": False,
    }  # fmt: skip
    assert by_name["password"]["type"] == "password"
    assert by_name["zone"]["choices"] == [["UTC", "Universal"], ["CET", "Central Europe"]]
    assert [field["name"] for field in by_name["doors"]["fields"]] == ["name", "threshold"]
    assert by_name["doors"]["most"] == 2


def test_command_line(interpreter, tmp_path):
    cases = [
        (["--fps", "7", "--source", "a b", "--config", "c.json"], {"fps": "7", "source": "a b", "config": "c.json"}),
        (["--fps", "1", "--fps", "2"], {"fps": "2"}),
        (["fps"], "need an option that begins with --, have 'fps'"),
        (["--pfs", "1"], "unknown option 'pfs', did you mean 'fps'?"),
        (["--fps"], "option --fps: need a value, have none"),
    ]
    script = LISTS + """
for arguments in cases():
    try:
        print(json.dumps(options(FIELDS, arguments, ["config"])))
    except ConfigError as error:
        print(json.dumps(str(error)))
print(json.dumps(usage(FIELDS)))
"""
    *answers, usage = evaluate(interpreter, tmp_path, script, [arguments for arguments, _ in cases])
    assert answers == [expected for _, expected in cases]
    assert usage.splitlines()[2] == "  --fps                  a number from 0.01 to 1000 (5)"


def test_passwords_are_not_told(interpreter, tmp_path):
    script = LISTS + """
before = check(FIELDS, {"password": "secret", "source": "s"})
told = concealed(FIELDS, before)
print(json.dumps(told["password"]), json.dumps(told["source"]))
told["source"] = HIDDEN
print(json.dumps([restored(FIELDS, told, before)[name] for name in ("password", "source")]))
print(json.dumps([restored(FIELDS, {"password": "new"}, before), concealed(FIELDS, {"password": ""})]))
"""
    printed = run(interpreter, script).splitlines()
    assert printed == ['"***" "s"', '["secret", "***"]', '[{"password": "new"}, {"password": ""}]']


def test_writing(interpreter, tmp_path):
    """The file is whole at every moment, and its owner's alone."""
    path = tmp_path / "settings.json"
    script = """
import config
config.write(sys.argv[1], {"a": [1, "ü"]})
assert config.read(sys.argv[1]) == {"a": [1, "ü"]}
config.write(sys.argv[1], {"b": True})
try:
    config.write(sys.argv[1] + "/no/such", {})
except OSError as error:
    print(error.errno)
"""
    assert run(interpreter, script, path) == "20\n"
    assert json.loads(path.read_text()) == {"b": True}
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["settings.json"]


def test_full_disk_leaves_the_old_file(host, tmp_path):
    path = tmp_path / "settings.json"
    path.write_text('{"old": 1}')
    script = """
import config
try:
    config.write(sys.argv[1], {"new": "x" * 5000})
except OSError as error:
    print(error.errno)
"""

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    assert run(host, script, path, preexec_fn=small_files) == f"{errno.EFBIG}\n"
    assert path.read_text() == '{"old": 1}'


def test_documents_in_both_pythons(host):
    """Packages are built by CPython, which writes the same from the same file."""
    script = LISTS + """
import config_documents
print(json.dumps(config_documents.parameters(FIELDS)))
print(config_documents.table(FIELDS))
for field in (Password("p", "", parameter=True), Groups("g", [], (), parameter=True)):
    try:
        config_documents.parameters([field])
    except ValueError as error:
        print(error)
"""
    printed = run(host, script)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lib"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", "import json\n" + script]
    said = subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout
    # The order of an object's keys is MicroPython's own.
    assert json.loads(said.splitlines()[0]) == json.loads(printed.splitlines()[0])
    assert said.splitlines()[1:] == printed.splitlines()[1:]
    assert json.loads(said.splitlines()[0]) == [
        {"name": "source", "default": "http://x/", "type": "string"},
        {"name": "fps", "default": "5", "type": "string"},
        {"name": "count", "default": "3", "type": "int:min=1;max=10"},
        {"name": "pace", "default": "no", "type": "bool:no,yes"},
        {"name": "size", "default": "small", "type": "enum:small|small,large|large"},
        {"name": "region", "default": "[0, 0, 1, 0.5]", "type": "string"},
    ]
    assert said.splitlines()[-2:] == [f"{name}: need a field with a value that a parameter can have" for name in "pg"]
    assert "| `fps` | `5` | a number from 0.01 to 1000 a second | frames |" in said.splitlines()


CHANGES = LISTS + """
from config_parameters import Parameters
from vapix import Vapix
async def main():
    camera = Vapix("parameter_app", sys.argv[1], sys.argv[2], sys.argv[3])
    for changed in cases_of(sys.argv[4]):
        if changed:
            await camera.set_parameters({"root.Parameter_app." + name: text for name, text in changed.items()})
        # Anew each time: what was seen is in the file.
        parameters = Parameters(camera, "parameter_app", FIELDS, "seen.json", lambda text: print(json.dumps(text)))
        print(json.dumps(await parameters.changes()))
        print(json.dumps(await parameters.changes()))
asyncio.run(main())
"""


def test_parameters_of_the_camera(interpreter, tmp_path):
    """An installer's changes are told once, also those made while the app did not run; wrong ones in words."""
    steps = [
        ({}, [{}]),
        ({"fps": "7.5", "pace": "yes", "region": "[0,0,0.5,1]"}, [{"fps": 7.5, "pace": True, "region": [0, 0, 0.5, 1]}]),
        ({"fps": "fast"}, ["fps: need a number from 0.01 to 1000, have fast", {}]),
        ({"fps": "2000", "count": "4"}, ["fps: need a number from 0.01 to 1000, have 2000", {"count": 4}]),
        ({"fps": "5"}, [{"fps": 5}]),
    ]
    listed = json.loads(run(interpreter, LISTS + """
import config_documents
print(json.dumps(config_documents.parameters(FIELDS)))
"""))  # fmt: skip
    with running_camera(tmp_path / "camera", "11.11", "host") as running:
        package = script_app(name="parameter_app", configuration={"paramConfig": listed})
        assert Client(running).upload(package) == "OK"
        path = tmp_path / "cases.json"
        path.write_text(json.dumps([changed for changed, _ in steps]))
        script = CHANGES.replace("cases_of(sys.argv[4])", "json.load(open(sys.argv[4]))")
        printed = run(interpreter, script, USER, PASSWORD, running.url("").rstrip("/"), path, cwd=tmp_path)
    expected = [line for _, lines in steps for line in [*lines, {}]]
    assert [json.loads(line) for line in printed.splitlines()] == expected
