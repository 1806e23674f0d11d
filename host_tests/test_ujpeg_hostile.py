"""Files of 1 KB that ask ujpeg for as much work as they can."""

import sys

import pytest
from interpreters import ARCHES, ROOT

sys.path.insert(0, str(ROOT / "bench"))

from arm_counter import CounterMissing, count, find_counter  # noqa: E402

BYTES = 1024
END = b"\xff\xd9"


def segment(marker, content):
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def huffman(symbol):
    """One code of one bit each: the DC difference 0, and an AC symbol."""
    lengths = b"\x01" + bytes(15)
    return segment(0xC4, b"\x00" + lengths + b"\x00") + segment(0xC4, b"\x10" + lengths + bytes([symbol]))


def frame(kind, width, height, samplings):
    components = b"".join(bytes((number, sampling, 0)) for number, sampling in enumerate(samplings))
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return segment(kind, b"\x08" + size + bytes([len(samplings)]) + components)


def scan(components, first, last, data):
    selectors = b"".join(bytes((component, 0)) for component in components)
    return segment(0xDA, bytes([len(components)]) + selectors + bytes((first, last, 0))) + data


def repeated(head, piece):
    """As many pieces as there is room for."""
    room = BYTES - len(head) - len(END)
    return head + piece * (room // len(piece)) + END


END_OF_BAND_RUN, END_OF_BLOCK = 0xE0, 0
GRAY, COLOUR = (0x11,), (0x22, 0x11, 0x11)


def files():
    """Name to file: most blocks, scans or markers for the bytes."""
    start = b"\xff\xd8" + segment(0xDB, b"\x00" + b"\x01" * 64)
    result = {
        "header upon header": repeated(b"\xff\xd8", segment(0xDB, b"\x00" + b"\x01" * 64)),
        "image within image": repeated(b"", b"\xff\xd8\xff\xe0\x00\x04"),
        "fill": repeated(b"\xff\xd8", b"\xff"),
    }
    baseline, progressive = start + huffman(END_OF_BLOCK), start + huffman(END_OF_BAND_RUN)
    for name, samplings in (("gray", GRAY), ("colour", COLOUR)):
        every = range(len(samplings))
        large = frame(0xC0, 8000, 6000, samplings)
        result[f"blocks of two bits, {name}"] = repeated(baseline + large + scan(every, 0, 63, b""), b"\x00")
        # Each stands for 65,535 units without a bit.
        restarts = segment(0xDD, b"\xff\xff") + large + scan(every, 0, 63, b"")
        result[f"restarts, {name}"] = repeated(
            baseline + restarts, b"".join(b"\x00\xff" + bytes([0xD0 + i]) for i in range(8))
        )
        result[f"restarts out of turn, {name}"] = repeated(baseline + restarts, b"\x00\xff\xd5")
        for width, height in ((8000, 6000), (4000, 3000), (2000, 1500), (1000, 750)):
            head = progressive + frame(0xC2, width, height, samplings) + scan(every, 0, 0, b"\x00" * 60)
            # Runs of 32,767 blocks in two bytes.
            result[f"runs, {name}, {width}"] = repeated(head, scan([0], 1, 63, b"\x00" * 32))
            result[f"scans, {name}, {width}"] = repeated(head, scan([0], 1, 63, b"\x00"))
    missing = frame(0xC0, 2800, 2800, (0x11, 0x44, 0x11))
    result["components without a scan"] = repeated(baseline + missing + scan([0], 0, 63, b""), b"\x00")
    return result


OPTIONS = (
    dict(format="gray"),
    dict(format="rgb", size=(96, 96)),
    dict(format="rgb", scale=8, strict=False),
    dict(format="gray", strict=False),
    dict(format="rgb", size=(1000, 700), strict=False),
)
DECODE = """
import ujpeg
try:
    result = ujpeg.decode(%r, **%r)
    if hasattr(result, "rows"):
        rows, height = result.rows, result.image.shape[0]
except (MemoryError, ValueError) as error:
    result = error
"""


def write(folder):
    for name, data in files().items():
        assert len(data) <= BYTES, name
        (folder / name).write_bytes(data)


def test_a_small_file_makes_no_large_picture(interpreter, tmp_path):
    """No more rows than a bit for each block pays for, which bounds the time; a good file pays more."""
    write(tmp_path)
    output = interpreter.run(
        f"""
import gc, sys, ujpeg, ulab
salvaged = 0
for name in {list(files())}:
    path = sys.argv[1] + "/" + name
    for options in {OPTIONS}:
        try:
            result = ujpeg.decode(path, **options)
        except (MemoryError, ValueError) as error:
            continue
        assert not options.get("strict", True), (name, options)
        info = ujpeg.info(path, length=False)
        height = len(result.image)
        share = {8 * BYTES} * 64 / (info.width * info.height) * (16 if name.startswith("comp") else 4 if "colour" in name else 1)
        assert result.rows <= height * share + 16, (name, options, result.rows, height * share)
        salvaged += 1
        result = None
        gc.collect()
    frames = ujpeg.frames(path)
    for frame in frames:
        pass
    assert frames.damaged < 200
print(salvaged > 20)
""",
        tmp_path,
        heap="4M",
    )
    assert output == "True\n"


@pytest.mark.skipif("armv7hf" not in ARCHES, reason="instructions are counted on ARMv7")
def test_instructions_on_armv7(tmp_path):
    """A camera executes a thousand million instructions in a second at least."""
    try:
        plugin = find_counter(ROOT.parent / "shared/tools/arm_insns", tmp_path)
    except CounterMissing as missing:
        pytest.skip(str(missing))
    write(tmp_path)
    for name, options in (
        ("runs, gray, 4000", dict(format="gray", strict=False)),
        ("scans, colour, 2000", dict(format="rgb", size=(3000, 2000), strict=False)),
        ("restarts, colour", dict(format="rgb", size=(3000, 2000), strict=False)),
        ("components without a scan", dict(format="rgb", strict=False)),
    ):
        script = DECODE % (str(tmp_path / name), options)
        instructions = count(plugin, ROOT / "dist/armv7hf/micropython", script, tmp_path)
        assert isinstance(instructions, int), instructions
        assert instructions < 1_000_000_000, (name, options, instructions)
