"""variant/modprocess.c and lib/process_program.py: programs, their pipes, their ends."""

import errno
import signal
import subprocess
import time

from camera_python import MODULE_PATH, run

SCRIPT = f"""
NAMES = {errno.errorcode}
""" + """
import errno, os, process, time
from process import *

def wait(pid):
    while True:
        status = poll(pid)
        if status is not None:
            return status
        time.sleep_ms(5)

def fails(call, *arguments):
    try:
        call(*arguments)
    except OSError as error:
        return NAMES[error.errno] + str(error.args[1:])
    except (ValueError, TypeError) as error:
        return str(error)

def files():
    return len(os.listdir("/proc/self/fd"))
"""


def test_pipes_and_ends(interpreter):
    run(interpreter, SCRIPT + """
pid, stdin, stdout = spawn(["/bin/cat"])
assert poll(pid) is None
assert stdin.write(b"hello\\n") == 6
assert stdout.read(6) == b"hello\\n"
stdin.close()
assert stdout.read() == b""
assert wait(pid) == 0
assert fails(poll, pid) == "ECHILD()"
stdout.close()

# A list or a tuple; exit statuses; arguments as they are; our environment and working folder.
os.putenv("GREETING", "ü")
pid, stdin, stdout = spawn(("/bin/sh", "-c", 'echo "$GREETING $0" "$1"; pwd; exit 7', "a  b", ""))
assert stdout.read() == ("ü a  b \\n%s\\n" % os.getcwd()).encode()
assert wait(pid) == 7

# None of our files, and a process group of its own.
own = open("/dev/null")
pid, stdin, stdout = spawn(["/bin/sh", "-c", "ls /proc/self/fd | wc -l; ps -o pgid= -p $$; echo $$"])
count, group, number = stdout.read().split()
assert (count, group, number) == (b"4", b"%d" % pid, b"%d" % pid), (count, group, number)
assert wait(pid) == 0

# Reads and writes that would wait return None once told so.
pid, stdin, stdout = spawn(["/bin/sh", "-c", "sleep 60 & sleep 60"])
nonblocking(stdout.fileno())
nonblocking(stdin.fileno())
assert stdout.read(1) is None
sent = 0
while True:
    count = stdin.write(b"x" * 1000)
    if count is None:
        break
    sent += count
assert sent >= 4096
assert fails(process.kill, pid, 99) == "EINVAL()"
process.kill(-pid, SIGTERM)
assert wait(pid) == -SIGTERM
# The second sleep is gone, too: nobody holds the pipe.
while stdout.read(1) is None:
    time.sleep_ms(5)
assert fails(stdin.write, b"x") == "EPIPE()"
""")


def test_what_cannot_be_started(interpreter):
    run(interpreter, SCRIPT + """
before = files()
for _ in range(50):
    assert fails(spawn, ["/nowhere/at all", "x"]) == "ENOENT('/nowhere/at all',)"
    assert fails(spawn, ["/"]) == "EACCES('/',)"
    assert fails(spawn, []) == "need a program, have no arguments"
    assert "str" in fails(spawn, ["/bin/true", 1])
    assert "object" in fails(spawn, 1)
    assert fails(poll, 1) == "ECHILD()"
    assert fails(nonblocking, 99) == "EBADF()"
assert files() == before
# No child is left, dead or alive.
assert fails(poll, -1) == "ECHILD()"
""")


def test_no_file_is_left_open(interpreter):
    """Closed files, forgotten files, and none to be had."""
    run(interpreter, SCRIPT + """
before = files()
for round in range(40):
    pid, stdin, stdout = spawn(["/bin/true"])
    wait(pid)
    if round % 2:
        stdin.close()
        stdout.close()
del stdin, stdout
gc.collect()
assert files() <= before + 2, files()
gc.collect()
held = []
while True:
    try:
        held.append(open("/dev/null"))
    except OSError as error:
        assert NAMES[error.errno] == "EMFILE"
        break
for room in range(6):
    assert fails(spawn, ["/bin/true"]) == "EMFILE()", room
    held.pop().close()
pid, stdin, stdout = spawn(["/bin/true"])
assert wait(pid) == 0
""", preexec_fn=few_files)  # fmt: skip


def few_files():
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def test_memory_that_runs_out(interpreter):
    """An allocation that fails leaves no file open and nothing running."""
    run(interpreter, SCRIPT + """
import micropython
before = files()
failed = started = 0
arguments = ["/bin/true"] * 100
for free in range(0, 12):
    gc.collect()
    hold = []
    try:
        while True:
            hold.append(bytearray(16))
    except MemoryError:
        pass
    for _ in range(free * 8):
        if hold:
            hold.pop()
    gc.collect()
    try:
        result = spawn(arguments)
        started += 1
    except MemoryError:
        result = None
        failed += 1
    hold = None
    gc.collect()
    if result:
        wait(result[0])
        result[1].close()
        result[2].close()
    result = None
    gc.collect()
    assert files() == before, (free, files())
assert failed and started, (failed, started)
""", heap="200K")  # fmt: skip


def test_programs_end_with_their_parent(interpreter, tmp_path):
    """Killed with -9 it takes them along, also one that ignores all that it can."""
    script = tmp_path / "parent.py"
    script.write_text("""
import process, time
pid, stdin, stdout = process.spawn(["/bin/sh", "-c", "trap '' TERM INT HUP; echo; while :; do sleep 0.1; done"])
stdout.read(1)
print(pid)
time.sleep(60)
""")
    parent = subprocess.Popen(
        [*interpreter.command, script],
        stdout=subprocess.PIPE,
        env={**interpreter.environment(), "MICROPYPATH": MODULE_PATH},
    )
    child = int(parent.stdout.readline())
    assert state(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 30
    while state(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not state(child)


def state(pid):
    """The letter that tells how a process is, nothing if it is gone or dead."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            letter = file.read().rpartition(")")[2].split()[0]
    except OSError:
        return ""
    return "" if letter in "ZX" else letter


def test_signals_arrive_at_a_program(host, tmp_path):
    """A program has the default handlers and no signal blocked, whatever the parent has."""
    assert signal.SIGTERM == 15
    printed = run(host, SCRIPT + """
pid, stdin, stdout = spawn(["/bin/grep", "-E", "Sig(Blk|Ign|Cgt)", "/proc/self/status"])
print(stdout.read().decode())
""")  # fmt: skip
    masks = {line.split(":")[0]: int(line.split(":")[1], 16) for line in printed.splitlines() if line}
    assert masks["SigBlk"] == 0
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        assert not masks["SigIgn"] >> (number - 1) & 1


def test_program(interpreter):
    printed = run(interpreter, """
from process_program import Program
async def main():
    program = Program(["/bin/sh", "-c", "while read line; do echo got $line; done; exit 4"], 64)
    for text in (b"one", b"two", b"x" * 20):
        await program.write(text + b"\\n")
        print(await program.reader.line())
    assert program.poll() is None
    program.stdin.close()
    print(await program.reader.line(), await program.wait(), program.poll())
    program.close()
    program = Program(["/bin/sleep", "60"])
    try:
        await asyncio.wait_for_ms(program.reader.line(), 50)
    except asyncio.TimeoutError:
        print("time-out")
    program.kill()
    print(await program.wait())
    program.kill()
    program.close()
    # More than a pipe holds.
    program = Program(["/bin/sh", "-c", "sleep 0.1; wc -c"])
    await program.write(bytes(300_000))
    program.stdin.close()
    print(await program.reader.line())
    print(await program.wait())
    program.close()
asyncio.run(main())
""")  # fmt: skip
    assert printed.splitlines() == [
        "b'got one'",
        "b'got two'",
        f"b'got {'x' * 20}'",
        "None 4 4",
        "time-out",
        "-9",
        "b'300000'",
        "0",
    ]


def test_example_of_the_stub(host):
    import doctest
    import re

    from interpreters import ROOT

    text = (ROOT / "variant" / "process.pyi").read_text()
    examples = doctest.DocTestParser().get_examples(re.search(r'"""(.*?)"""', text, re.S).group(1))
    script = "import process, time\n" + "".join(
        f"value = {example.source}print(repr(value))\n" if example.want else example.source
        for example in examples
    )
    assert host.run(script) == "".join(example.want for example in examples)
