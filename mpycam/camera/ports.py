"""The I/O of the camera: physical ports, which nothing is connected to, and virtual inputs."""

import asyncio

from mpycam.camera.factory_parameters import PORTS

VIRTUAL_INPUTS = 64
VIRTUAL_INPUT_TOPIC = "tns1:Device/tnsaxis:IO/VirtualInput"
INPUT_TOPIC = "tns1:Device/tnsaxis:IO/Port"
OUTPUT_TOPIC = "tns1:Device/tnsaxis:IO/OutputPort"
MANUAL_TRIGGER_TOPIC = "tns1:Device/tnsaxis:IO/VirtualPort"


class PortError(Exception):
    """A port cannot do what was asked."""


class Ports:
    """The camera's ports, numbered from 0, and its virtual inputs, numbered from 1. Their states are in RAM."""

    def __init__(self, camera):
        self._camera = camera
        self._closed = [False] * PORTS
        self._active = {}
        self._timers = {}
        self._sequences = {}

    async def start(self):
        """Tell every state once."""
        self._closed = [False] * PORTS
        self._active = dict.fromkeys(range(1, VIRTUAL_INPUTS + 1), False)
        for number in self._active:
            self._tell_virtual_input(number)
        for port in range(PORTS):
            self._tell(port)
        self._trigger(False)
        for port in range(PORTS):
            self._camera.parameters.watch(f"IOPort.I{port}.", lambda name, value, port=port: self._reconfigured(port))

    async def stop(self):
        """Forget what was still to be done."""
        for task in [*self._timers.values(), *self._sequences.values()]:
            task.cancel()
        self._timers.clear()
        self._sequences.clear()

    def setting(self, port, name):
        """The parameter IOPort.I<port>.<name>."""
        return self._camera.parameters.get(f"IOPort.I{port}.{name}")

    def is_output(self, port):
        """Whether a port is an output."""
        return self.setting(port, "Direction") == "output"

    def is_closed(self, port):
        """Whether a port's circuit is closed."""
        return self._closed[port]

    def is_active(self, port):
        """Whether the circuit is as its setting says that active is."""
        active = self.setting(port, "Output.Active" if self.is_output(port) else "Input.Trig")
        return self._closed[port] == (active == "closed")

    def set_active(self, port, active, simulated=False):
        """Switch an output, or with `simulated` pretend that somebody switched what is connected to an input."""
        if not simulated and not self.is_output(port):
            raise PortError(f"port {port + 1} is no output")
        setting = self.setting(port, "Output.Active" if self.is_output(port) else "Input.Trig")
        self.set_closed(port, active == (setting == "closed"))

    def set_closed(self, port, closed):
        """Close or open a port's circuit."""
        if self._closed[port] != closed:
            self._closed[port] = closed
            self._tell(port)

    def run(self, key, steps):
        """Call the functions in `steps`, each followed by its wait in seconds; raises PortError while `key` is busy."""
        if key in self._sequences:
            raise PortError("a sequence is going on already")

        async def work():
            try:
                for step, seconds in steps:
                    step()
                    await asyncio.sleep(seconds)
            finally:
                del self._sequences[key]

        # The first step is done when the request is answered.
        if len(steps) == 1 and steps[0][1] == 0:
            steps[0][0]()
        else:
            self._sequences[key] = asyncio.get_running_loop().create_task(work())

    def set_virtual_input(self, number, active, seconds=None):
        """Switch a virtual input, back after some seconds where given; returns whether that changed it."""
        timer = self._timers.pop(number, None)
        if timer:
            timer.cancel()
        changed = self._active[number] != active
        if changed:
            self._active[number] = active
            self._tell_virtual_input(number)
        if seconds == 0:
            self.set_virtual_input(number, False)
        elif seconds is not None:
            self._timers[number] = asyncio.get_running_loop().create_task(self._deactivate(number, seconds))
        return changed

    def trigger(self, active):
        """Switch the manual trigger."""
        self._trigger(active)

    async def _deactivate(self, number, seconds):
        await asyncio.sleep(seconds)
        del self._timers[number]
        self.set_virtual_input(number, False)

    def _reconfigured(self, port):
        # Changing what a port is ends what it was doing.
        sequence = self._sequences.get(("port", port))
        if sequence:
            sequence.cancel()
        outputs = sum(self.is_output(each) for each in range(PORTS))
        self._camera.parameters.set({"Input.NbrOfInputs": str(PORTS - outputs), "Output.NbrOfOutputs": str(outputs)})
        self._tell(port)

    def _tell(self, port):
        topic = OUTPUT_TOPIC if self.is_output(port) else INPUT_TOPIC
        self._camera.events.emit(topic, {"port": port}, data={"state": self.is_active(port)}, stateful=True)

    def _tell_virtual_input(self, number):
        data = {"active": self._active[number]}
        self._camera.events.emit(VIRTUAL_INPUT_TOPIC, {"port": number}, data=data, stateful=True)

    def _trigger(self, active):
        self._camera.events.emit(MANUAL_TRIGGER_TOPIC, {"port": 1}, data={"state": active}, stateful=True)
