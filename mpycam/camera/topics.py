"""Event topics and the filters that select them (ONVIF core specification, ConcreteSet topic expressions).

Interfaces write the two namespaces in different ways: tns1 and tnsaxis in the event stream, onvif and axis over MQTT.
"""

NAMESPACES = {"tns1": "onvif", "onvif": "onvif", "tnsaxis": "axis", "axis": "axis"}
MOST_CHARACTERS = 4096


class TopicError(ValueError):
    """A topic filter is malformed."""


def parse(topic):
    """Return a topic as a list of (namespace, name), where the namespaces are "onvif" and "axis".

    A name without a namespace is in that of the name before it.
    """
    parts, namespace = [], None
    for part in topic.split("/"):
        prefix, colon, name = part.rpartition(":")
        if colon:
            namespace = NAMESPACES.get(prefix)
            if namespace is None:
                raise TopicError(f"unknown namespace '{prefix}', known are {', '.join(NAMESPACES)}")
        if namespace is None or not name:
            raise TopicError(f"need names with a namespace, as in tnsaxis:Storage/Alert, have '{topic}'")
        parts.append((namespace, name))
    return parts


def for_mqtt(topic):
    """The topic as the camera names it in a message: "onvif:Device/axis:IO/Port"."""
    return topic.replace("tns1:", "onvif:").replace("tnsaxis:", "axis:")


class TopicFilter:
    """A filter such as "tns1:Device/tnsaxis:IO//." or "onvif:Device/axis:IO/Port|axis:Storage//."."""

    def __init__(self, text):
        if len(text) > MOST_CHARACTERS:
            raise TopicError(f"a topic filter has at most {MOST_CHARACTERS} characters")
        self._alternatives = [self._parse(alternative.strip()) for alternative in text.split("|")]

    def matches(self, topic):
        """Whether a topic is selected."""
        parts = parse(topic)
        return any((parts[: len(wanted)] if below else parts) == wanted for wanted, below in self._alternatives)

    @staticmethod
    def _parse(text):
        # "//." stands for what is below; "//" alone is met in practice and means the same.
        for end in ("//.", "//"):
            if text.endswith(end):
                text = text.removesuffix(end)
                return (parse(text) if text else []), True
        return parse(text), False
