"""lib/durable_queue.py: nothing that put() returned for is lost, at whatever byte or moment things end."""

import contextlib
import json
import os
import random
import signal
import subprocess
import time

from camera_python import MODULE_PATH, PRELUDE, run

READ_ALL = """
from durable_queue import DurableQueue, QueueFull
def rest(queue, name):
    found = []
    while True:
        message = queue.peek(name)
        if message is None:
            return found
        found.append(json.loads(message))
        queue.done(name)
"""


def test_two_readers_at_their_own_pace(interpreter, tmp_path):
    script = READ_ALL + """
path = sys.argv[1]
queue = DurableQueue(path, ("mqtt", "webhook"), 4000)
for number in range(10):
    queue.put(json.dumps(number))
assert queue.peek("mqtt") == queue.peek("mqtt") == b"0"  # the same until it is done
assert [queue.peek("mqtt") for _ in range(5) if not queue.done("mqtt")] == [b"1", b"2", b"3", b"4", b"5"]
queue.close()
queue = DurableQueue(path, ("mqtt", "webhook", "new"), 4000)
queue.put(b"10")
print(json.dumps([rest(queue, name) for name in ("new", "mqtt", "webhook")]), queue.waiting("webhook"))
for bad in ("a\\nb", b"\\n"):
    try:
        queue.put(bad)
    except ValueError as error:
        print(error)

async def main():
    async def reader(name):
        for _ in range(3):
            print(name, await queue.next(name))
            queue.done(name)
    tasks = [asyncio.create_task(reader(name)) for name in ("mqtt", "webhook")]
    for message in "abc":
        await asyncio.sleep(0.01)
        queue.put(message)
    for task in tasks:
        await asyncio.wait_for(task, 10)
asyncio.run(main())
"""
    lines = run(interpreter, script, tmp_path / "queue").splitlines()
    assert lines[0] == json.dumps([[10], [*range(5, 11)], [*range(11)]]) + " 0"
    assert lines[1:3] == ["need a message without a line feed"] * 2
    assert sorted(lines[3:]) == [f"{name} b'{c}'" for name in ("mqtt", "webhook") for c in "abc"]


def test_bytes_are_bounded(interpreter, tmp_path):
    """Months of messages in a file of bounded size, also with a reader that lags, and a full queue refuses."""
    script = READ_ALL + """
import os
path, limit = sys.argv[1], 3000
queue = DurableQueue(path, ("fast", "slow"), limit)
largest = written = read = 0
for number in range(400):
    queue.put(json.dumps(number))
    queue.peek("fast")
    queue.done("fast")
    if number % 40 == 39:
        while queue.peek("slow") is not None:
            assert queue.peek("slow") == str(read).encode()
            read += 1
            queue.done("slow")
            if number % 80 == 39 and read == number - 10:
                break
    if number % 97 == 0:
        queue.close()
        queue = DurableQueue(path, ("fast", "slow"), limit)
    largest = max(largest, os.stat(path)[6])
print(read, largest < 2.2 * limit)
count = 0
try:
    while True:
        queue.put("x" * 90)
        count += 1
except QueueFull as error:
    print(error)
assert queue.peek("fast") == b"x" * 90
for _ in range(count):
    queue.peek("slow")
    queue.done("slow")
    queue.peek("fast")
    queue.done("fast")
queue.put("room again")
try:
    queue.put("x" * limit)
except QueueFull as error:
    print(error)
print(os.listdir(path.rpartition("/")[0]))
"""
    lines = run(interpreter, script, tmp_path / "queue").splitlines()
    assert lines[0] == "400 True"
    assert lines[1].startswith("need 100 bytes for a message, have ")
    assert lines[1].endswith(" of 3000")
    assert lines[2].startswith("need 3010 bytes for a message")
    assert lines[3:] == ["['queue']"]


def test_cut_at_every_byte(interpreter, tmp_path):
    """Whatever is left of the file, whole messages are given, the places of readers hold, and it goes on."""
    whole = tmp_path / "whole"
    script = READ_ALL + """
import os
whole, path = sys.argv[1:]
queue = DurableQueue(whole, ("a",), 10000)
ends = []
for number in range(6):
    queue.put(json.dumps(number))
    ends.append(os.stat(whole)[6])
    if number in (1, 3):
        queue.peek("a")
        queue.done("a")
queue.close()
with open(whole, "rb") as file:
    data = file.read()
marks = []
for line in data.split(b"\\n")[:-1]:
    marks.append((marks[-1][0] + len(line) + 1 if marks else len(line) + 1, line[8:9]))
marks = [end for end, kind in marks if kind == b"-"]
for cut in range(len(data) + 1):
    with open(path, "wb") as file:
        file.write(data[:cut])
        if cut % 2:
            file.write(bytes(100))  # some file systems have the length on the disk before the data
    queue = DurableQueue(path, ("a",), 10000)
    queue.put("99")
    # A line that lacks nothing but its line feed is whole.
    there = [number for number, end in enumerate(ends) if end <= cut or end == cut + 1 and cut % 2 == 0]
    done = sum([end <= cut or end == cut + 1 and cut % 2 == 0 for end in marks]) - 1
    found = rest(queue, "a")
    # Without the line of its place the reader is a new one.
    assert found == ([99] if done < 0 else there[done:] + [99]), (cut, found, there, done)
    queue.close()
    queue = DurableQueue(path, ("a",), 10000)
    assert rest(queue, "a") == []
    queue.close()
print("good", len(data))
"""
    assert run(interpreter, script, whole, tmp_path / "cut").startswith("good ")


def test_damage_in_the_middle(host, tmp_path):
    script = READ_ALL + """
import random
path = sys.argv[1]
queue = DurableQueue(path, ("a",), 10000)
for number in range(20):
    queue.put(json.dumps({"number": number}))
queue.close()
with open(path, "rb") as file:
    data = file.read()
random.seed(1)
for _ in range(300):
    bad = bytearray(data)
    place = random.randrange(len(data))
    bad[place] ^= 1 << random.randrange(8)
    with open(path, "wb") as file:
        file.write(bad)
    queue = DurableQueue(path, ("a",), 10000)
    numbers = [message["number"] for message in rest(queue, "a")]
    # A line is lost, or two where the line feed between them is; all where it is the line of the reader's place.
    assert numbers == sorted(numbers) and (len(numbers) >= 18 or data[:place].count(b"\\n") == 0 and not numbers)
    queue.close()
print("good")
"""
    assert run(host, script, tmp_path / "queue") == "good\n"


KILLED = PRELUDE + READ_ALL + """
import random, time
random.seed(int(sys.argv[2]))
queue = DurableQueue(sys.argv[1], ("a", "b"), 3000)
number = int(sys.argv[3])
while True:
    try:
        queue.put(json.dumps(number))
        print("put", number)
        number += 1
    except QueueFull:
        pass
    for name in ("a", "b"):
        if random.random() < 0.5:
            message = queue.peek(name)
            if message is not None:
                print(name, message.decode())
                queue.done(name)
"""


def test_killed_at_any_moment(host, tmp_path):
    """Both readers get every message that put() returned for, in order; one at most twice a kill."""
    script = tmp_path / "script.py"
    script.write_text(KILLED)
    environment = {**os.environ, "MICROPYPATH": MODULE_PATH}
    chooser = random.Random(2)
    put, read = [], {"a": [], "b": []}
    for seed in range(25):
        arguments = [tmp_path / "queue", seed, put[-1] + 1 if put else 0]
        process = subprocess.Popen(
            [*host.command, script, *map(str, arguments)], stdout=subprocess.PIPE, text=True, env=environment
        )
        first = process.stdout.readline()
        time.sleep(chooser.random() * 0.2)
        process.send_signal(signal.SIGKILL)
        for line in (first + process.communicate()[0]).split("\n")[:-1]:
            with contextlib.suppress(ValueError):  # the pipe's last line may be torn too
                word, number = line.split(" ")
                (put if word == "put" else read[word]).append(int(number))
    script.write_text(PRELUDE + READ_ALL + """
queue = DurableQueue(sys.argv[1], ("a", "b"), 3000)
print(json.dumps({name: rest(queue, name) for name in ("a", "b")}))
""")
    rest = json.loads(host.start([script, tmp_path / "queue"], env={"MICROPYPATH": MODULE_PATH}).stdout)
    for name, numbers in read.items():
        numbers += rest[name]
        assert set(put) <= set(numbers), name
        repeated = len(numbers) - len(set(numbers))
        assert repeated <= 2 * 25, name
    assert len(put) > 100


def test_full_disk(host, tmp_path):
    """A refused message is not half there, and the next one is taken once there is room."""
    script = READ_ALL + """
import durable_queue
class Full:
    def __init__(self, file): self.file, self.room = file, 1000000
    def write(self, data):
        part = data[:self.room]
        self.room -= len(part)
        self.file.write(part)
        if len(part) < len(data):
            raise OSError(28)
    def __iter__(self): return iter(self.file)
    def __getattr__(self, name): return getattr(self.file, name)
path = sys.argv[1]
queue = DurableQueue(path, ("a",), 10000)
queue._file = full = Full(queue._file)
queue.put('{"number": 1}')
full.room = 7
for _ in range(2):
    try:
        queue.put('{"number": 2, "text": "longer than the next"}')
    except OSError as error:
        print(error)
full.room = 1000000
queue.put('3')
print(rest(queue, "a"))
full.file.close()
queue = DurableQueue(path, ("a",), 10000)
print(rest(queue, "a"))
queue.close()
# A start with a full disk, a torn line and a reader that the file does not know.
with open(path, "ab") as file:
    file.write(b"torn")
durable_queue.open = lambda path, mode: full
full.file, full.room = open(path, "r+b"), 0
queue = DurableQueue(path, ("a", "b"), 10000)
try:
    queue.put("4")
except OSError as error:
    print(error.errno)
full.room = 1000000
queue.put("5")
print(rest(queue, "a"), rest(queue, "b"))
full.file.close()
full.file = open(path, "r+b")
queue = DurableQueue(path, ("a", "b"), 10000)
queue.put("6")
print(rest(queue, "a"), rest(queue, "b"))
del durable_queue.open
try:
    DurableQueue(path + "/no/folder", ("a",))
except OSError as error:
    print(error.errno)
"""
    lines = run(host, script, tmp_path / "queue").splitlines()
    assert lines == ["28"] * 2 + ["[{'number': 1}, 3]", "[]", "28", "[5] [5]", "[6] [6]", "20"]
