"""ujpeg: streams, what is left of damaged files, inks, what info tells."""

import io
import socket
import struct
import threading

import numpy as np
import pytest
from jpegs import SAMPLINGS, photo, save, split_scans
from PIL import Image

# A stream that gives pieces of any size and knows how much was taken.
PIECES = """
import io, random

class Pieces(io.IOBase):
    def __init__(self, data, piece):
        self.data, self.piece, self.taken, self.calls = data, piece, 0, 0
    def readinto(self, buffer):
        count = min(len(buffer), self.piece, len(self.data) - self.taken)
        buffer[:count] = self.data[self.taken:self.taken + count]
        self.taken += count
        self.calls += 1
        return count

class Plain:
    def __init__(self, data):
        self.stream = io.BytesIO(data)
    def readinto(self, buffer):
        return self.stream.readinto(buffer)
"""


def pillow_rgb(data):
    """Pillow's pixels."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


def files():
    """Files of every kind of coding, with something between the image and the end of the file."""
    image = photo((301, 203))
    return {
        "420": save(image, "4:2:0"),
        "444": save(image, "4:4:4", quality=97),
        "gray": save(image.convert("L"), None, optimize=True),
        "optimised": save(Image.new("RGB", (640, 480), (9, 8, 7)), "4:2:0", optimize=True),
        "progressive": save(image, "4:2:0", progressive=True),
        "restart": save(image, "4:2:2", restart_marker_blocks=3),
        "thumbnail": save(image, "4:2:0", exif=b"Exif\0\0" + save(photo((16, 16)), "4:2:0"), comment=b"\xff\xd9"),
        "cmyk": save(image.convert("CMYK"), None),
        "tiny": save(photo((1, 1)), None),
    }


def test_a_stream_is_read_up_to_the_end_marker_and_no_further(interpreter, tmp_path):
    for name, data in files().items():
        (tmp_path / name).write_bytes(data)
    output = interpreter.run(
        PIECES
        + f"""
import sys, ujpeg
for name in {list(files())}:
    data = open(sys.argv[1] + "/" + name, "rb").read()
    tail = b"\\xff\\xd8 next"
    for options in (dict(format="rgb"), dict(format="gray", scale=8), dict(format="gray", size=(24, 16)),
            dict(format="rgb", roi=(0, 0, 1, 1)), dict(strict=False, format="gray")):
        whole = ujpeg.decode(data, **options)
        if not options.get("strict", True):
            assert tuple(whole)[1:] == (len(whole.image), 0, None), whole
        for stream in (Pieces(data + tail, 1), Pieces(data + tail, 1000), Pieces(data + tail, 1 << 20)):
            result = ujpeg.decode(stream, **options)
            if not options.get("strict", True):
                result, whole = result.image, whole.image if hasattr(whole, "image") else whole
            assert result.tobytes() == whole.tobytes(), (name, options)
            assert stream.taken == len(data), (name, options, stream.taken, len(data))
        if name in ("420", "444", "gray"):
            assert stream.calls < len(data) // 20, (name, options, stream.calls)
    stream = Pieces(data + tail, 1 << 20)
    assert ujpeg.info(stream).length == len(data) == stream.taken, name
    stream = Pieces(data + tail, 1 << 20)
    header = ujpeg.info(stream, length=False)
    assert header.length is None and tuple(header)[:-1] == tuple(ujpeg.info(data))[:-1], name
    assert stream.taken <= data.rfind(b"\\xff\\xda") + 18 or name == "progressive", name
    both = io.BytesIO(data + data)
    assert ujpeg.decode(both, format="rgb").tobytes() == ujpeg.decode(Plain(data), format="rgb").tobytes()
    assert both.tell() == len(data)
    assert ujpeg.info(both) == ujpeg.info(data)
    with open(sys.argv[1] + "/" + name, "rb") as file:
        assert ujpeg.decode(file, format="gray").tobytes() == ujpeg.decode(data, format="gray").tobytes()
        assert file.read() == b""
""",
        tmp_path,
    )
    assert output == ""


def test_a_socket_gives_two_images_and_what_follows(interpreter, tmp_path):
    data = save(photo((301, 203)), "4:2:0")
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _ = server.accept()
            with connection:
                for start in range(0, 2 * len(data) + 4, 700):
                    connection.sendall((data + data + b"rest")[start : start + 700])

        thread = threading.Thread(target=serve)
        thread.start()
        output = interpreter.run(
            """
import socket, sys, ujpeg
connection = socket.socket()
connection.connect(socket.getaddrinfo("127.0.0.1", int(sys.argv[1]))[0][-1])
first = ujpeg.decode(connection, format="rgb")
second = ujpeg.decode(connection, format="gray", size=(96, 96))
print(first.shape, second.shape, connection.read(4))
connection.setblocking(False)
try:
    ujpeg.decode(connection)
except ValueError as error:
    print(error)
""",
            server.getsockname()[1],
        )
        thread.join()
    assert output == "(203, 301, 3) (96, 96) b'rest'\nEmpty input file (at byte 0)\n"


def test_streams_that_fail_or_say_nonsense(interpreter, tmp_path):
    (tmp_path / "a.jpg").write_bytes(save(photo((64, 48)), "4:2:0"))
    output = interpreter.run(
        """
import io, sys, ujpeg, ulab
data = open(sys.argv[1], "rb").read()

class Stream:
    def __init__(self, answer):
        self.answer, self.calls = answer, 0
    def readinto(self, buffer):
        self.calls += 1
        if self.calls < 30:
            buffer[:1] = data[self.calls - 1:self.calls]
            return 1
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

class Based(Stream, io.IOBase):
    pass

before = ulab.memory().used
decoder = ujpeg.Decoder()
for kind in (Stream, Based):
    for answer in (None, 1 << 20, -5, ValueError("own"), "text", KeyboardInterrupt()):
        for decode in (ujpeg.decode, decoder.decode, ujpeg.info):
            try:
                decode(kind(answer))
                print("decoded")
            except BaseException as error:
                text = "%s(%s)" % (type(error).__name__, "" if type(error) is TypeError else error.args[0] if error.args else "")
                print(text, end=" " if decode is not ujpeg.info else "\\n")

class Nested:
    def readinto(self, buffer):
        decoder.decode(data)

try:
    decoder.decode(Nested())
except RuntimeError as error:
    print(error)
assert decoder.decode(data, format="gray").shape == (48, 64)
decoder = None
# The collector may take something for a reference to the Decoder; 36 of them are lost in no case.
print(ulab.memory().used - before < 300000)
""",
        tmp_path / "a.jpg",
    ).splitlines()
    lines = []
    for based in (False, True):
        lines.append("OSError(11)")
        lines.append("OSError(22)")
        lines.append("OSError(22)")
        lines += ["ValueError(own)", "TypeError()", "KeyboardInterrupt()"]
    assert output == [" ".join([line] * 3) for line in lines] + ["this Decoder is at work", "True"]


def test_what_there_is_of_a_file_that_is_cut_off(interpreter, tmp_path):
    cases = {
        "420": save(photo((64, 80)), "4:2:0"),
        "422": save(photo((61, 75)), "4:2:2", restart_marker_rows=1),
        "gray": save(photo((33, 90)).convert("L"), None),
        "progressive": save(photo((64, 80)), "4:2:0", progressive=True),
    }
    for name, data in cases.items():
        (tmp_path / name).write_bytes(data)
    output = interpreter.run(
        PIECES
        + """
import sys, ujpeg, ulab
before = ulab.memory().used
for name in ("420", "422", "gray", "progressive"):
    data = open(sys.argv[1] + "/" + name, "rb").read()
    for options in (dict(format="rgb"), dict(format="gray", scale=2), dict(format="gray", size=(13, 17)),
            dict(format="rgb", roi=(5, 20, 20, 40))):
        whole = ujpeg.decode(data, **options)
        last = 0
        for length in range(0, len(data), 7):
            for source in (memoryview(data)[:length], Pieces(data[:length], 100)):
                try:
                    part = ujpeg.decode(source, strict=False, **options)
                except ValueError:
                    assert last == 0, (name, options, length)
                    continue
                assert part.rows >= last and part.rows > 0, (name, options, length, part.rows)
                assert part.image.shape == whole.shape
                assert part.warnings > 0 or part.rows == len(whole), (name, options, length)
                assert part.warnings == 0 or "at byte" in part.message
                last = part.rows
                # The last rows of a unit are upsampled with the missing ones below.
                sure = part.rows - 2
                if sure > 0 and name != "progressive":
                    assert part.image[:sure].tobytes() == whole[:sure].tobytes(), (name, options, length, part.rows)
        assert last > len(whole) // 2
        image, rows, warnings, message = ujpeg.decode(data, strict=False, **options)
        assert (rows, warnings, message) == (len(whole), 0, None) and image.tobytes() == whole.tobytes()
        planes = ujpeg.decode(data, strict=False).image
        assert len(planes) == 3
print(ujpeg.decode(data[:-9], strict=False).message)
part = planes = image = whole = None
print(ulab.memory().used - before < 30000)
""",
        tmp_path,
    ).splitlines()
    assert output[0].startswith("Premature end of")
    assert output[1] == "True"


def test_damage_in_the_middle_is_counted(interpreter, tmp_path):
    data = bytearray(save(photo((160, 160)), "4:2:0", restart_marker_rows=1))
    restarts = [i for i in range(len(data) - 1) if data[i] == 0xFF and 0xD0 <= data[i + 1] <= 0xD7]
    data[restarts[3] + 2 : restarts[4]] = b"\x00" * (restarts[4] - restarts[3] - 2)
    (tmp_path / "damaged").write_bytes(data)
    (tmp_path / "extraneous").write_bytes(data[:2] + b"abc" + data[2:])
    output = interpreter.run(
        """
import sys, ujpeg
for name in ("damaged", "extraneous"):
    picture = ujpeg.decode(sys.argv[1] + "/" + name, format="rgb", strict=False)
    print(picture.rows, picture.warnings > 0, picture.message)
    print(ujpeg.info(sys.argv[1] + "/" + name)[:2])
    try:
        ujpeg.decode(sys.argv[1] + "/" + name, format="rgb")
    except ValueError as error:
        print(error)
""",
        tmp_path,
    ).splitlines()
    assert output[0].startswith("160 True Corrupt JPEG data: ")
    assert output[1] == output[4] == "(160, 160)"
    assert output[2] == output[0][len("160 True ") :]
    assert output[3].startswith("160 True Corrupt JPEG data: 3 extraneous bytes before marker 0xe0 (at byte ")
    assert output[3].endswith(output[5])


def with_adobe_transform(data, transform):
    """The colour transform in the Adobe segment replaced."""
    at = data.index(b"Adobe") + 11
    return data[:at] + bytes([transform]) + data[at + 1 :]


def test_inks_become_what_pillow_makes_of_them(interpreter, tmp_path):
    cases = []
    for size in ((40, 30), (17, 5), (1, 1)):
        image = Image.merge("CMYK", [*photo(size).split(), photo(size, 1).convert("L")])
        for progressive in (False, True):
            data = save(image, None, progressive=progressive, quality=90)
            cases += [data, with_adobe_transform(data, 2)]
    for number, data in enumerate(cases):
        (tmp_path / f"{number}.jpg").write_bytes(data)
    interpreter.run(
        f"""
import sys, ujpeg
for i in range({len(cases)}):
    path = "%s/%d.jpg" % (sys.argv[1], i)
    rgb = ujpeg.decode(path, format="rgb")
    open(path + ".rgb", "wb").write(rgb)
    open(path + ".gray", "wb").write(ujpeg.decode(path, format="gray"))
    planes = ujpeg.decode(path)
    bgr = ujpeg.decode(path, format="bgr")
    for channel in range(3):
        assert planes[channel].tobytes() == rgb[:, :, channel].tobytes() == bgr[:, :, 2 - channel].tobytes()
    height, width = planes[0].shape
    assert ujpeg.decode(path, format="rgb", roi=(width // 2, height // 2, 1, 1)).tobytes() == (
        rgb[height // 2, width // 2].tobytes())
    assert ujpeg.decode(path, format="gray", size=(3, 2)).shape == (2, 3)
    try:
        ujpeg.decode(path, format="ycbcr")
        assert False
    except ValueError as error:
        assert str(error) == "4 components (CMYK or YCCK) cannot be given as ycbcr", error
""",
        tmp_path,
    )
    for number, data in enumerate(cases):
        with Image.open(io.BytesIO(data)) as image:
            assert image.mode == "CMYK"
            rgb = image.convert("RGB")
        path = tmp_path / f"{number}.jpg"
        assert (tmp_path / f"{path.name}.rgb").read_bytes() == rgb.tobytes(), number
        assert (tmp_path / f"{path.name}.gray").read_bytes() == rgb.convert("L").tobytes(), number


def test_bgr_and_ycbcr(interpreter, tmp_path):
    cases = [save(photo((53, 31)), sampling) for sampling in SAMPLINGS]
    for number, data in enumerate(cases):
        (tmp_path / f"{number}.jpg").write_bytes(data)
    interpreter.run(
        f"""
import sys, ujpeg
for i in range({len(cases)}):
    path = "%s/%d.jpg" % (sys.argv[1], i)
    rgb = ujpeg.decode(path, format="rgb")
    assert ujpeg.decode(path, format="bgr").tobytes() == rgb[:, :, ::-1].tobytes()
    ycbcr = ujpeg.decode(path, format="ycbcr")
    assert ycbcr[:, :, 0].tobytes() == ujpeg.decode(path, format="gray").tobytes()
    open(path + ".ycbcr", "wb").write(ycbcr)
""",
        tmp_path,
    )
    for number, data in enumerate(cases):
        with Image.open(io.BytesIO(data)) as image:
            image.draft("YCbCr", None)
            assert image.mode == "YCbCr"
            assert (tmp_path / f"{number}.jpg.ycbcr").read_bytes() == image.tobytes()


def exif_with(orientation, order):
    """An Exif block with one tag before the orientation."""
    entries = struct.pack(order + "HHI4s", 0x10F, 2, 4, b"abc\0") + struct.pack(
        order + "HHIHH", 0x112, 3, 1, orientation, 0
    )
    head = b"II*\0" if order == "<" else b"MM\0*"
    return b"Exif\0\0" + head + struct.pack(order + "IH", 8, 2) + entries + bytes(4)


def test_info_tells_what_the_header_says(interpreter, tmp_path):
    cases = [(save(photo((40, 30)), "4:2:0", quality=quality), {"quality": quality}) for quality in range(1, 101)]
    for orientation in range(1, 9):
        for order in "<>":
            data = save(photo((40, 30)), "4:2:0", exif=exif_with(orientation, order))
            cases.append((data, {"orientation": orientation}))
    cases.append((save(photo((40, 30)), "4:2:0", exif=exif_with(9, "<")), {"orientation": None}))
    cases.append((save(photo((40, 30)), "4:2:0", exif=exif_with(3, "<")[:20]), {"orientation": None}))
    cases.append((save(photo((40, 30)), "4:2:0", comment=b"one\0two\xff"), {"comment": b"one\0two\xff"}))
    cases.append((save(photo((40, 30)), "4:2:0", comment=b""), {"comment": None}))
    cases.append((save(photo((40, 30)), "4:2:0", restart_marker_blocks=7), {"restart": 7}))
    data = save(photo((40, 30)), "4:2:0", progressive=True)
    header, scans = split_scans(data)
    cases.append((data + b"tail", {"length": len(data)}))
    cases.append((header + scans[0], {"length": None}))
    for number, (data, _) in enumerate(cases):
        (tmp_path / f"{number}.jpg").write_bytes(data)
    output = interpreter.run(
        f"""
import sys, ujpeg
for i in range({len(cases)}):
    info = ujpeg.info("%s/%d.jpg" % (sys.argv[1], i))
    print(dict((name, getattr(info, name)) for name in ("quality", "orientation", "comment", "restart", "length")))
""",
        tmp_path,
    ).splitlines()
    for line, (data, expected) in zip(output, cases, strict=True):
        told = {"orientation": None, "comment": None, "restart": 0, "length": len(data)} | expected
        told.setdefault("quality", 80)
        assert eval(line) == told


@pytest.mark.parametrize("kind", ["bytes", "stream"])
def test_a_decoder_allocates_nothing_after_the_first_frame(interpreter, tmp_path, kind):
    for number in range(4):
        (tmp_path / f"{number}.jpg").write_bytes(save(photo((320, 240), number), "4:2:0"))
    (tmp_path / "other.jpg").write_bytes(save(photo((100, 50)), "4:4:4", progressive=True))
    output = interpreter.run(
        f"""
import gc, io, sys, ujpeg, ulab
from ulab import numpy as np
frames = [open("%s/%d.jpg" % (sys.argv[1], i), "rb").read() for i in range(4)]
expected = [[ujpeg.decode(frame, **options).tobytes() for frame in frames]
    for options in (dict(format="rgb"), dict(format="gray", size=(96, 96)), dict(format="gray", scale=8))]

def heap_growth(decoder, options, out):
    sources = [io.BytesIO(frame) if "{kind}" == "stream" else frame for frame in frames]
    decode = decoder.decode
    decode(sources[0], out=out, **options)
    ulab.memory(limit=ulab.memory().used)
    gc.collect()
    gc.disable()
    growth = 0
    for source in sources[1:]:
        before = gc.mem_alloc()
        decode(source, out=out, format="gray", size=(96, 96)) if out is not None else decode(source, format="rgb")
        growth += gc.mem_alloc() - before
    gc.enable()
    ulab.memory(limit=1 << 26)
    return growth

decoder = ujpeg.Decoder()
print(heap_growth(decoder, dict(format="rgb"), None))
decoder = ujpeg.Decoder()
print(heap_growth(decoder, dict(format="gray", size=(96, 96)), np.zeros((96, 96), dtype=np.uint8)))

# The same pixels as without, also after images of another kind.
decoder = ujpeg.Decoder()
for options, pixels in zip((dict(format="rgb"), dict(format="gray", size=(96, 96)), dict(format="gray", scale=8)), expected):
    results = [decoder.decode(frame, **options).tobytes() for frame in frames]
    assert results == pixels
    other = decoder.decode(sys.argv[1] + "/other.jpg")
    assert other[0].shape == (50, 100)
    again = decoder.decode(sys.argv[1] + "/other.jpg")
    assert again is other
    try:
        decoder.decode(frames[0][:2000])
    except ValueError:
        pass
used = ulab.memory().used
del decoder, other, again
print(used - ulab.memory().used > 100000)
""",
        tmp_path,
    )
    assert output.splitlines() == ["0", "0", "True"]
