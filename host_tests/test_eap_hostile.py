"""Packages made to do harm: each is read to its problems, without a traceback, writing or much memory."""

import gzip
import io
import json
import posixpath
import random
import tarfile
import tracemalloc
import zlib

import pytest
from eap_samples import PACKAGE_CONF, elf, manifest, member, members, pack, tar, trailer
from hypothesis import given, settings
from hypothesis import strategies as st

from mpycam.cli import main
from mpycam.eap import report
from mpycam.eap.package import inspect_bytes
from mpycam.eap.reader import Limits

MIB = 1 << 20


def errors(data):
    package = inspect_bytes(data)
    report.as_json(package)
    assert report.as_text(package).isascii()
    return [str(problem) for problem in package.problems if problem.severity == "error"]


def with_members(*items):
    return pack([*members().values(), *items])


def link(name, target, kind=tarfile.SYMTYPE):
    return member(name, type=kind, linkname=target)


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([member("../evil")], "../evil: path that climbs out"),
        ([member("html/../../evil")], "climbs out"),
        ([member("./../evil")], "climbs out"),
        ([member("html/..")], "climbs out"),
        ([member("/etc/passwd")], "/etc/passwd: absolute path"),
        ([member(".//etc/passwd")], None),
        ([member("//etc/passwd")], "absolute path"),
        ([link("out", "/etc")], "out: symbolic link to /etc, outside"),
        ([link("out", "..")], "outside"),
        ([link("out", "")], "outside"),
        ([link("html/out", "../../x")], "outside"),
        ([link("html/here", "../x")], None),
        ([link("html/root", "..")], None),
        # Within the package by its words, outside once `here` is followed.
        ([link("here", "."), link("out", "here/../..")], "outside"),
        ([link("here", "html/b"), link("out", "here/../../x")], "outside"),
        ([link("html", "/etc"), member("html/passwd")], "html/passwd: lies under html, which is a symbolic link"),
        ([link("html", "localdata"), member("html/x")], "lies under html"),
        ([member("html/x"), link("html", "localdata")], "html: there twice, first as a folder"),
        ([link("x", "y"), member("x")], "x: there twice, first as a symbolic link"),
        ([link("html", "localdata"), link("hard", "html/x", tarfile.LNKTYPE)], "hard link to html/x, which is no file"),
        ([link("hard", "/etc/passwd", tarfile.LNKTYPE)], "hard link to /etc/passwd"),
        ([link("hard", "../x", tarfile.LNKTYPE)], "hard link to ../x"),
        ([link("hard", "html/../LICENSE", tarfile.LNKTYPE)], "hard link to html/../LICENSE"),
        ([link("hard", "later", tarfile.LNKTYPE), member("later")], "which is no file before it"),
        ([link("hard", "LICENSE", tarfile.LNKTYPE)], None),
        ([member("LICENSE")], "LICENSE: there twice, first as a file"),
        ([member("./LICENSE")], "LICENSE: there twice"),
        ([member("html/.././LICENSE")], "climbs out"),
        ([member("a//b"), member("a/./b")], "a/./b: there twice"),
        ([member("sample_app/x")], "lies under sample_app, which is a file"),
        ([member("null", type=tarfile.CHRTYPE, devmajor=1, devminor=3)], "null: character device, expected a file"),
        ([member("disk", type=tarfile.BLKTYPE)], "disk: block device"),
        ([member("pipe", type=tarfile.FIFOTYPE)], "pipe: pipe"),
        ([member("what", type=b"Z")], "what: unknown type"),
        ([member(".")], "file without a name"),
    ],
)
def test_members(items, text):
    found = errors(with_members(*items))
    assert (found == []) if text is None else any(text in problem for problem in found), found


@pytest.mark.parametrize("name", ["../evil", "/evil", "a" * 600, "a/" * 40 + "b"])
@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_forms_of_names(name, form):
    long_name = name if len(name) > 100 else "a/" * 60 + name  # as an entry before the member
    assert errors(pack([*members().values(), member(long_name)], form))


def raw_header(name=b"x", size=b"00000000000\0", kind=b"0", checksum=None, mode=b"0000644\0", link=b""):
    """Return a tar header block with fields of any content."""
    block = bytearray(512)
    for start, value in ((0, name), (100, mode), (124, size), (156, kind), (157, link), (257, b"ustar  \0")):
        block[start : start + len(value)] = value
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block) if checksum is None else checksum
    return bytes(block)


def test_damaged_headers():
    good = tar(members().values()).rstrip(b"\0")
    good += bytes(-len(good) % 512)
    end = bytes(1024)
    for header, text in [
        (raw_header(size=b"99999999999\0"), "where an octal number belongs"),
        (raw_header(size=b"-0000000001\0"), "where an octal number belongs"),
        (raw_header(size=b"77777777777\0"), "with at most"),
        (raw_header(size=b"\x80" + b"\xff" * 11), "with at most"),
        (raw_header(size=b"\xff" * 12), "where an octal number belongs"),
        (raw_header(kind=b"L", size=b"77777777777\0"), "attribute list of 8589934591 bytes"),
        (raw_header(kind=b"x", size=b"\x80" + b"\xff" * 11), "attribute list of"),
        (raw_header(checksum=b"000000\0 "), "has checksum 0"),
        (raw_header(checksum=b"zzzzzz\0 "), "where an octal number belongs"),
        (raw_header(kind=b"L", mode=b"zzz\0"), "where an octal number belongs"),
        (b"\x01" * 512, "where an octal number belongs"),
        (raw_header(size=b"00000001000\0"), "cut off within member x: 0 of 512"),
    ]:
        data = good + header + (end if b"cut" not in text.encode() else b"")
        assert any(text in problem for problem in errors(gzip.compress(data))), (text, errors(gzip.compress(data)))


@pytest.mark.parametrize(
    "records",
    [b"x", b"99999 path=x\n", b"5 path=x\n", b"0 a=b\n", b"-6 a=b\n", b"9 path\n", b"12 size=1x\n\n\n",
     b"12 path=a\0b\n",
     b"11 size=-1\n",
     b"30 size=99999999999999999999\n", b"1" * 100],
)  # fmt: skip
def test_damaged_attributes(records):
    size = b"%011o\0" % len(records)
    data = raw_header(kind=b"x", size=size) + records + bytes(-len(records) % 512) + raw_header() + bytes(1024)
    assert errors(gzip.compress(data))


@pytest.mark.parametrize("kind", [b"1", b"2", b"3", b"5", b"6", b"0"])
def test_content_where_readers_differ(kind):
    name = b"x/" if kind == b"0" else b"x"
    inner = raw_header(name=b"hidden")
    data = raw_header(name=name, kind=kind, link=b"LICENSE", size=b"%011o\0" % len(inner)) + inner + bytes(1024)
    assert any("with 512 bytes of content" in problem for problem in errors(gzip.compress(data)))


def test_two_sizes():
    data = raw_header(kind=b"x", size=b"00000000014\0") + b"12 size=512\n".ljust(512, b"\0")
    data += raw_header() + raw_header(name=b"hidden") + bytes(1024)
    assert any("two sizes for x: 0 and 512" in problem for problem in errors(gzip.compress(data)))


@pytest.mark.parametrize("key", ["path", "linkpath"])
def test_attributes_cannot_hide_a_path(key):
    info, data = member("harmless", type=tarfile.SYMTYPE if key == "linkpath" else tarfile.REGTYPE)
    info.linkname = "LICENSE" if key == "linkpath" else ""
    info.pax_headers = {key: "/etc/passwd"}
    assert any(
        "/etc/passwd" in problem for problem in errors(pack([*members().values(), (info, data)], tarfile.PAX_FORMAT))
    )


def test_sparse_files():
    for size in (b"1", b"99999999999999"):
        records = b"".join(
            b"%d %s\n" % (len(text) + 4, text) for text in (b"GNU.sparse.major=1", b"GNU.sparse.realsize=" + size)
        )
        data = raw_header(kind=b"x", size=b"%011o\0" % len(records)) + records + bytes(-len(records) % 512)
        assert errors(gzip.compress(data + raw_header() + bytes(1024)))
    assert any("sparse file" in problem for problem in errors(with_members(member("hole", type=b"S"))))


def zeros(head, size):
    """Return a gzip file of `head` and then `size` zero bytes."""
    compressor = zlib.compressobj(1, zlib.DEFLATED, 31)
    parts = [compressor.compress(head)] + [compressor.compress(bytes(MIB)) for _ in range(size // MIB)]
    return b"".join([*parts, compressor.flush()])


def peak(data, limits):
    """Return the errors that were found and how much memory that took at most, in bytes."""
    tracemalloc.start()
    found = [problem.text for problem in inspect_bytes(data, limits=limits).problems if problem.severity == "error"]
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found, memory


def test_bombs():
    head = raw_header(size=b"%011o\0" % (200 * MIB))
    found = errors(zeros(head, 200 * MIB))
    assert "member x has 209715200 bytes, with at most 134" in found[0]
    limits = Limits(content_bytes=16 * MIB, members=500)
    found, memory = peak(zeros(head, 40 * MIB), limits)
    assert "has 209715200 bytes" in found[0] and memory < 2 * MIB
    # Zeros after the end of the tar are thrown away piece by piece.
    found, memory = peak(zeros(tar(members().values()), 40 * MIB), limits)
    assert any("more than 16777216 bytes of content" in text for text in found) and memory < 2 * MIB
    found, memory = peak(pack([member(f"{number:05}" + "x" * 480) for number in range(501)]), limits)
    assert any("more than 500 members" in text for text in found) and memory < 8 * MIB
    found, memory = peak(gzip.compress(raw_header(kind=b"L", size=b"00000000000\0") * 2000), limits)
    assert any("more than 500 members" in text for text in found) and memory < 2 * MIB
    found, memory = peak(pack([member("x/" * 33 + "x")]), limits)
    assert any("within 33 folders" in text for text in found)


def test_hostile_files_inside():
    for data in (b"[" * 250000, b'{"a":' * 50000, b'{"schemaVersion": {}}', b"\xff" * 100, b"null", b'"x"'):
        assert errors(with_members(member("manifest.json", data)))
    broken = json.loads(json.dumps(manifest()))
    for path in (["acapPackageConf"], ["acapPackageConf", "setup"], ["acapPackageConf", "setup", "architecture"],
                 ["acapPackageConf", "configuration"], ["schemaVersion"]):  # fmt: skip
        for value in ([], {}, None, 1, "x", [[]], {"x": {}}):
            changed = json.loads(json.dumps(broken))
            inner = changed
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = value
            found = errors(with_members(member("manifest.json", json.dumps(changed).encode())))
            assert found or (path[-1] == "configuration" and value == {})
    many = manifest(configuration={"paramConfig": [[]] * 60000})
    assert len(errors(with_members(member("manifest.json", json.dumps(many, separators=(",", ":")).encode())))) < 100
    for name in ("../../bin/sh", "a/b", "..", "/", "x" * 5000, "\ud800", "$(id)"):
        text = PACKAGE_CONF.replace("sample_app", name).encode("utf-8", "surrogatepass")
        assert errors(pack(members(**{"package.conf": member("package.conf", text)}).values()))
    for text in (
        b"\xff\xfe",
        b"\0" * 100,
        b"A=\\" * 1000,
        b"'" * 999,
        b'"\\',
        b"=" * 60000,
        b"x " * 30000,
        b";\n" * 30000,
    ):
        assert errors(pack(members(**{"package.conf": member("package.conf", text)}).values()))


def test_damaged_programs():
    generator = random.Random(1)
    whole = elf(interpreter="/lib/ld.so")
    for length in range(len(whole)):
        data = pack(members(sample_app=member("sample_app", whole[:length], 0o755)).values())
        assert errors(data), length
    for bits in (32, 64):
        whole = elf(bits=bits, interpreter="/lib/ld.so")
        for _ in range(300):
            data = bytearray(whole)
            for _ in range(4):
                data[generator.randrange(4, len(data))] = generator.choice([0, 1, 2, 0x7F, 0x80, 0xFF])
            errors(pack(members(sample_app=member("sample_app", bytes(data), 0o755)).values()))


def test_cut_off_at_every_length():
    data = with_members(member("html/index.html", random.Random(2).randbytes(3000))) + trailer()
    whole = len(data) - 849
    for length in [*range(0, whole, 7), *range(whole + 1, len(data), 50)]:
        assert errors(data[:length]), length
    assert errors(data) == errors(data[:whole]) == []
    # The same for the tar within a whole gzip.
    content = tar(members().values())
    end = len(content.rstrip(b"\0"))
    for length in range(0, end, 97):
        assert errors(gzip.compress(content[:length])), length


def test_content_without_its_end():
    content = tar(members().values())
    short = content.rstrip(b"\0")
    short += bytes(-len(short) % 512)
    for ending in (b"", bytes(512), bytes(512) + b"x" * 512):
        problems = [str(problem) for problem in inspect_bytes(gzip.compress(short + ending)).problems]
        assert any("two zero blocks" in text for text in problems) and not errors(gzip.compress(short + ending))
    problems = inspect_bytes(gzip.compress(content + b"more")).problems
    assert any("data after the end of the tar" in problem.text for problem in problems)


@pytest.mark.parametrize(
    "data", [b"", b"x", b"\x1f\x8b", b"PK\x03\x04" + bytes(100), tar(members().values()), bytes(5000)]
)
def test_not_a_package(tmp_path, capsys, data):
    path = tmp_path / "x.eap"
    path.write_bytes(data)
    assert main(["eap", "inspect", str(path)]) == 1
    assert main(["eap", "inspect", "--json", str(path)]) == 1
    output = capsys.readouterr()
    assert "gzip is" in output.out and output.err == ""
    assert [item.name for item in tmp_path.iterdir()] == ["x.eap"]


def test_terminal_escapes_are_not_printed(tmp_path, capsys):
    path = tmp_path / "x.eap"
    path.write_bytes(with_members(member("\x1b[2J\x07evil"), member(b"\xff\xfe".decode("utf-8", "surrogateescape"))))
    main(["eap", "inspect", str(path)])
    main(["eap", "inspect", "--json", str(path)])
    output = capsys.readouterr().out
    assert "\x1b" not in output and "\x07" not in output and "\\x1b[2J" in output


def _content():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for info, data in [
            *members().values(),
            member("manifest.json", json.dumps(manifest()).encode()),
            member("html/" + "ü" * 80, b"x"),
            link("html/status", "../localdata/x"),
        ]:
            archive.addfile(info, io.BytesIO(data))
    content = buffer.getvalue().rstrip(b"\0")
    return content + bytes(-len(content) % 512 + 1024)


CONTENT = _content()
HEADERS = [start for start in range(0, len(CONTENT), 512) if CONTENT[start + 257 : start + 262] == b"ustar"]
CHANGES = st.lists(
    st.tuples(st.sampled_from(HEADERS), st.integers(0, 511), st.integers(0, 255)), min_size=1, max_size=4
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(CHANGES)
def test_changed_headers(changes):
    content = bytearray(CONTENT)
    for start, position, value in changes:
        content[start + position] = value
        # Right again, so that the change itself is read and not only the sum refused.
        content[start + 148 : start + 156] = b" " * 8
        content[start + 148 : start + 156] = b"%06o\0 " % sum(content[start : start + 512])
    data = gzip.compress(bytes(content), 1)
    if errors(data):
        return
    # What is taken must be what another reader finds.
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        expected = [
            (posixpath.normpath(item.name), item.size, item.linkname if item.issym() or item.islnk() else "")
            for item in archive
        ]
    found = [(posixpath.normpath(item.name), item.size, item.link) for item in inspect_bytes(data).members]
    assert found == expected


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=4000))
def test_random_bytes(data):
    assert errors(data)
    errors(gzip.compress(data, 1))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_random_manifests_and_confs(data):
    errors(with_members(member("manifest.json", data)))
    errors(pack(members(**{"package.conf": member("package.conf", data)}).values()))
