"""The stubs name what the module has, no more and no less, and describe every function."""

import ast

import pytest
from interpreters import ROOT
STUBS = ROOT / "usermodules" / "ulab" / "ulab"


PATHS = sorted(path.relative_to(STUBS.parent) for path in STUBS.rglob("*.pyi"))


@pytest.mark.parametrize("path", PATHS, ids=str)
def test_names(host, path):
    module = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    tree = ast.parse((STUBS.parent / path).read_text())
    named = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            assert ast.get_docstring(node), node.name
            named.add(node.name)
        elif isinstance(node, ast.AnnAssign):
            named.add(node.target.id)
        elif isinstance(node, ast.ImportFrom) and node.level and node.names[0].asname:
            named.add(node.names[0].name)
    # Names in Python are listed once one was asked for.
    there = set(host.run(f"import {module}\nhasattr({module}, 'x')\nprint(*dir({module}))").split())
    assert named - {"MemoryFigures", "__version__"} == {name for name in there if not name.startswith("_")}


def test_methods(host):
    tree = ast.parse((STUBS / "numpy/__init__.pyi").read_text())
    array = next(node for node in tree.body if isinstance(node, ast.ClassDef))
    named = {node.name for node in array.body if isinstance(node, ast.FunctionDef)} | {"shape"}
    there = set(host.run("from ulab import numpy as np\nprint(*dir(np.zeros(1)))").split())
    functions = set(host.run("from ulab import numpy as np\nprint(*dir(np))").split())
    there = {name for name in there if not name.startswith("__")}
    named = {name for name in named if not name.startswith("__")}
    assert not there - named
    # A method that is a function of ulab.numpy is there when the function is.
    assert not (named - there) & functions
    assert named - there <= {"conj", "cumprod", "cumsum", "diagonal", "nonzero", "prod", "ptp", "ravel", "repeat",
                             "round", "searchsorted", "squeeze", "swapaxes", "take", "var", "conjugate"}  # fmt: skip
