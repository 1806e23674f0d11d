"""`mpycam collect`: fetches the frames that a camera kept for training."""

import asyncio
import csv
import io
import re
from pathlib import Path

from mpycam.device.command import add_camera_options, connect
from mpycam.errors import MpycamError
from mpycam.whole_file import write_whole

NAME = re.compile(r"\d{17}\.jpg")


def add_command(subcommands):
    """Add the parsers."""
    collect = subcommands.add_parser("collect", help="fetch the frames that a camera kept for training")
    actions = collect.add_subparsers(metavar="ACTION", required=True)
    for name, run, text in (
        ("list", run_list, "print the index of the frames that are in the camera"),
        ("pull", run_pull, "fetch what is not there yet, and write an index for each door"),
        ("clear", run_clear, "remove the frames from the camera, those only that FOLDER has if it is given"),
    ):
        parser = actions.add_parser(name, help=text, description=text)
        parser.set_defaults(run=run)
        add_camera_options(parser)
        parser.add_argument("--app", default="door_state", help="the app that keeps them (default: door_state)")
        if name != "list":
            parser.add_argument("folder", metavar="FOLDER", type=Path, nargs="?" if name == "clear" else None)


def run_list(options):
    """Print the index."""
    print(asyncio.run(_with_device(options, _index)).decode(), end="")
    return 0


def run_pull(options):
    """Fetch the frames; say how many."""
    fetched, rows = asyncio.run(_with_device(options, pull, options.folder))
    print(f"{fetched} of {len(rows)} frames fetched to {options.folder}")
    return 0


def run_clear(options):
    """Remove the frames from the camera."""
    asyncio.run(_with_device(options, clear, options.folder))
    return 0


async def _with_device(options, work, *arguments):
    async with connect(options) as device:
        return await work(device, f"/local/{options.app}/api/collect", *arguments)


async def _request(device, method, path, **options):
    answer = await device.request(method, path, **options)
    if answer.status_code == 404:
        raise MpycamError(f"{device.host} has no {path}: does the app run, and is its setting collect_bytes above 0?")
    if answer.status_code not in (200, 204, 206):
        raise MpycamError(f"{device.host} answers {answer.status_code} {answer.reason_phrase} to {method} {path}")
    return answer


async def _index(device, path):
    return (await _request(device, "GET", path)).content


def rows_of(index):
    """The rows of an index, bytes, as dictionaries; MpycamError for one with names that no collector gives."""
    rows = list(csv.DictReader(io.StringIO(index.decode())))
    for row in rows:
        if not NAME.fullmatch(row.get("path") or ""):
            raise MpycamError(f"need names such as 20261121104914250.jpg in the index, have {row.get('path')!r}")
    return rows


async def pull(device, path, folder):
    """Fetch the frames that the folder lacks; return their number, and the rows of the camera's index.

    A frame that is there is not fetched again, and one that comes damaged is left out: the next pull tries again. Rows
    of DOOR.csv that are there stay as they are: their labels may be a person's.
    """
    rows = rows_of(await _index(device, path))
    folder.mkdir(parents=True, exist_ok=True)
    fetched, damaged = 0, []
    for row in rows:
        file = folder / row["path"]
        if not file.exists():
            answer = await _request(device, "GET", f"{path}/{row['path']}")
            if not is_whole(answer.content):
                damaged.append(row["path"])
                continue
            write_whole(file, answer.content)
            fetched += 1
        _add_row(folder, row)
    if damaged:
        raise MpycamError(f"{fetched} frames fetched, but {len(damaged)} came damaged, {damaged[0]} first: pull again")
    return fetched, rows


def is_whole(data):
    """Whether bytes are a JPEG file that decodes to its end."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
            image.load()
    except (OSError, SyntaxError):
        return False
    return True


def _add_row(folder, row):
    index = folder / (re.sub(r"[^\w .-]", "_", row["door"]).strip(" .") + ".csv")
    if not index.exists():
        with open(index, "w", newline="") as file:
            csv.writer(file).writerow(row)
    with open(index, newline="") as file:
        if any(known["path"] == row["path"] for known in csv.DictReader(file)):
            return
    with open(index, "a", newline="") as file:
        csv.writer(file).writerow(row.values())


async def clear(device, path, folder=None):
    """Remove from the camera what the folder has, from the oldest on up to the first that it lacks; else everything."""
    rows = rows_of(await _index(device, path))
    until = ""
    for row in rows:
        if folder is not None and not (folder / row["path"]).exists():
            break
        until = max(until, row["path"])
    if until:
        await _request(device, "POST", f"{path}/clear", json={"until": until})
