"""The pictures of a source for any number of viewers: each is made once, and only if somebody looks."""

import asyncio
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

CACHE_BYTES = 32 << 20


class Frames:
    """Serves the pictures of one source at a time.

    A source has `size` (width, height), `fps`, and three methods: `key(seconds)`
    tells at once which picture is to be seen so long after the source began;
    `jpeg(key)` returns its file where the source has one, else None; and
    `picture(key)` returns it as a Pillow image. The last two are called in a
    thread, the same one always, so that pictures never take more than one core.
    """

    def __init__(self, source):
        # What the camera shows unless it is told otherwise.
        self.first_source = source
        self._first_began = time.monotonic()
        self._worker = None
        self._cache = OrderedDict()
        self._cached_bytes = 0
        self._making = {}
        self._shown = 0
        # While this is a key, the sensor hangs and shows the picture again and again.
        self._held = None
        self.show(source)

    def show(self, source):
        """Take the pictures from `source` from now on: from its beginning, but the first source went on meanwhile."""
        self.source = source
        self._shown += 1
        self._began = self._first_began if source is self.first_source else time.monotonic()
        if self._held is not None:
            self.hold(True)

    async def start(self):
        """Make the thread."""
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="frames")
        self.show(self.first_source)

    async def stop(self):
        """Let the thread end with the picture that it is at."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    @property
    def seconds(self):
        """For how long the source has been shown."""
        return time.monotonic() - self._began

    def hold(self, held):
        """Let the picture of this moment stand still, or move again."""
        self._held = self.source.key(self.seconds) if held else None

    async def jpeg(self, format):
        """The JPEG file of this moment's picture in a Format."""
        source = self.source
        key = source.key(self.seconds) if self._held is None else self._held
        name = self._shown, key, format
        if name in self._cache:
            self._cache.move_to_end(name)
            return self._cache[name]
        making = self._making.get(name)
        if making is None:
            loop = asyncio.get_running_loop()
            making = self._making[name] = loop.run_in_executor(self._worker, _make, source, key, format)
            making.add_done_callback(lambda done: self._made(name, done))
        # A viewer that leaves must not take the picture from the others.
        return await asyncio.shield(making)

    def _made(self, name, done):
        del self._making[name]
        if done.cancelled() or done.exception():
            return
        self._cache[name] = done.result()
        self._cached_bytes += len(done.result())
        while self._cached_bytes > CACHE_BYTES:
            _, oldest = self._cache.popitem(last=False)
            self._cached_bytes -= len(oldest)


def _make(source, key, format):
    file = source.jpeg(key)
    if file is not None and not format.changes(source.size):
        return file
    try:
        return format.encode(source.picture(key))
    except OSError:
        # A file that is damaged stays so, whatever is asked for.
        if file is None:
            raise
        return file
