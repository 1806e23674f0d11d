"""Work on many cameras, a bounded number at a time."""

import asyncio


async def each(entries, work, parallel, enough=lambda: False):
    """Await work(entry) for every entry, `parallel` at a time in their order; return the results of those begun.

    No more are begun once enough() is true; what has begun is finished.
    """
    waiting = iter(entries)
    results = []

    async def take():
        for entry in waiting:
            if enough():
                return
            results.append(await work(entry))

    await asyncio.gather(*(take() for _ in range(max(1, parallel))))
    return results
