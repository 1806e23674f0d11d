"""The camera's event bus."""

import asyncio
from dataclasses import dataclass, field

# A subscriber that does not read loses the oldest events rather than the camera its memory.
QUEUE_LENGTH = 1000


@dataclass(frozen=True)
class Event:
    """Something that happened.

    `topic` has its namespaces, as in "tns1:Device/tnsaxis:IO/VirtualInput"; `timestamp`
    is in milliseconds since 1970; the values of `source`, `key` and `data` are strings.
    """

    topic: str
    timestamp: int
    source: dict = field(default_factory=dict)
    key: dict = field(default_factory=dict)
    data: dict = field(default_factory=dict)
    # Whether it tells the state of something, which late subscribers are told too.
    stateful: bool = False


class Events:
    """Hands events to whoever subscribed, and remembers the states that they told."""

    def __init__(self, clock):
        self._clock = clock
        self._states = {}
        self._queues = set()

    def emit(self, topic, source=None, key=None, data=None, stateful=False):
        """Tell every subscriber of an event and return it. Values become strings: booleans "1" and "0"."""
        parts = [{name: _text(value) for name, value in (part or {}).items()} for part in (source, key, data)]
        event = Event(topic, int(self._clock.time() * 1000), *parts, stateful)
        if stateful:
            self._states[topic, tuple(parts[0].items()), tuple(parts[1].items())] = event
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)
        return event

    def states(self):
        """The latest event of every state."""
        return list(self._states.values())

    def forget(self, topic):
        """Drop the states of a topic, as when the app that declared it is removed."""
        self._states = {key: event for key, event in self._states.items() if key[0] != topic}

    def subscribe(self):
        """Return a Subscription, to be used in a with statement."""
        return Subscription(self._queues)


class Subscription:
    """The events from now on: `await subscription.get()`."""

    def __init__(self, queues):
        self._queues = queues
        self._queue = asyncio.Queue(QUEUE_LENGTH)

    def __enter__(self):
        self._queues.add(self._queue)
        return self

    def __exit__(self, *_):
        self._queues.discard(self._queue)

    async def get(self):
        """Wait for the next event and return it."""
        return await self._queue.get()


def _text(value):
    return str(int(value)) if isinstance(value, bool) else str(value)
