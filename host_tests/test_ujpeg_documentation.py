"""The stub of ujpeg and docs/ujpeg.md name what the module has, and their examples print what they say."""

import ast

import pytest
from examples import check_examples
from interpreters import ROOT

STUB = ROOT / "usermodules/ujpeg/ujpeg.pyi"
PAGE = ROOT / "docs/ujpeg.md"

@pytest.fixture(scope="module")
def stub():
    return ast.parse(STUB.read_text())


def public(nodes):
    """Functions and classes that are not only for annotations."""
    return [
        node for node in nodes
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]  # fmt: skip


def test_names(host, stub):
    there = set(host.run("import ujpeg\nprint(*dir(ujpeg))").split())
    named = {node.name for node in public(stub.body)} - {"Info", "Picture"}
    assert named == {name for name in there if not name.startswith("_")}
    page = PAGE.read_text()
    assert all(ast.get_docstring(node) for node in public(stub.body))
    assert [name for name in named if f"`{name}" not in page] == []


def test_fields(host, stub):
    output = host.run(
        "import ujpeg\nfrom ulab import numpy as np\ndata = ujpeg.encode(np.zeros((8, 8), dtype=np.uint8))\n"
        "print(ujpeg.info(data))\nprint(ujpeg.decode(data, format='gray', strict=False))"
    )
    told = {node.name: node for node in public(stub.body)}
    page = PAGE.read_text()
    for name, text in (("Info", output.splitlines()[0]), ("Picture", output[output.index("(image") :])):
        fields = [node.target.id for node in told[name].body if isinstance(node, ast.AnnAssign)]
        positions = [text.index(f"{field}=") for field in fields]
        assert positions == sorted(positions)
        assert [field for field in fields if f"`{field}`" not in page] == []


def test_examples_print_what_they_say(interpreter, stub, tmp_path):
    texts = {node.name: ast.get_docstring(node) for node in public(stub.body)} | {"page": PAGE.read_text()}
    prepare = "import io, ujpeg\nfrom ulab import numpy as np"
    check_examples(interpreter.run, tmp_path, texts, least=31, prepare=prepare)
