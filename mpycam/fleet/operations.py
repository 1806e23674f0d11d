"""Looking at many cameras, their parameters and their logs."""

import asyncio

from mpycam.errors import MpycamError
from mpycam.fleet import crew
from mpycam.fleet.results import DONE, FAILED, PLANNED, UNCHANGED, Result


async def on_each(entries, work, parallel):
    """Await work(entry, device) on every camera; return (entry, answer, error) in their order, one of the two None."""

    async def one(entry):
        try:
            async with entry.device() as device:
                return entry, await work(entry, device), None
        except MpycamError as error:
            return entry, None, error

    found = {entry.name: (entry, answer, error) for entry, answer, error in await crew.each(entries, one, parallel)}
    return [found[entry.name] for entry in entries]


async def status(entries, parallel, app=None):
    """What each camera is and runs: a list of dictionaries."""

    async def ask(entry, device):
        information = await device.info()
        apps = await device.apps()
        shown = {name: f"{found.version} {found.status}" for name, found in sorted(apps.items()) if app in (None, name)}
        return {
            "camera": entry.name, "address": device.address, "model": information.model, "serial": information.serial,
            "os": information.firmware, "architecture": information.architecture,
            "unsigned": information.takes_unsigned, "apps": shown,
        }  # fmt: skip

    return [
        answer or {"camera": entry.name, "error": str(error)}
        for entry, answer, error in await on_each(entries, ask, parallel)
    ]


async def get_parameters(entries, parallel, app, names):
    """Each camera's parameters of an app, or of the camera where `app` is None: (camera, {name: value}, error)."""

    async def ask(entry, device):
        prefix = await _prefix(device, app)
        found = await device.parameters(*([prefix + name for name in names] or [prefix.rstrip(".") or "root"]))
        return {name.removeprefix(prefix): value for name, value in found.items()}

    return [(entry.name, answer, error) for entry, answer, error in await on_each(entries, ask, parallel)]


async def set_parameters(entries, parallel, app, values, dry=False):
    """Set parameters where they have other values; return a Result for each camera."""

    async def change(entry, device):
        prefix = await _prefix(device, app)
        have = await device.parameters(*(prefix + name for name in values))
        missing = [name for name in values if prefix + name not in have]
        if missing:
            raise MpycamError(f"{prefix}{missing[0]}: there is no such parameter")
        other = {prefix + name: value for name, value in values.items() if have[prefix + name] != value}
        if not other:
            return UNCHANGED
        if not dry:
            await device.set_parameters(other)
        return PLANNED if dry else DONE

    return [
        Result(entry.name, answer or FAILED, app or "", reason=str(error or ""), kind=getattr(error, "kind", ""))
        for entry, answer, error in await on_each(entries, change, parallel)
    ]


async def logs(entries, parallel, app, lines, show):
    """Call show(camera, line) with the last lines of a log of each camera; return the errors as (camera, error)."""

    async def ask(entry, device):
        for line in (await device.log(app))[-lines:] if lines else ():
            show(entry.name, line)
        return True

    return [(entry.name, error) for entry, _, error in await on_each(entries, ask, parallel) if error]


async def follow(entries, app, lines, show, interval=1.0):
    """Call show(camera, line) with the last lines of the logs and those to come, until cancelled."""

    async def one(entry):
        while True:
            try:
                async with entry.device() as device:
                    known = await device.log(app)
                    for line in known[-lines:] if lines else ():
                        show(entry.name, line)
                    async for line in device.follow(app, known=known, interval=interval):
                        show(entry.name, line)
            except MpycamError as error:
                show(entry.name, f"({error})")
            await asyncio.sleep(10 * interval)

    await asyncio.gather(*(one(entry) for entry in entries))


async def _prefix(device, app):
    if app is None:
        return ""
    group = await device.app_group(app)
    if group is None:
        raise MpycamError(f"{app} has no parameters here: it is not installed, or its manifest names none")
    return f"{group}."
