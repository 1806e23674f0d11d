"""ujpeg against Pillow, whose libjpeg uses the same transforms: equal to the last bit."""

import io
import json
import math

import numpy as np
import pytest
from jpegs import SAMPLINGS, photo, recut, save
from PIL import Image, ImageFile

# Decodes a list of [path, options], prints a line of JSON for each and writes the pixels one after another.
DECODE = """
import json, sys, ujpeg
with open(sys.argv[1]) as file:
    jobs = json.load(file)
pixels = open(sys.argv[2], "wb")
for path, options in jobs:
    try:
        result = ujpeg.decode(path, **options)
    except (ValueError, MemoryError, OSError) as error:
        print(json.dumps([type(error).__name__, str(error)]))
        continue
    planes = result if isinstance(result, tuple) else (result,)
    for plane in planes:
        pixels.write(plane)
    print(json.dumps([plane.shape for plane in planes]))
pixels.close()
"""


@pytest.fixture
def decode(interpreter, tmp_path):
    """decode(jobs): each (file's bytes or path, options) decoded in one run, to a list of arrays, or error texts."""

    def run(jobs, script=DECODE):
        paths = {}
        listed = []
        for source, options in jobs:
            if isinstance(source, bytes):
                path = paths.setdefault(source, tmp_path / f"{len(paths)}.jpg")
                path.write_bytes(source)
            else:
                path = source
            listed.append([str(path), options])
        (tmp_path / "jobs.json").write_text(json.dumps(listed))
        output = interpreter.run(script, tmp_path / "jobs.json", tmp_path / "pixels", heap="32M")
        pixels = np.fromfile(tmp_path / "pixels", np.uint8)
        results = []
        position = 0
        for line in output.splitlines():
            answer = json.loads(line)
            if isinstance(answer[0], str):
                results.append(f"{answer[0]}: {answer[1]}")
                continue
            planes = []
            for shape in answer:
                count = math.prod(shape)
                planes.append(pixels[position : position + count].reshape(shape))
                position += count
            results.append(planes[0] if len(planes) == 1 else np.stack(planes))
        assert position == len(pixels)
        assert len(results) == len(jobs)
        return results

    return run


def pillow(data, mode="RGB", scale=1):
    """Pillow's pixels at a DCT scale; its draft() would not take a scale that leaves less than a pixel."""
    with Image.open(io.BytesIO(data)) as image:
        if mode == "L":
            image.draft("L", image.size)
        codec, _, offset, arguments = image.tile[0][:4]
        size = [math.ceil(side / scale) for side in image.size]
        image._size = tuple(size)
        image.tile = [ImageFile._Tile(codec, (0, 0, *size), offset, arguments)]
        image.decoderconfig = (scale, 0)
        return np.asarray(image.convert(mode))


def assert_same(results, expected, names):
    wrong = [
        name
        for result, pixels, name in zip(results, expected, names, strict=True)
        if isinstance(result, str) or result.shape != pixels.shape or not np.array_equal(result, pixels)
    ]
    assert not wrong, f"{len(wrong)} of {len(names)}: {wrong[:5]} {[r for r in results if isinstance(r, str)][:5]}"


SIZES = [(1, 1), (2, 3), (7, 5), (8, 8), (15, 17), (33, 16), (64, 48), (101, 37)]


def test_all_samplings_sizes_formats_and_scales_are_as_pillow_decodes_them(decode):
    jobs, expected, names = [], [], []
    for sampling in SAMPLINGS:
        for size in SIZES:
            for progressive in (False, True):
                data = save(photo(size), sampling, progressive=progressive)
                for scale in (1, 2, 4, 8):
                    rgb = pillow(data, "RGB", scale)
                    for form, pixels in (
                        ("rgb", rgb),
                        ("planes", np.moveaxis(rgb, 2, 0)),
                        ("gray", pillow(data, "L", scale)),
                    ):
                        jobs.append((data, {"format": form, "scale": scale}))
                        expected.append(pixels)
                        names.append((sampling, size, progressive, scale, form))
    assert_same(decode(jobs), expected, names)


def test_samplings_that_pillow_does_not_write(decode):
    jobs, expected, names = [], [], []
    for sampling, size, factors, new_size in (
        ("4:2:2", (96, 40), (1, 2), (48, 80)),
        ("4:2:2", (96, 40), (1, 2), (41, 69)),
        ("4:2:0", (80, 64), (4, 1), (160, 32)),
        ("4:2:0", (80, 64), (4, 1), (131, 29)),
        ("4:2:0", (80, 64), (1, 4), (40, 128)),
        ("4:2:0", (80, 64), (1, 4), (33, 99)),
    ):
        data = recut(save(photo(size), sampling), factors, new_size)
        for scale in (1, 2, 4, 8):
            jobs.append((data, {"format": "rgb", "scale": scale}))
            expected.append(pillow(data, "RGB", scale))
            names.append((factors, new_size, scale))
    assert_same(decode(jobs), expected, names)


def test_gray_files_have_equal_channels(decode):
    jobs, expected, names = [], [], []
    for size in SIZES:
        for progressive in (False, True):
            data = save(photo(size).convert("L"), None, progressive=progressive)
            gray = pillow(data, "L", 1)
            for form, pixels in (
                ("gray", gray),
                ("planes", np.stack([gray] * 3)),
                ("rgb", np.stack([gray] * 3, axis=2)),
            ):
                jobs.append((data, {"format": form}))
                expected.append(pixels)
                names.append((size, progressive, form))
    assert_same(decode(jobs), expected, names)


def test_restart_markers_and_qualities(decode):
    jobs, expected, names = [], [], []
    for sampling in SAMPLINGS:
        for quality in (1, 20, 95, 100):
            for restart in ({"restart_marker_blocks": 1}, {"restart_marker_rows": 1}, {"restart_marker_blocks": 5}):
                data = save(photo((75, 61)), sampling, quality=quality, **restart)
                jobs.append((data, {"format": "rgb"}))
                expected.append(pillow(data))
                names.append((sampling, quality, restart))
    assert_same(decode(jobs), expected, names)


def test_a_region_is_a_part_of_the_whole_image(decode):
    random = np.random.default_rng(1)
    jobs, expected, names = [], [], []
    files = [save(photo((101, 70)), sampling, progressive=p) for sampling in SAMPLINGS for p in (False, True)]
    files.append(save(photo((101, 70)).convert("L"), None))
    files.append(recut(save(photo((96, 80)), "4:2:2"), (1, 2), (47, 159)))
    files.append(recut(save(photo((96, 80)), "4:2:0"), (4, 1), (190, 39)))
    for data in files:
        rgb, gray = pillow(data), pillow(data, "L")
        height, width = gray.shape
        corners = [(0, 0, 1, 1), (width - 1, height - 1, 1, 1), (0, height - 1, width, 1), (width - 1, 0, 1, height)]
        for i in range(60):
            if i < len(corners):
                x, y, w, h = corners[i]
            else:
                x, y = int(random.integers(width)), int(random.integers(height))
                w, h = int(random.integers(1, width - x + 1)), int(random.integers(1, height - y + 1))
            whole, form = ((rgb, "rgb"), (gray, "gray"))[i % 2]
            jobs.append((data, {"format": form, "roi": (x, y, w, h)}))
            expected.append(whole[y : y + h, x : x + w])
            names.append((files.index(data), x, y, w, h))
    assert_same(decode(jobs), expected, names)


def test_a_scaled_region_is_a_part_of_the_scaled_image(decode):
    random = np.random.default_rng(2)
    jobs, expected, names = [], [], []
    for sampling in SAMPLINGS:
        data = save(photo((203, 140)), sampling)
        for scale in (2, 4, 8):
            whole = pillow(data, "RGB", scale)
            for _ in range(15):
                x, y = int(random.integers(203)), int(random.integers(140))
                w, h = int(random.integers(1, 204 - x)), int(random.integers(1, 141 - y))
                left, top = x // scale, y // scale
                jobs.append((data, {"format": "rgb", "roi": (x, y, w, h), "scale": scale}))
                expected.append(whole[top : top + math.ceil(h / scale), left : left + math.ceil(w / scale)])
                names.append((sampling, scale, x, y, w, h))
    assert_same(decode(jobs), expected, names)


def area_weights(start, length, scale, count, pixels):
    """Shares of each pixel in each of `count` parts of the interval: a matrix (count, pixels)."""
    edges = (start + np.arange(count + 1) * length / count) / scale
    position = np.arange(pixels)
    overlap = np.minimum(position + 1, edges[1:, None]) - np.maximum(position, edges[:-1, None])
    return np.maximum(overlap, 0) * count * scale / length


def area_average(image, region, scale, size):
    """The definition in float64, unrounded, of a scaled image (H, W, C)."""
    x, y, width, height = region
    rows = area_weights(y, height, scale, size[1], image.shape[0])
    columns = area_weights(x, width, scale, size[0], image.shape[1])
    lines = np.tensordot(columns, image.astype(float), (1, 1))
    return np.tensordot(rows, lines, (1, 1))


def scale_for(region, size):
    return next(s for s in (8, 4, 2, 1) if s == 1 or (region[2] // s >= size[0] and region[3] // s >= size[1]))


def test_size_averages_by_area(decode):
    random = np.random.default_rng(3)
    jobs, expected = [], []
    for sampling, full in (("4:2:0", (640, 360)), ("4:4:4", (333, 251)), ("4:2:2", (64, 48))):
        data = save(photo(full), sampling)
        scaled = {scale: pillow(data, "RGB", scale) for scale in (1, 2, 4, 8)}
        for i in range(25):
            if i == 0:
                region, size = (0, 0, *full), (64, 48)
            else:
                x, y = int(random.integers(full[0])), int(random.integers(full[1]))
                region = (x, y, int(random.integers(1, full[0] - x + 1)), int(random.integers(1, full[1] - y + 1)))
                size = (int(random.integers(1, 80)), int(random.integers(1, 80)))
            scale = scale_for(region, size)
            jobs.append((data, {"format": "rgb", "roi": region, "size": size}))
            expected.append(area_average(scaled[scale], region, scale, size))
    for result, exact, job in zip(decode(jobs), expected, jobs, strict=True):
        # Half a step is rounding; the rest is the fixed point.
        assert result.shape == exact.shape, job[1]
        assert np.abs(result - exact).max() < 0.52, (job[1], np.abs(result - exact).max())


def test_size_is_within_a_step_of_pillow_where_pillow_averages_by_area(decode):
    data = save(photo((640, 480)), "4:2:0")
    jobs, expected = [], []
    for size in ((40, 30), (80, 60), (20, 10), (160, 60), (320, 480), (640, 480), (1, 1)):
        scale = scale_for((0, 0, 640, 480), size)
        half = Image.fromarray(pillow(data, "L", scale))
        factor = half.width // size[0], half.height // size[1]
        assert (half.width % size[0], half.height % size[1]) == (0, 0)
        jobs.append((data, {"format": "gray", "size": size}))
        expected.append(np.asarray(half.reduce(factor)))
    for result, pixels in zip(decode(jobs), expected, strict=True):
        assert np.abs(result.astype(int) - pixels).max() <= 1


def test_an_even_surface_keeps_its_value_at_any_size(decode):
    jobs = []
    for value in (0, 1, 77, 254, 255):
        data = save(Image.new("L", (97, 55), value), None, quality=100)
        jobs += [(data, {"format": "gray", "size": size}) for size in ((1, 1), (13, 7), (96, 54), (200, 111))]
    for result, (data, _) in zip(decode(jobs), jobs, strict=True):
        assert set(np.unique(result)) == set(np.unique(pillow(data, "L")))


def test_every_kind_of_source_gives_the_same(interpreter, tmp_path):
    data = save(photo((67, 45)), "4:2:0")
    (tmp_path / "a.jpg").write_bytes(data)
    padded = tmp_path / "padded"
    padded.write_bytes(b"xyz" + data + b"more")
    expected = pillow(data).tobytes().hex()
    output = interpreter.run(
        """
import sys, ujpeg
path, padded = sys.argv[1:]
data = open(path, "rb").read()
inside = memoryview(open(padded, "rb").read())[3:-4]
sources = (path, data, bytearray(data), memoryview(data), inside)
results = [bytes(ujpeg.decode(source, format="rgb")) for source in sources]
print(len(set(results)), "".join("%02x" % byte for byte in results[0]))
infos = [ujpeg.info(source) for source in sources]
print(set(infos))
# What follows the end marker is not looked at.
print(bytes(ujpeg.decode(data + b"garbage", format="rgb")) == results[0])
""",
        tmp_path / "a.jpg",
        padded,
    ).splitlines()
    assert output[0] == f"1 {expected}"
    assert output[1] == (
        "{(width=67, height=45, components=3, subsampling='4:2:0', progressive=False, restart=0, orientation=None,"
        f" quality=80, comment=None, length={len(data)})}}"
    )
    assert output[2] == "True"


def test_info(interpreter, tmp_path):
    cases = []
    for sampling in SAMPLINGS:
        for progressive in (False, True):
            cases.append((save(photo((50, 30)), sampling, progressive=progressive), (50, 30, 3, sampling, progressive)))
    cases.append((save(photo((9, 4)).convert("L"), None), (9, 4, 1, None, False)))
    cases.append((save(photo((9, 4)).convert("CMYK"), None), (9, 4, 4, None, False)))
    wide = save(photo((96, 40)), "4:2:2"), save(photo((80, 64)), "4:2:0")
    cases.append((recut(wide[0], (1, 2), (48, 80)), (48, 80, 3, "4:4:0", False)))
    cases.append((recut(wide[1], (4, 1), (160, 32)), (160, 32, 3, "4:1:1", False)))
    cases.append((recut(wide[1], (1, 4), (40, 128)), (40, 128, 3, "4:4:1", False)))
    for number, (data, _) in enumerate(cases):
        (tmp_path / f"{number}.jpg").write_bytes(data)
    output = interpreter.run(
        f"import sys, ujpeg\nfor i in range({len(cases)}): print(tuple(ujpeg.info('%s/%d.jpg' % (sys.argv[1], i))[:5]))",
        tmp_path,
    )
    assert [eval(line) for line in output.splitlines()] == [answer for _, answer in cases]


def test_out_takes_arrays_and_strided_views(interpreter, tmp_path):
    data = save(photo((53, 31)), "4:2:0")
    (tmp_path / "a.jpg").write_bytes(data)
    interpreter.run(
        """
import sys, ujpeg
from ulab import numpy as np

data = open(sys.argv[1], "rb").read()
rgb = ujpeg.decode(data, format="rgb")
gray = ujpeg.decode(data, format="gray")
planes = ujpeg.decode(data)
height, width = gray.shape

def same(a, b):
    return a.shape == b.shape and a.tobytes() == b.tobytes()

def filled(*shape):
    return np.full(shape, 99, dtype=np.uint8)

for i in range(3):
    assert same(planes[i], rgb[:, :, i]), i

out = filled(height, width, 3)
assert ujpeg.decode(data, format="rgb", out=out) is out and same(out, rgb)
out = tuple(filled(height, width) for i in range(3))
assert ujpeg.decode(data, out=out) is out and all(same(out[i], planes[i]) for i in range(3))

# A frame around the view stays untouched.
large = filled(height + 4, width + 6)
view = large[1:-3, 2:-4]
assert ujpeg.decode(data, format="gray", out=view) is view and same(view, gray)
rest = sum(large.tobytes()) - sum(view.tobytes())
assert rest == 99 * ((height + 4) * (width + 6) - height * width), rest

for view in (
    filled(2 * height, 3 * width)[::2, 1::3],
    filled(height, width)[::-1, ::-1],
    filled(width, height).T,
):
    ujpeg.decode(data, format="gray", out=view)
    assert same(view, gray)
for view in (
    filled(height, 2 * width, 3)[:, ::2],
    filled(height, width, 3)[::-1],
    filled(height, width, 3)[:, :, ::-1],
    filled(3, height, width).transpose((1, 2, 0)),
    filled(height, width, 4)[:, :, 1:],
):
    ujpeg.decode(data, format="rgb", out=view)
    assert same(view, rgb)
# Planes of one array, interleaved or in a batch for a network.
batch = filled(3, height, width)
ujpeg.decode(data, out=(batch[0], batch[1], batch[2]))
assert all(same(batch[i], planes[i]) for i in range(3))
pixels = filled(height, width, 3)
ujpeg.decode(data, out=tuple(pixels[:, :, i] for i in range(3)))
assert same(pixels, rgb)
pixels = filled(height, width, 3)
ujpeg.decode(data, out=tuple(pixels[:, :, i] for i in (2, 1, 0)))
assert same(pixels[:, :, ::-1], rgb)

small = filled(48, 64)
view = small[4:-4, 8:-8]
ujpeg.decode(data, format="gray", roi=(3, 5, 40, 25), size=(48, 40), out=view)
assert same(view, ujpeg.decode(data, format="gray", roi=(3, 5, 40, 25), size=(48, 40)))
assert same(small[:, :8], filled(48, 8)) and same(small[44:], filled(4, 64))

for options, text in (
    (dict(format="gray", out=filled(height, width + 1)), "out must be uint8 of shape (31, 53)"),
    (dict(format="gray", out=filled(height, width, 1)), "out must be uint8 of shape (31, 53)"),
    (dict(format="gray", out=np.zeros((height, width))), "out must be uint8 of shape (31, 53)"),
    (dict(format="rgb", out=filled(height, width)), "out must be uint8 of shape (31, 53, 3)"),
    (dict(format="rgb", scale=2, out=filled(height, width, 3)), "out must be uint8 of shape (16, 27, 3)"),
):
    try:
        ujpeg.decode(data, **options)
        assert False, text
    except ValueError as error:
        assert str(error) == text, error
for options in (dict(format="gray", out=b"no array"), dict(out=filled(height, width)), dict(out=(1, 2, 3))):
    try:
        ujpeg.decode(data, **options)
        assert False
    except TypeError:
        pass
""",
        tmp_path / "a.jpg",
    )


def test_decode_to_file_writes_what_pillow_reads(interpreter, tmp_path):
    cases = {
        "colour": save(photo((101, 37)), "4:2:0"),
        "progressive": save(photo((64, 48)), "4:4:4", progressive=True),
        "gray": save(photo((33, 20)).convert("L"), None),
        "inks": save(photo((40, 30)).convert("CMYK"), None),
        "dot": save(photo((1, 1)), None),
        "large": save(photo((1500, 1200)), "4:2:0"),
    }
    for name, data in cases.items():
        (tmp_path / name).write_bytes(data)
    output = interpreter.run(
        f"""
import io, os, sys, ujpeg, ulab
folder = sys.argv[1] + "/"
# No more than a few rows are in memory.
before = ulab.memory().used
ulab.memory(limit=before + 200000)
for name in {[name for name in cases if name != "progressive"]}:
    count = ujpeg.decode_to_file(folder + name, folder + name + ".pnm")
    assert os.stat(folder + name + ".pnm")[6] == count
ulab.memory(limit=1 << 26)
ujpeg.decode_to_file(folder + "progressive", folder + "progressive.pnm")
stream = io.BytesIO()
with open(folder + "colour", "rb") as file:
    count = ujpeg.decode_to_file(file, stream, roi=(3, 5, 60, 30), size=(20, 10))
pixels = ujpeg.decode(folder + "colour", format="rgb", roi=(3, 5, 60, 30), size=(20, 10)).tobytes()
assert stream.getvalue() == b"P6\\n20 10\\n255\\n" + pixels and count == len(stream.getvalue())
stream = io.BytesIO()
ujpeg.decode_to_file(folder + "gray", stream, scale=4)
assert stream.getvalue() == b"P5\\n9 5\\n255\\n" + ujpeg.decode(folder + "gray", format="gray", scale=4).tobytes()

class Some:
    written = b""
    def __init__(self, most):
        self.most = most
    def write(self, data):
        if len(self.written) > 900 and self.most is None:
            return None
        if len(self.written) > 900 and not isinstance(self.most, int):
            raise self.most
        count = min(len(data), self.most if isinstance(self.most, int) else 100)
        self.written += bytes(data[:count])
        return count
some = Some(7)
ujpeg.decode_to_file(folder + "colour", some)
assert some.written == open(folder + "colour.pnm", "rb").read()
before = ulab.memory().used
for most in (None, OSError(28), KeyboardInterrupt(), 1 << 30, -1):
    some = Some(most)
    if most in (1 << 30, -1):
        some.write = lambda data: most
    try:
        ujpeg.decode_to_file(folder + "colour", some)
    except BaseException as error:
        print(type(error).__name__, error.args)
assert ulab.memory().used - before < 500, (ulab.memory().used, before)
for source, target, options in (("missing", "kept", {{}}), ("kept", "kept", {{}}), ("colour", "kept", dict(max_pixels=99)),
        ("colour", "kept", dict(scale=3)), ("colour", "none/there", {{}})):
    with open(folder + "kept", "wb") as file:
        file.write(b"no image")
    try:
        ujpeg.decode_to_file(folder + source, folder + target, **options)
    except (OSError, ValueError) as error:
        print(error)
    assert open(folder + "kept", "rb").read() == b"no image"
for arguments in ((folder + "colour",), (folder + "colour", 3), (folder + "colour", b"x")):
    try:
        ujpeg.decode_to_file(*arguments)
    except (TypeError, AttributeError) as error:
        print(type(error).__name__)
""",
        tmp_path,
        heap="32M",
    ).splitlines()
    for name, data in cases.items():
        with Image.open(tmp_path / f"{name}.pnm") as image:
            assert image.mode == ("L" if name == "gray" else "RGB")
            assert np.array_equal(np.asarray(image), pillow(data, image.mode)), name
    assert output == [
        "OSError (11,)",
        "OSError (28,)",
        "KeyboardInterrupt ()",
        "OSError (22,)",
        "OSError (22,)",
        "[Errno 2] ENOENT",
        "Not a JPEG file: starts with 0x6e 0x6f (at byte 0)",
        "image of 101x37 is larger than max_pixels=99",
        "scale 3 is not 1, 2, 4 or 8",
        "[Errno 2] ENOENT",
        "TypeError",
        "AttributeError",
        "AttributeError",
    ]


def test_arguments_are_checked(interpreter, tmp_path):
    (tmp_path / "a.jpg").write_bytes(save(photo((40, 30)), "4:2:0"))
    output = interpreter.run(
        """
import sys, ujpeg
for options in (
    dict(format="yuv"), dict(scale=3), dict(scale=0), dict(scale=2, size=(4, 4)), dict(size=(0, 4)),
    dict(size=(4, 65501)), dict(size=(4,)), dict(roi=(0, 0, 41, 30)), dict(roi=(-1, 0, 4, 4)), dict(roi=(39, 29, 1, 2)),
    dict(roi=(0, 0, 0, 4)), dict(roi=(2147483647 >> 2, 0, 2147483647 >> 1, 4)), dict(max_pixels=1199),
    dict(max_pixels=-1),
):
    try:
        ujpeg.decode(sys.argv[1], **options)
        print("decoded", options)
    except ValueError as error:
        print(error)
for call in (
    lambda: ujpeg.decode(), lambda: ujpeg.decode(3), lambda: ujpeg.decode(sys.argv[1], format=3),
    lambda: ujpeg.decode(sys.argv[1], "rgb"), lambda: ujpeg.info(None),
    lambda: ujpeg.decode(sys.argv[1], roi=(0, 0, "a", 1)),
):
    try:
        call()
        print("no error")
    except TypeError:
        pass
assert ujpeg.decode(sys.argv[1], format="gray", max_pixels=1200).shape == (30, 40)
""",
        tmp_path / "a.jpg",
    ).splitlines()
    assert output == [
        "format 'yuv' is not planes, rgb, bgr, gray or ycbcr",
        "scale 3 is not 1, 2, 4 or 8",
        "scale 0 is not 1, 2, 4 or 8",
        "give scale or size, not both",
        "size (0, 4) is not from 1 to 65500",
        "size (4, 65501) is not from 1 to 65500",
        "requested length 2 but object has length 1",
        "roi (0, 0, 41, 30) is not inside the image of 40x30",
        "roi (-1, 0, 4, 4) is not inside the image of 40x30",
        "roi (39, 29, 1, 2) is not inside the image of 40x30",
        "roi (0, 0, 0, 4) is not inside the image of 40x30",
        "roi (536870911, 0, 1073741823, 4) is not inside the image of 40x30",
        "image of 40x30 is larger than max_pixels=1199",
        "image of 40x30 is larger than max_pixels=-1",
    ]
