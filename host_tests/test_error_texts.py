"""Error texts of the C modules."""

import re

import pytest
from interpreters import ROOT

# MicroPython formats a text in a buffer that has no room for the zero at the end
# of the longest one. Its own longest, of 73 characters, is never formatted.
LONGEST = 72

SOURCES = sorted([*ROOT.glob("usermodules/**/*.c"), *ROOT.glob("usermodules/**/*.h"), *ROOT.glob("variant/*.c")])


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_texts_fit_the_buffer(path):
    for call in re.finditer(r'MP_ERROR_TEXT\(((?:\s*(?:"(?:[^"\\]|\\.)*"|[A-Z_]+))+)\s*\)', path.read_text()):
        text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', call.group(1)))
        assert len(text) <= LONGEST, f"{len(text)} characters: {text}"
