"""ujpeg.encode: the very bytes that Pillow writes, whose libjpeg uses the same transforms and tables."""

from jpegs import SAMPLINGS, photo, save
from PIL import Image

SIZES = [(1, 1), (2, 3), (7, 5), (8, 8), (15, 17), (33, 16), (64, 48), (101, 37), (23, 90)]


def test_the_file_is_as_pillow_writes_it(interpreter, tmp_path):
    expected = []
    jobs = []
    for number, size in enumerate(SIZES):
        image = photo(size)
        (tmp_path / f"{number}.rgb").write_bytes(image.tobytes())
        (tmp_path / f"{number}.gray").write_bytes(image.convert("L").tobytes())
        for quality in (1, 30, 75, 85, 100):
            for restart in (0, 3):
                options = {"restart_marker_blocks": restart} if restart else {}
                jobs.append((f"{number}.gray", size, "4:2:0", quality, restart))
                expected.append(save(image.convert("L"), None, quality=quality, **options))
                for sampling in SAMPLINGS:
                    jobs.append((f"{number}.rgb", size, sampling, quality, restart))
                    expected.append(save(image, sampling, quality=quality, **options))
    interpreter.run(
        f"""
import sys, ujpeg
from ulab import numpy as np
for i, (name, (width, height), sampling, quality, restart) in enumerate({jobs}):
    pixels = np.frombuffer(open(sys.argv[1] + "/" + name, "rb").read(), dtype=np.uint8)
    pixels = pixels.reshape((height, width) if name.endswith("gray") else (height, width, 3))
    data = ujpeg.encode(pixels, quality=quality, subsampling=sampling, restart=restart)
    open("%s/%d.jpg" % (sys.argv[1], i), "wb").write(data)
""",
        tmp_path,
    )
    wrong = [job for i, job in enumerate(jobs) if (tmp_path / f"{i}.jpg").read_bytes() != expected[i]]
    assert not wrong, f"{len(wrong)} of {len(jobs)}: {wrong[:5]}"


def test_kinds_of_images_targets_and_segments(interpreter, tmp_path):
    image = photo((53, 31))
    (tmp_path / "rgb").write_bytes(image.tobytes())
    output = interpreter.run(
        """
import io, sys, ujpeg, ulab
from ulab import numpy as np
rgb = np.frombuffer(open(sys.argv[1] + "/rgb", "rb").read(), dtype=np.uint8).reshape((31, 53, 3))
data = ujpeg.encode(rgb)
planes = tuple(rgb[:, :, i] for i in range(3))
large = np.zeros((62, 106, 3), dtype=np.uint8)
large[::2, ::2] = rgb
before = ulab.memory().used
for same in (planes, list(planes), large[::2, ::2], rgb[:, :, ::-1][:, :, ::-1]):
    assert ujpeg.encode(same) == data
buffer = bytearray(len(data) + 1)
assert ujpeg.encode(rgb, out=buffer) == len(data) and buffer[:-1] == data and buffer[-1] == 0
stream = io.BytesIO()
assert ujpeg.encode_to_file(rgb, stream) == len(data) and stream.getvalue() == data
assert ujpeg.encode_to_file(rgb, sys.argv[1] + "/out.jpg") == len(data)
assert open(sys.argv[1] + "/out.jpg", "rb").read() == data
open(sys.argv[1] + "/notes.jpg", "wb").write(ujpeg.encode(rgb, comment=b"a comment", exif=b"Exif\\0\\0II*\\0rest"))
assert ujpeg.info(sys.argv[1] + "/notes.jpg").comment == b"a comment"
for arguments in (dict(quality=0), dict(quality=101), dict(restart=-1), dict(subsampling="4:1:1"),
        dict(comment=bytes(65534)), dict(out=bytearray(100))):
    try:
        ujpeg.encode(rgb, **arguments)
        print("encoded", arguments)
    except ValueError as error:
        print(error)
for image in (np.zeros((4, 4)), np.zeros(4, dtype=np.uint8), np.zeros((4, 4, 4), dtype=np.uint8),
        np.zeros((0, 4), dtype=np.uint8), (rgb, rgb, rgb)):
    try:
        ujpeg.encode(image)
        print("encoded")
    except ValueError as error:
        print(error)
class Full:
    def write(self, data):
        raise OSError(28)
try:
    ujpeg.encode_to_file(rgb, Full())
except OSError as error:
    print(error.errno)
limit = ulab.memory().limit
ulab.memory(limit=ulab.memory().used + 100)
try:
    ujpeg.encode(rgb)
except MemoryError as error:
    print(str(error)[:19])
ulab.memory(limit=limit)
print(ulab.memory().used - before < 5000)
""",
        tmp_path,
    ).splitlines()
    need = "need uint8: (H, W), (H, W, 3) or three equal (H, W)"
    assert output == [
        "quality 0 is not from 1 to 100",
        "quality 101 is not from 1 to 100",
        "restart -1 is not from 0 to 65535",
        "subsampling is not '4:4:4', '4:2:2' or '4:2:0'",
        "comment 65534 is not from 0 to 65533",
        "out of 100 bytes is too small",
        need,
        need,
        need,
        "image of 4x0: sides must be from 1 to 65500",
        need,
        "28",
        "JPEG encoder needs ",
        "True",
    ]
    with Image.open(tmp_path / "notes.jpg") as notes:
        assert notes.info["comment"] == b"a comment"
        assert notes.info["exif"] == b"Exif\0\0II*\0rest"
        assert notes.size == (53, 31)
