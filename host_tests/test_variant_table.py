"""docs/variant.md and the script that measures it name the same choices."""

import importlib.util
import re

from interpreters import ROOT


def test_table_has_a_line_for_every_choice():
    specification = importlib.util.spec_from_file_location("measure_choices", ROOT / "variant" / "measure_choices.py")
    script = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(script)
    rows = re.findall(r"^\| (.+?) \| (in|out) \| (-?[\d,]+) \| (.+?) \|$", (ROOT / "docs" / "variant.md").read_text(), re.M)
    expected = [(choice.name, "in" if choice.kept else "out", choice.reason) for choice in script.CHOICES]
    assert [(name, decision, reason) for name, decision, _, reason in rows] == expected
