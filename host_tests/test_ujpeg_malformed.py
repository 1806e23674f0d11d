"""ujpeg with damaged, hostile and unsupported files: an exception, nothing lost, no pixels taken for good ones."""

import fcntl
import os
import re
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

import numpy as np
from jpegs import photo, save, split_scans
from PIL import Image


def frame_header(data):
    """Where the SOF segment begins."""
    return data.index(b"\xff\xc2" if b"\xff\xc2" in data else b"\xff\xc0")


def patched(data, offset, new):
    """The file with bytes of its SOF segment replaced; offset 1 is the marker's type, 4 the precision, 5 the height."""
    start = frame_header(data) + offset
    return data[:start] + new + data[start + len(new) :]


# The collector takes what stands on the C stack for references: small results take the place of large ones.
NOTHING_LOST = """
def nothing_lost(before, small):
    for i in range(3):
        ujpeg.decode(small, format="gray")
    return ulab.memory().used - before < 500
"""


def files_in(folder, files):
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def test_a_file_cut_off_anywhere_raises_value_error(interpreter, tmp_path):
    files_in(
        tmp_path,
        {
            "baseline": save(photo((33, 20)), "4:2:0", optimize=True),
            "progressive": save(photo((33, 20)), "4:2:0", progressive=True),
            "restart": save(photo((33, 20)).convert("L"), None, restart_marker_blocks=2, optimize=True),
            "small": save(photo((1, 1)), None),
        },
    )
    output = interpreter.run(
        NOTHING_LOST
        + """
import sys, ujpeg, ulab
before = ulab.memory().used
for name in ("baseline", "progressive", "restart"):
    data = memoryview(open(sys.argv[1] + "/" + name, "rb").read())
    for options in (dict(format="rgb"), dict(format="gray", scale=8), dict(format="gray", size=(7, 5))):
        for length in range(len(data)):
            try:
                ujpeg.decode(data[:length], **options)
                print("decoded", name, length, options)
            except ValueError as error:
                message = str(error)
        ujpeg.decode(data, **options)
    print(name, message)
    headers = 0
    for length in range(len(data)):
        try:
            assert ujpeg.info(data[:length]).width == 33
            headers += 1
        except ValueError:
            assert headers == 0
    print(headers > 0)
assert nothing_lost(before, sys.argv[1] + "/small")
""",
        tmp_path,
    ).splitlines()
    assert len(output) == 6, output
    for name, line in zip(("baseline", "progressive", "restart"), output[::2], strict=True):
        assert line.startswith(f"{name} Premature end of input file (at byte "), line
    assert output[1::2] == ["True"] * 3


def test_flipped_bits_give_pixels_or_value_error(interpreter, tmp_path):
    files_in(
        tmp_path,
        {
            "baseline": save(photo((24, 17)), "4:2:0", optimize=True),
            "progressive": save(photo((24, 17)), "4:2:2", progressive=True),
            "small": save(photo((1, 1)), None),
        },
    )
    output = interpreter.run(
        NOTHING_LOST
        + """
import random, sys, ujpeg, ulab
random.seed(7)
before = ulab.memory().used
decoded = refused = 0
for name in ("baseline", "progressive"):
    data = open(sys.argv[1] + "/" + name, "rb").read()
    for position in range(len(data)):
        damaged = bytearray(data)
        damaged[position] ^= 1 << random.getrandbits(3)
        if position % 5 == 0:
            damaged[random.randrange(len(data))] = random.getrandbits(8)
        options = (dict(format="rgb"), dict(), dict(format="gray", scale=2), dict(size=(9, 9)))[position % 4]
        try:
            ujpeg.decode(damaged, max_pixels=100000, **options)
            decoded += 1
        except ValueError:
            refused += 1
assert nothing_lost(before, sys.argv[1] + "/small")
print(decoded > 10, refused > 100, decoded + refused)
""",
        tmp_path,
    )
    total = sum((tmp_path / name).stat().st_size for name in ("baseline", "progressive"))
    assert output == f"True True {total}\n"


def many_scans(count):
    """A progressive file with a scan of the first AC coefficients again and again, which the standard allows."""
    header, scans = split_scans(save(photo((16, 16)).convert("L"), None, progressive=True))
    script = scans[1].index(b"\xff\xda") + 7
    assert scans[1][script : script + 3] == b"\x01\x05\x02"
    repeated = scans[1][: script + 2] + b"\x00" + scans[1][script + 3 :]
    return header + scans[0] + repeated * (count - 1) + b"\xff\xd9"


def unsupported():
    """Files and the beginning of what is said about them."""
    data = save(photo((40, 30)), "4:2:0")
    two = save(photo((40, 30)).convert("L"), None)
    header = frame_header(two)
    return {
        "empty": (b"", "Empty input file"),
        "one": (b"\xff", "Premature end of input file"),
        "png": (b"\x89PNG\r\n\x1a\n" + bytes(40), "Not a JPEG file: starts with 0x89 0x50"),
        "zeros": (bytes(100), "Not a JPEG file: starts with 0x00 0x00"),
        "start": (b"\xff\xd8", "Premature end of input file"),
        "start-end": (b"\xff\xd8\xff\xd9", "JPEG datastream contains no image"),
        "no-scan": (data[: data.index(b"\xff\xda")] + b"\xff\xd9", "Invalid JPEG file structure: missing SOS marker"),
        "twelve": (patched(data, 4, b"\x0c"), "Unsupported JPEG data precision 12"),
        "lossless": (patched(data, 1, b"\xc3"), "Unsupported JPEG process: SOF type 0xc3 (lossless)"),
        "hierarchical": (patched(data, 1, b"\xc5"), "Unsupported JPEG process: SOF type 0xc5 (hierarchical)"),
        "arithmetic": (patched(data, 1, b"\xc9"), "Sorry, arithmetic coding is not implemented"),
        "no-height": (patched(data, 5, b"\x00\x00"), "Empty JPEG image (DNL not supported)"),
        "huge": (patched(data, 5, b"\xff\xdc\xff\xdc"), "image of 65500x65500 is larger than max_pixels=50000000"),
        "too-huge": (patched(data, 5, b"\xff\xff\xff\xff"), "Maximum supported image dimension is 65500 pixels"),
        "samples": (patched(data, 11, b"\x55"), "Bogus sampling factors"),
        "scans": (many_scans(101), "more than 100 scans"),
        "tail": (data[:-2] + bytes(40) + b"\xff\xd9", "Corrupt JPEG data: "),
        "gray-pair": (
            two[: header + 3] + b"\x0e" + two[header + 4 : header + 9] + b"\x02" + two[header + 10 : header + 13]
            + b"\x02\x11\x00" + two[header + 13 :],
            "neither 1, 3 nor 4 components",
        ),
    }  # fmt: skip


def test_what_came_before_an_error_amid_the_scans_is_kept(interpreter, tmp_path):
    (tmp_path / "scans").write_bytes(many_scans(101))
    (tmp_path / "allowed").write_bytes(many_scans(100))
    output = interpreter.run(
        """
import sys, ujpeg
expected = ujpeg.decode(sys.argv[1] + "/allowed", format="gray")
image, rows, warnings, message = ujpeg.decode(sys.argv[1] + "/scans", format="gray", strict=False)
print(image.tobytes() == expected.tobytes(), rows, warnings, message)
""",
        tmp_path,
    )
    assert output == "True 16 1 more than 100 scans\n"


def test_a_second_frame_header_is_refused(interpreter, tmp_path):
    """It comes amid the scans, when libjpeg has reckoned with the first one."""
    header, scans = split_scans(save(photo((17, 9)), "4:4:4", progressive=True))
    for number, kind in enumerate((0xC0, 0xC1, 0xC2, 0xC9)):
        for components in (1, 3, 4, 255):
            second = bytes([0xFF, kind, 0, 8 + 3 * (components % 5), 8, 0, 200, 0, 100, components])
            second += b"".join(bytes([i + 1, 0x22, 0]) for i in range(components % 5))
            data = header + b"".join(scans[:4]) + second + b"".join(scans[4:]) + b"\xff\xd9"
            (tmp_path / f"{number}-{components}.jpg").write_bytes(data)
    output = interpreter.run(
        """
import os, sys, ujpeg
texts = set()
for name in os.listdir(sys.argv[1]):
    if name.endswith(".jpg"):
        for options in (dict(format="gray"), dict(format="rgb", scale=2), dict()):
            for strict in (False, True):
                try:
                    ujpeg.decode(sys.argv[1] + "/" + name, strict=strict, **options)
                    print("decoded", name, options)
                except ValueError as error:
                    texts.add(str(error).partition(" (")[0])
print(texts)
""",
        tmp_path,
    )
    assert output == "{'Invalid JPEG file structure: two SOF markers'}\n"


def test_what_is_wrong_is_said(interpreter, tmp_path):
    cases = unsupported()
    files_in(tmp_path, {name: data for name, (data, _) in cases.items()})
    files_in(tmp_path, {"scans-allowed": many_scans(100), "small": save(photo((1, 1)), None)})
    output = interpreter.run(
        NOTHING_LOST
        + f"""
import sys, ujpeg, ulab
before = ulab.memory().used
small = sys.argv[1] + "/small"
for name in {list(cases)}:
    texts = []
    data = open(sys.argv[1] + "/" + name, "rb").read()
    for source in (data, sys.argv[1] + "/" + name):
        try:
            ujpeg.decode(source)
            texts.append("decoded")
        except ValueError as error:
            texts.append(str(error))
    assert texts[0] == texts[1], texts
    print(name, texts[0])
assert ujpeg.decode(sys.argv[1] + "/scans-allowed", format="gray").shape == (16, 16)
assert nothing_lost(before, small)
for path in ("/missing.jpg", ""):
    try:
        ujpeg.decode(sys.argv[1] + path)
    except OSError as error:
        print(error.errno)
assert nothing_lost(before, small)
""",
        tmp_path,
    ).splitlines()
    for (name, (_, text)), line in zip(cases.items(), output, strict=False):
        assert line.startswith(f"{name} {text}"), line
    assert output[len(cases) :] == ["2", "21"]


def test_headers_that_are_only_unusual_are_accepted(interpreter, tmp_path):
    data = save(photo((40, 30)), "4:2:0")
    scan = data.index(b"\xff\xda")
    variants = {
        "plain": data,
        "jfif-version": data[:11] + b"\x09" + data[12:],
        "spectral-zeros": data[: scan + 11] + b"\x00\x00\x00" + data[scan + 14 :],
        "fill-bytes": data[:scan] + b"\xff" * 9 + data[scan:],
        "unknown-adobe": data[:2] + b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x09" + data[2:],
        "comment": data[:2] + b"\xff\xfe\xff\xff" + bytes(65533) + data[2:],
        "leading-tables": data[:scan] + data[data.index(b"\xff\xdb") : scan].split(b"\xff\xc0")[0] + data[scan:],
    }
    files_in(tmp_path, variants)
    output = interpreter.run(
        f"""
import sys, ujpeg
print(len(set(bytes(ujpeg.decode(sys.argv[1] + "/" + name, format="rgb")) for name in {list(variants)})))
""",
        tmp_path,
    )
    assert output == "1\n"


def test_frames_without_huffman_tables_use_the_standard_ones(interpreter, tmp_path):
    # As in MJPEG of webcams.
    data = save(photo((40, 30)), "4:2:0")
    tables = data.index(b"\xff\xc4")
    files_in(tmp_path, {"with": data, "without": data[:tables] + data[data.index(b"\xff\xda") :]})
    output = interpreter.run(
        "import sys, ujpeg\n"
        "print(len(set(bytes(ujpeg.decode(sys.argv[1] + name, format='rgb')) for name in ('/with', '/without'))))",
        tmp_path,
    )
    assert output == "1\n"


def test_memory_that_is_refused_at_any_point(interpreter, tmp_path):
    files_in(
        tmp_path,
        {
            "baseline": save(photo((150, 100)), "4:2:0"),
            "progressive": save(photo((150, 100)), "4:2:2", progressive=True),
            "small": save(photo((1, 1)), None),
        },
    )
    output = interpreter.run(
        NOTHING_LOST
        + """
import sys, ujpeg, ulab
before = ulab.memory().used
small = sys.argv[1] + "/small"
for name in ("baseline", "progressive"):
    path = sys.argv[1] + "/" + name
    data = open(path, "rb").read()
    for source in (data, path):
        for options in (dict(), dict(format="rgb", roi=(5, 5, 90, 40)), dict(format="gray", size=(20, 20))):
            refused = 0
            limit = before
            while True:
                ulab.memory(limit=limit)
                try:
                    result = ujpeg.decode(source, **options)
                    break
                except MemoryError as error:
                    refused += 1
                    assert str(error), error
                ulab.memory(limit=1 << 26)
                assert nothing_lost(before, small), (limit, ulab.memory())
                limit += 1500
            assert refused > 5, refused
            result = None
            ulab.memory(limit=1 << 26)
            assert nothing_lost(before, small)
for limit in (100, 24000):
    ulab.memory(limit=limit)
    try:
        ujpeg.decode(data, format="gray", scale=8)
    except MemoryError as error:
        print(error)
""",
        tmp_path,
    )
    assert re.fullmatch(r"(JPEG decoder needs \d+ bytes, has \d+\n){2}", output), output


def wait_for_reading(process, writer):
    """Until the process has read all of the pipe and sleeps, several looks long: it waits for more."""
    asleep = 0
    while asleep < 10 and process.poll() is None:
        time.sleep(0.05)
        unread = struct.unpack("i", fcntl.ioctl(writer, termios.FIONREAD, bytes(4)))[0]
        state = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0]
        asleep = asleep + 1 if unread == 0 and state == "S" else 0


def test_an_interrupted_read_loses_nothing(interpreter, tmp_path):
    data = save(photo((200, 200)), "4:2:0")
    (tmp_path / "script.py").write_text(
        """
import os, sys, ujpeg, ulab
before = ulab.memory().used
try:
    ujpeg.decode(sys.argv[1])
    print("decoded")
except KeyboardInterrupt:
    print("interrupted")
# The collector takes what it finds on the stack for objects: deep calls overwrite it.
def clean_stack(depth):
    return depth and clean_stack(depth - 1)
clean_stack(20)
print(ulab.memory().used == before)
"""
    )
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [*interpreter.command, tmp_path / "script.py", pipe],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"},
    )
    with open(pipe, "wb", buffering=0) as writer:
        # The other end is open: the decoder has begun. It waits for the second half.
        writer.write(data[: len(data) // 2])
        wait_for_reading(process, writer)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert output == "interrupted\nTrue\n"


def decode_with_pillow(path):
    """RGB pixels, or None where Pillow does not decode the file."""
    try:
        with Image.open(path) as image:
            if image.format != "JPEG" or image.mode not in ("L", "RGB", "CMYK") or image.width * image.height > 5_000_000:
                return None
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


# Files that Pillow decodes with invented pixels, or passing over bytes that do not belong there.
DAMAGED = {
    "1cbb1bb37d62c44f67374cd451643dc4.jpg",
    "28c74d9284d9836017fd519f6932efd8.jpg",
    "4838ece0d3900220d33528ee027289bc.jpg",
    "5482a54657765056f1a94116a8dbffe7.jpg",
    "7997b6b229f25315d33f5c7085e37500.jpg",
    "b55977028a3a574336966b6536640fc9.jpg",
    "dc-predictor-overflow.jpg",
    "extraneous-bytes-after-sos.jpg",
    "extraneous-data.jpg",
    "f6b4389c3cf0f5997b2e5a4b905aea8d.jpg",
    "id_000182,src_000000,op_flip1,pos_503,+cov.jpg",
    "id_000223,src_000000,op_flip2,pos_503,+cov.jpg",
    "id_000227,src_000000,op_flip2,pos_503,+cov.jpg",
    "id_000324,src_000000,op_arith16,pos_227,val_be_-16.jpg",
    "id_000393,src_000000,op_int32,pos_500,val_-32768,+cov.jpg",
    "id_000989,sync_jpeg9,src_001094.jpg",
    "id_001427,src_000319,op_havoc,rep_1.jpg",
    "id_001655,src_001333,op_flip2,pos_455.jpg",
    "id_001792,src_000728,op_int32,pos_227,val_be_+1000.jpg",
    "id_002005,src_001056,op_flip2,pos_175.jpg",
    "mjpeg.jpg",
    "partial_progressive.jpg",
    "progressive-missing-dc.jpg",
    "subtract-with-overflow.jpg",
}

# Pillow's libjpeg is newer.
LOSSLESS = {"jpeg_lossless_sel1-8bit.jpg"}

# Damaged without a sign of it: coefficients so large that 16 and 32 bits of intermediate results differ.
OVERFLOWING = {"bitflip.jpg"}


def test_real_files(interpreter, shared_data, tmp_path):
    """Every file gives an exception or Pillow's pixels."""
    paths = sorted(path for path in (shared_data / "jpegs").rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ""))
    paths = [path for path in paths if path.is_file() and not path.name.startswith("LICENSE")]
    assert len(paths) > 200
    (tmp_path / "list").write_text("\n".join(map(str, paths)))
    output = interpreter.run(
        """
import sys, ujpeg, ulab
paths = open(sys.argv[1]).read().split("\\n")

def decode_all(pixels, say):
    for path in paths:
        try:
            result = ujpeg.decode(path, format="rgb", max_pixels=5000000)
            pixels.write(result)
            say(result.shape)
        except ValueError as error:
            say("ValueError", error)

with open(sys.argv[2], "wb") as pixels:
    decode_all(pixels, print)
    before = ulab.memory().used
    decode_all(open("/dev/null", "wb"), lambda *texts: None)
# What the collector takes for a reference may keep an image; the decoders of all damaged files would be more.
assert ulab.memory().used - before < 1000000
""",
        tmp_path / "list",
        tmp_path / "pixels",
    ).splitlines()
    pixels = (tmp_path / "pixels").read_bytes()
    position = 0
    same, damaged, different = 0, set(), set()
    for path, line in zip(paths, output, strict=True):
        expected = decode_with_pillow(path)
        if line.startswith("ValueError"):
            if expected is not None:
                damaged.add((path.name, line))
            continue
        shape = eval(line)
        count = shape[0] * shape[1] * 3
        result = np.frombuffer(pixels[position : position + count], np.uint8).reshape(shape)
        position += count
        assert expected is not None, path
        if np.array_equal(result, expected):
            same += 1
        else:
            different.add(path.name)
    assert position == len(pixels)
    assert same > 150
    assert different <= OVERFLOWING
    assert {name for name, _ in damaged} == DAMAGED | LOSSLESS, damaged
