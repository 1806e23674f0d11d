"""variant/hash.c and modhashlib.c against CPython's hashlib."""

import hashlib
import random

ALGORITHMS = ("md5", "sha1", "sha256")

# The byte at `i` is the same in both interpreters without sending the data.
SCRIPT = """
import hashlib
data = bytes((i * 167 + (i >> 8)) & 255 for i in range(70_000))
"""
DATA = bytes((i * 167 + (i >> 8)) & 255 for i in range(70_000))


def digests(interpreter, body):
    return interpreter.run(SCRIPT + body).split()


def test_all_lengths_in_one_piece(interpreter):
    """Every fill of the last block, in which the padding takes one block or two."""
    body = f"""
for name in {ALGORITHMS}:
    for length in range(301):
        print(getattr(hashlib, name)(data[:length]).hexdigest())
"""
    expected = [hashlib.new(name, DATA[:length]).hexdigest() for name in ALGORITHMS for length in range(301)]
    assert digests(interpreter, body) == expected


def test_random_pieces(interpreter):
    """Cuts anywhere, empty pieces and all kinds of buffers among them."""
    rng = random.Random(1)
    cases = [sorted(rng.choices(range(301), k=rng.randrange(8))) + [rng.randrange(300, 400)] for _ in range(100)]
    body = f"""
for name in {ALGORITHMS}:
    for cuts in {cases}:
        hash = getattr(hashlib, name)()
        start = 0
        for number, cut in enumerate(cuts):
            kind = (bytes, bytearray, memoryview)[number % 3]
            hash.update(kind(data[start:cut]))
            start = cut
        print(hash.hexdigest())
"""
    assert digests(interpreter, body) == [
        hashlib.new(name, DATA[: cuts[-1]]).hexdigest() for name in ALGORITHMS for cuts in cases
    ]


def test_large_and_unaligned(interpreter):
    body = f"""
view = memoryview(data)
for name in {ALGORITHMS}:
    print(getattr(hashlib, name)(data).hexdigest())
    hash = getattr(hashlib, name)(view[1:])
    for i in range(9):
        hash.update(view[i:])
    print(hash.hexdigest())
"""
    expected = []
    for name in ALGORITHMS:
        expected.append(hashlib.new(name, DATA).hexdigest())
        expected.append(hashlib.new(name, DATA[1:] + b"".join(DATA[i:] for i in range(9))).hexdigest())
    assert digests(interpreter, body) == expected


def test_interface(interpreter):
    """The rules that MicroPython's own hashlib has, and hexdigest."""
    interpreter.run("""
import hashlib

for make, size in ((hashlib.md5, 16), (hashlib.sha1, 20), (hashlib.sha256, 32)):
    assert type(make().digest()) is bytes and len(make().digest()) == size
    assert make(b"abc").digest().hex() == make(b"abc").hexdigest()
    assert make("abc").digest() == make(b"abc").digest()
    for end in (make.digest, make.hexdigest):
        hash = make(b"abc")
        end(hash)
        for again in (make.digest, make.hexdigest, lambda hash: hash.update(b"")):
            try:
                again(hash)
            except ValueError as error:
                assert str(error) == "hash is final", error
            else:
                raise AssertionError("a final hash went on")
    for wrong in (lambda: make(1), lambda: make(b"", b""), lambda: make(data=b""), lambda: make().update(None)):
        try:
            wrong()
        except TypeError:
            pass
        else:
            raise AssertionError("accepted a wrong argument")
    # Each object has a state of its own.
    first, second = make(b"a"), make(b"a")
    first.update(b"b")
    assert first.digest() != second.digest()
""")
