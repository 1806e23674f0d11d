"""docs/ulab.md names what the interpreter has, and the examples of the stubs print what they say."""

import ast
import doctest
import json

import pytest
import ulab_names
from interpreters import ROOT

STUBS = ROOT / "usermodules" / "ulab" / "ulab"

RUN = """
import sys, json, io
import ulab
from ulab import numpy as np
from ulab import scipy

class Output:
    # What print() and the prompt write.
    def __init__(self): self.text = ""

for name, examples in json.load(open(sys.argv[1])):
    names = {"np": np, "ulab": ulab, "scipy": scipy, "numpy": np}
    if hasattr(ulab, "utils"): names["utils"] = ulab.utils
    wrong = []
    for source, want in examples:
        shown = []
        names["print"] = lambda *values, **options: shown.append(" ".join([str(value) for value in values]) + "\\n")
        try:
            try:
                value = eval(source, names)
                if value is not None: shown.append(repr(value) + "\\n")
            except SyntaxError:
                exec(source, names)
        except Exception as error:
            shown.append("{}: {}\\n".format(type(error).__name__, error))
        if " ".join("".join(shown).split()) != " ".join(want.replace("<BLANKLINE>", "").split()):
            wrong.append([source, want, "".join(shown)])
    print(json.dumps([name, wrong]))
"""


def test_every_name_has_its_row(host):
    page = ulab_names.PAGE.read_text()
    assert page == ulab_names.with_tables(page, ulab_names.names_of(host.command[0])), "python host_tests/ulab_names.py <micropython>"


@pytest.mark.parametrize("path", sorted(path.relative_to(STUBS) for path in STUBS.rglob("*.pyi")), ids=str)
def test_examples_print_what_they_say(interpreter, tmp_path, path):
    parser = doctest.DocTestParser()
    examples = []
    for node in ast.walk(ast.parse((STUBS / path).read_text())):
        text = node.value.value if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) else ""
        found = [(example.source.rstrip(), example.want) for example in parser.get_examples(str(text))]
        if found:
            examples.append((f"{path}, line {node.lineno}: {text.splitlines()[0]}", found))
    cases = tmp_path / "examples"
    cases.write_text(json.dumps(examples))
    answers = [json.loads(line) for line in interpreter.run(RUN, cases).splitlines()]
    assert len(answers) == len(examples)
    wrong = [f"{name}\n  >>> {source}\n  {want}  printed: {got}" for name, problems in answers for source, want, got in problems]
    assert not wrong, "\n".join(wrong)
