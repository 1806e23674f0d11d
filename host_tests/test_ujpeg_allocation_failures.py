"""Every allocation of ujpeg's functions fails once: a MemoryError each time, and nothing lost or damaged."""

import pytest
from allocation_failures import ARCHES_HERE, EACH_FAILS
from interpreters import Interpreter
from jpegs import photo, save

PROGRAMS = {
    "decode": [
        "ujpeg.decode(colour)", "ujpeg.decode(path)", "ujpeg.decode(io.BytesIO(colour), format='rgb', roi=(3, 4, 20, 9))",
        "ujpeg.decode(progressive, format='gray', size=(7, 5))", "ujpeg.decode(inks, format='rgb', scale=2)",
        "ujpeg.decode(colour[:-200], strict=False)", "ujpeg.decode(progressive[:-99], format='gray', strict=False)",
        "refused(lambda: ujpeg.decode(colour[:-200]))", "refused(lambda: ujpeg.decode(io.BytesIO(b'no image')))",
        "ujpeg.decode(colour, format='gray', out=gray)", "ujpeg.Decoder().decode(colour)", "twice(ujpeg.Decoder())",
    ],
    "other": [
        "ujpeg.info(path)", "ujpeg.info(io.BytesIO(progressive), length=False)", "ujpeg.encode(pixels)",
        "ujpeg.encode(gray, comment=b'text', exif=b'Exif', restart=3)", "ujpeg.encode(pixels, out=room)",
        "written(lambda file: ujpeg.encode_to_file(pixels, file))", "written(lambda file: ujpeg.decode_to_file(colour, file))",
        "written(lambda file: ujpeg.decode_to_file(path, file, size=(9, 9)))",
        "[bytes(frame) for frame in ujpeg.frames(path, buffer=room)]",
        "[bytes(frame) for frame in ujpeg.frames(io.BytesIO(b'x' + colour[:-9] + progressive), buffer=room)]",
        "[len(frame) for frame in ujpeg.frames(colour * 2)]",
    ],
}  # fmt: skip

SCRIPT = EACH_FAILS + """
import io, sys, ujpeg
from ulab import numpy as np

path = sys.argv[1] + "/colour"
colour, progressive, inks = [open(sys.argv[1] + "/" + name, "rb").read() for name in ("colour", "progressive", "inks")]
pixels = ujpeg.decode(colour, format="rgb")
gray = ujpeg.decode(colour, format="gray")
room = bytearray(5000)

# Without memory an exception comes without its text.
def refused(program):
    try:
        program()
    except ValueError:
        return True

def twice(decoder):
    decoder.decode(progressive, format="gray", size=(9, 9))
    return decoder.decode(colour, format="rgb")

def written(program):
    file = io.BytesIO()
    program(file)
    return file.getvalue()

# repr() of a large array leaves most of it out.
def plain(result):
    if isinstance(result, np.ndarray):
        return result.tobytes()
    return [plain(item) for item in result] if isinstance(result, tuple) else result

for name, program in PROGRAMS:
    raised, allocations = each_fails(program, plain, name, lost=20000)
    assert raised > allocations // 3, (name, raised, allocations)
print("ok")
"""


@pytest.mark.parametrize("arch", ARCHES_HERE)
@pytest.mark.parametrize("part", PROGRAMS)
def test_every_allocation_fails_once(arch, part, tmp_path):
    image = photo((40, 30))
    (tmp_path / "colour").write_bytes(save(image, "4:2:0"))
    (tmp_path / "progressive").write_bytes(save(image, "4:2:2", progressive=True))
    (tmp_path / "inks").write_bytes(save(image.convert("CMYK"), None))
    programs = "[" + ", ".join(f"({text!r}, lambda: {text})" for text in PROGRAMS[part]) + "]"
    assert Interpreter(arch).run(SCRIPT.replace("PROGRAMS", programs), tmp_path, heap="2M") == "ok\n"
