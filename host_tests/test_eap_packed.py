"""Packed executables: the decoder beside Python's own, and packed interpreters of every architecture."""

import lzma
import os
import random
import subprocess

import numpy as np
import pytest
from interpreters import ARCHES, COMMANDS, ROOT

from mpycam.eap import build, elf
from mpycam.eap.package import inspect
from mpycam.eap.packed import CONTEXTS, FILTER, addresses_to_places, pack
from mpycam.eap.problem import PackageError

EMULATORS = {arch: COMMANDS[arch][0] for arch in ("armv7hf", "aarch64")}
PACKED_ARCHES = [arch for arch in ARCHES if arch in EMULATORS]

# Reads a size and a .lzma file, and writes what it decodes to or exits with 1.
HARNESS = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lzma_decode.h"

int main(int argc, char **argv) {
    (void)argc;
    size_t out_size = strtoul(argv[1], NULL, 10), size = 0;
    static uint8_t input[1 << 20];
    size = fread(input, 1, sizeof(input), stdin);
    uint8_t *file = malloc(size), *out = malloc(out_size);
    memcpy(file, input, size);
    bool good = lzma_decode(out, out_size, file, size);
    if (good) {
        fwrite(out, 1, out_size, stdout);
    }
    free(file);
    free(out);
    return !good;
}
"""


@pytest.fixture(scope="module")
def decode(tmp_path_factory):
    """A function of a size and a .lzma file: what the unpacker's decoder makes of it under the sanitizers, or None."""
    folder = tmp_path_factory.mktemp("lzma")
    (folder / "main.c").write_text(HARNESS)
    source = ROOT / "variant" / "unpacker"
    subprocess.run(
        ["cc", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", f"-I{source}",
         folder / "main.c", source / "lzma_decode.c", "-o", folder / "decode"], check=True,
    )  # fmt: skip

    def run(size, data):
        result = subprocess.run([folder / "decode", str(size)], input=data, capture_output=True, timeout=30)
        assert (result.returncode in (0, 1), result.stderr) == (True, b"")
        return result.stdout if result.returncode == 0 else None

    return run


def samples():
    chance = random.Random(5)
    words = [chance.randbytes(chance.randrange(1, 9)) for _ in range(50)]
    yield b""
    yield b"a"
    yield bytes(70000)
    yield chance.randbytes(3000)
    yield b"".join(chance.choice(words) for _ in range(20000))
    yield (ROOT / "README.md").read_bytes() * 3


@pytest.mark.parametrize("properties", [(0, 0, 0), (1, 1, 1), (2, 0, 2), (0, 2, 2), (0, 0, 4)])
def test_decoder(decode, properties):
    changed = dict(zip(("lc", "lp", "pb"), properties, strict=True))
    for data in samples():
        packed = lzma.compress(data, lzma.FORMAT_ALONE, filters=[{**FILTER, **changed}])
        assert decode(len(data), packed) == data
        assert decode(len(data) + 1, packed) is None
        if data:
            assert decode(len(data) - 1, packed) is None


def test_decoder_on_damaged_files(decode):
    chance = random.Random(6)
    data = b"".join(bytes([n % 7]) * (n % 31) for n in range(900))
    packed = lzma.compress(data, lzma.FORMAT_ALONE, filters=[{**FILTER, **CONTEXTS["aarch64"]}])
    for size in range(len(packed)):
        assert decode(len(data), packed[:size]) is None
    changed = 0
    for _ in range(150):
        damaged = bytearray(packed)
        damaged[chance.randrange(len(packed))] ^= 1 << chance.randrange(8)
        changed += decode(len(data), bytes(damaged)) != data
    assert changed > 100
    for properties in range(256):
        decode(len(data), bytes([properties]) + packed[1:])


def test_addresses_to_places():
    # Two calls of the same place from different ones, as arm-linux-gnueabihf-as writes them.
    code = bytes.fromhex("fff7feff 00bf 00bf fff7faff".replace(" ", ""))
    packed = addresses_to_places(code, "armv7hf")
    assert packed[:4] == packed[8:12] and packed[4:8] == code[4:8]
    words = bytes.fromhex("00000094 1f2003d5 feffff97 aabb".replace(" ", ""))
    packed = addresses_to_places(words, "aarch64")
    assert packed[:4] == packed[8:12] and packed[4:8] == words[4:8] and packed[12:] == words[12:]
    # adr x0 and adr x9 of one place, the second with another register and two bytes further.
    words = bytes.fromhex("40000010 1f2003d5 09000050".replace(" ", ""))
    packed = np.frombuffer(addresses_to_places(words, "aarch64"), "<u4")
    assert packed[0] >> 5 & 0x7FFFF == packed[2] >> 5 & 0x7FFFF == 2
    assert (packed[0] & 0xFF00001F, packed[2] & 0xFF00001F) == (0x10000000, 0x50000009)


@pytest.mark.parametrize("arch", PACKED_ARCHES)
def test_packed_interpreter(tmp_path, arch):
    folder = ROOT / "dist" / arch
    program = (folder / "micropython").read_bytes()
    path = tmp_path / "packed"
    path.write_bytes(pack(program, (folder / "unpacker").read_bytes()))
    path.chmod(0o755)
    header = elf.read(path.read_bytes())
    assert (header.architecture, header.starts, header.interpreter) == (arch, True, None)
    assert path.stat().st_size < 0.7 * len(program)

    def run(*arguments, **options):
        command = [EMULATORS[arch], path, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)

    script = (
        "import os, sys, time\n"
        "from ulab import numpy as np\n"
        "print(sys.argv[1:], os.getenv('DOOR'), np.sum(np.arange(10)), time.time() > 1e9)\n"
        "import _thread\n"
        "_thread.start_new_thread(print, ('thread',))\n"
        "time.sleep(0.2)\n"
        "sys.exit(7)\n"
    )
    (tmp_path / "script.py").write_text(script)
    result = run(tmp_path / "script.py", "a", "b c", env={"DOOR": "front"})
    assert (result.returncode, result.stdout, result.stderr) == (7, "['a', 'b c'] front 45 True\nthread\n", "")

    result = run("--unpack", tmp_path / "unpacked")
    assert (result.returncode, result.stderr) == (0, "")
    assert (tmp_path / "unpacked").read_bytes() == program
    assert os.access(tmp_path / "unpacked", os.X_OK)
    # What is there already is not written over.
    result = run("--unpack", tmp_path / "unpacked")
    assert (result.returncode, result.stderr) == (127, "the file for --unpack cannot be made\n")
    result = run("--unpack", "/dev/full")
    assert (result.returncode, result.stderr) == (127, "the file for --unpack cannot be made\n")


@pytest.mark.parametrize("arch", PACKED_ARCHES)
def test_damaged_program(tmp_path, arch):
    folder = ROOT / "dist" / arch
    data = bytearray(pack((folder / "micropython").read_bytes(), (folder / "unpacker").read_bytes()))
    # The sizes at the end: what is packed, and what it is packed from.
    data[-4:] = (1234).to_bytes(4, "little")
    (tmp_path / "packed").write_bytes(data)
    (tmp_path / "packed").chmod(0o755)
    result = subprocess.run([EMULATORS[arch], tmp_path / "packed"], capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (127, "the packed program is damaged\n")


@pytest.mark.skipif(len(PACKED_ARCHES) < 2, reason="needs both architectures")
def test_architectures_are_not_mixed(tmp_path):
    folders = {arch: ROOT / "dist" / arch for arch in EMULATORS}
    with pytest.raises(PackageError, match="expected the same architecture"):
        build(
            ROOT / "app", folders["armv7hf"] / "micropython", output=tmp_path, library=ROOT / "lib",
            unpacker=folders["aarch64"] / "unpacker",
        )  # fmt: skip


@pytest.mark.parametrize("arch", PACKED_ARCHES)
def test_unpacks_itself_when_installed(tmp_path, arch):
    folder = ROOT / "dist" / arch
    made = build(
        ROOT / "app", folder / "micropython", output=tmp_path, library=ROOT / "lib", unpacker=folder / "unpacker"
    )
    package = inspect(made.path)
    assert package.installable
    assert package.package_conf["POSTINSTALLSCRIPT"] == "unpack.sh"
    camera = tmp_path / "camera"
    camera.mkdir()
    subprocess.run(["tar", "xzf", made.path, "-C", camera], check=True)
    # The script starts the program by its name, and this machine needs the emulator for that.
    packed = camera / "door_state"
    packed.rename(tmp_path / "packed")
    packed.write_text(f'#!/bin/sh\nexec {EMULATORS[arch]} "{tmp_path}/packed" "$@"\n')
    packed.chmod(0o755)
    result = subprocess.run(["sh", "unpack.sh"], cwd=camera, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, "")
    assert packed.read_bytes() == (folder / "micropython").read_bytes()
    assert not [path for path in camera.iterdir() if path.name.startswith(".")]
