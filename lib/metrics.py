"""The statistics of timers as messages for a broker, and as text for Prometheus.

    frames = StopWatchTachometer(MqttTimer(client, "door/frame").send)
    prometheus = Prometheus()
    frames = StopWatchTachometer(prometheus.timer("door_frame_seconds", "Time that a frame takes."))
"""

from json_lines import utc


class MqttTimer:
    """Publishes the four statistics of a timer as JSON."""

    def __init__(self, client, topic, qos=0):
        """`client` is an MqttClient, or anything with its publish()."""
        self._client = client
        self._topic = topic
        self._qos = qos

    def send(self, moment, timer):
        """Publish what the timer has; a tachometer's callback. Returns the text."""
        text = '{"time": "%s", "unit": "seconds", "count": %d, "sum": %r, "min": %r, "max": %r}' % (
            utc(moment), timer.len(), timer.sum(), timer.min(), timer.max()
        )  # fmt: skip
        self._client.publish(self._topic, text, self._qos)
        return text


class Prometheus:
    """Values by name, in the text format 0.0.4 that Prometheus reads."""

    CONTENT_TYPE = "text/plain; version=0.0.4"

    def __init__(self):
        self._families = {}  # {name: (help, kind, {name and labels: value})}
        self._order = []

    def set(self, name, value, help="", kind="gauge", suffix="", **labels):
        """Take a value; `kind` is gauge or counter."""
        pairs = ['%s="%s"' % (label, _escaped(labels[label], '"')) for label in sorted(labels)]
        self._values(name, help, kind)[name + suffix + ("{%s}" % ",".join(pairs) if pairs else "")] = value

    def timer(self, name, help="", **labels):
        """A tachometer's callback: sum and count since the beginning, and the last report's min and max."""
        total = [0.0, 0]

        def send(moment, timer):
            total[0] += timer.sum()
            total[1] += timer.len()
            self.set(name, total[0], help, "summary", "_sum", **labels)
            self.set(name, total[1], help, "summary", "_count", **labels)
            self.set(name + "_min", timer.min(), help + " The shortest.", **labels)
            self.set(name + "_max", timer.max(), help + " The longest.", **labels)

        return send

    def _values(self, name, help, kind):
        if name not in self._families:
            self._families[name] = (help, kind, {})
            self._order.append(name)
        return self._families[name][2]

    def text(self):
        """What a scrape gets."""
        lines = []
        for name in self._order:
            help, kind, values = self._families[name]
            lines += ["# HELP %s %s" % (name, _escaped(help)), "# TYPE %s %s" % (name, kind)]
            lines += ["%s %r" % (sample, values[sample]) for sample in sorted(values)]
        return "\n".join(lines + [""])


def _escaped(text, quote=""):
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace(quote, "\\" + quote) if quote else text
