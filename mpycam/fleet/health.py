"""Whether an app that was just installed works: it runs, in one and the same process, and reports frames."""

import asyncio
import json
import re
import time
from dataclasses import dataclass

from mpycam.errors import MpycamError

# A line of a camera's log: ... app[process]: text
LINE = re.compile(r"\s(\S+)\[(\d+)\]: (.*)$")
ASK_SECONDS = 1
LAST_WORDS = 3


class Unhealthy(MpycamError):
    """The app does not work; the text says what it does instead."""


@dataclass(frozen=True)
class Check:
    """What is looked at.

    The app must run for `seconds` in one process. With `frames` it must report a number of that name that grows: in the
    JSON lines of its log, or in the JSON that `path` of the camera answers with.
    """

    seconds: float = 10
    frames: str = ""
    path: str = ""


async def watch(device, app, check):
    """Watch an app for as long as the check says. Raises Unhealthy, DeviceError."""
    end = time.monotonic() + check.seconds
    known = await device.log(app)
    process, numbers = None, []
    while True:
        status = await _status(device, app)
        lines = await device.log(app)
        spoken = [LINE.search(line) for line in _new(known, lines)]
        for said in spoken:
            if said is None or said[1] != app or said[2] == "0":
                continue
            if process not in (None, said[2]):
                raise Unhealthy(f"{app} ended and was started again{_last_words(lines)}")
            process = said[2]
        if status != "Running":
            raise Unhealthy(f"{app} does not run, its status is {status}{_last_words(lines)}")
        if check.path:
            numbers.append(await _number_at(device, check))
        elif check.frames:
            numbers = _numbers(lines, app, process, check.frames)
        if time.monotonic() >= end:
            break
        await asyncio.sleep(min(ASK_SECONDS, max(0.05, end - time.monotonic())))
    if check.frames and not (len(numbers) > 1 and numbers[-1] > numbers[0]):
        told = f"only {numbers[-3:]}" if numbers else "none at all"
        raise Unhealthy(f"{app} runs, but reports no more {check.frames} within {check.seconds:g} s, {told}")


async def _status(device, app):
    apps = await device.apps()
    return apps[app].status if app in apps else "not installed"


async def _number_at(device, check):
    answer = await device.request("GET", check.path)
    if answer.status_code != 200:
        raise Unhealthy(f"{check.path} answers {answer.status_code}")
    try:
        value = answer.json()
        for key in check.frames.split(".") if check.frames else ():
            value = value[key]
    except (ValueError, KeyError, TypeError):
        raise Unhealthy(f"{check.path}: expected JSON with {check.frames!r}, have {answer.text[:80]!r}") from None
    return value


def _numbers(lines, app, process, key):
    """The numbers that the process has reported, and no other one before it."""
    found = []
    for said in map(LINE.search, lines):
        if said and said[1] == app and said[2] == process:
            try:
                value = json.loads(said[3])
            except ValueError:
                continue
            if isinstance(value, dict) and isinstance(value.get(key), int):
                found.append(value[key])
    return found


def _new(known, lines):
    """The lines behind those known; a log may have lost its oldest ones meanwhile."""
    for lost in range(len(known)):
        if known[lost:] == lines[: len(known) - lost]:
            return lines[len(known) - lost :]
    return lines


def _last_words(lines):
    said = [match[3] for match in map(LINE.search, lines[-LAST_WORDS:]) if match]
    return "; it said: " + " | ".join(said) if said else ""
