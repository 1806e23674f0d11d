"""The stages of a run, each done once: a run that was stopped goes on where it was."""

import os

import torch


class Stages:
    """Results by name, kept in a checkpoint that is replaced as a whole.

    A checkpoint of other settings is not used: `settings` must be equal.
    """

    def __init__(self, path, settings, is_writer=True):
        self.path = path
        self.settings = settings
        self.is_writer = is_writer
        self.done = {}
        self.running = None  # (name, state)
        if path.exists():
            kept = torch.load(path, weights_only=False)
            if kept["settings"] == settings:
                self.done, self.running = kept["done"], kept["running"]

    def run(self, name, work):
        """The result of `work(state, save)`, from the checkpoint if it is done.

        `state` is None or what `save` was last called with in a run that was stopped in this stage.
        """
        if name in self.done:
            return self.done[name]
        state = self.running[1] if self.running is not None and self.running[0] == name else None

        def save(state):
            self.running = (name, state)
            self._write()

        self.done[name] = work(state, save)
        self.running = None
        self._write()
        return self.done[name]

    def remove(self):
        """The run has ended: nothing has to go on."""
        if self.is_writer:
            self.path.unlink(missing_ok=True)

    def _write(self):
        if not self.is_writer:
            return
        new = self.path.with_name(self.path.name + ".new")
        torch.save({"settings": self.settings, "done": self.done, "running": self.running}, new)
        os.replace(new, self.path)
