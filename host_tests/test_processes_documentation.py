"""docs/processes.md and docs/configuration.md: their examples run and print what they say."""

import ast
import doctest
import json
import re

from camera_python import MODULE_PATH, run
from interpreters import ROOT


def page(name):
    return (ROOT / "docs" / name).read_text()


def test_example_of_processes(host, tmp_path):
    text = page("processes.md")
    for name, code in re.findall(r"^`(\w+\.py)`.*?\n\n```python\n(.*?)^```", text, re.S | re.M):
        (tmp_path / name).write_text(code)
    assert len(list(tmp_path.iterdir())) == 3
    result = host.start(["main.py"], cwd=tmp_path, env={"MICROPYPATH": MODULE_PATH})
    said = re.search(r"^prints\n\n```json\n(.*?)^```", text, re.S | re.M).group(1)
    assert (result.stdout, result.stderr, result.returncode) == (said, "", 0)


def test_names_and_numbers_of_processes(host):
    """The limits, and the keys of the events that tell of processes."""
    text = page("processes.md")
    limits = json.loads(run(host, """
import process_link, supervisor
print(json.dumps([process_link.MESSAGE, supervisor.QUEUE, process_link.BEAT_SECONDS,
    2 * (supervisor.POLITE + supervisor.TERMINATED + supervisor.LEFT)]))
"""))  # fmt: skip
    message, queue, beat, end = limits
    assert f"at most {message:,} bytes" in text and f"Up to {queue:,} bytes" in text and f"every {beat} s" in text
    assert end <= 9
    lines = [json.loads(line) for line in re.findall(r'^\{"event": "process".*', text, re.M)]
    assert [list(line) for line in lines] == [
        ["event", "time", "process", "state", "reason", "delay"],
        ["event", "time", "process", "state"],
    ]


def test_examples_of_configuration(host):
    examples = doctest.DocTestParser().get_examples(page("configuration.md"))
    assert len(examples) > 15
    steps = [
        f"value = {example.source}if value is not None: print(repr(value))\n" if is_expression(example.source)
        else example.source
        for example in examples
    ]  # fmt: skip
    printed = run(host, "".join(f"print({number})\n{step}" for number, step in enumerate(steps)))
    expected = "".join(f"{number}\n{example.want}" for number, example in enumerate(examples))
    assert printed == expected


def is_expression(source):
    try:
        ast.parse(source, mode="eval")
    except SyntaxError:
        return False
    return True


def test_table_of_fields(host):
    """Every kind of field is in the table."""
    names = json.loads(run(host, """
import config
print(json.dumps([name for name, value in config.__dict__.items()
    if isinstance(value, type) and issubclass(value, config.Field) and value is not config.Field]))
"""))  # fmt: skip
    assert set(re.findall(r"^\| `(\w+)\(name", page("configuration.md"), re.M)) == set(names)
