"""The camera's parameters: the tree below "root." that param.cgi reads and writes."""

import re
from dataclasses import dataclass, field

FILE = "parameters.json"


class ParameterError(Exception):
    """A parameter cannot be set as asked."""


@dataclass(frozen=True)
class Definition:
    """A parameter: its name without "root.", its default, and what may be written into it.

    `type` is as in an app's param.conf: "string:maxlen=64", "int:min=0;max=10", "bool:no,yes",
    "enum:a|Label A,b|Label B", "password". `security` has a digit each for create, delete, read and write:
    0 anybody, 1 viewer, 4 operator, 6 administrator, 7 the system alone.
    """

    name: str
    default: str
    type: str = "string"
    security: str = "7767"


@dataclass
class Parameters:
    """All parameters; names are given without "root."."""

    storage: object
    definitions: dict
    _values: dict = field(default_factory=dict)
    _applications: dict = field(default_factory=dict)
    _watchers: list = field(default_factory=list)

    def __post_init__(self):
        kept = self.storage.read(FILE, {"values": {}, "applications": {}})
        self._values = kept["values"]
        self._applications = {
            group: [Definition(**each) for each in definitions] for group, definitions in kept["applications"].items()
        }
        for definitions in self._applications.values():
            self.definitions.update((each.name, each) for each in definitions)

    def get(self, name):
        """The value of a parameter; raises KeyError."""
        return self._values.get(name, self.definitions[name].default)

    def set(self, values):
        """Set the parameters in the dictionary `values`, all or none; raises ParameterError."""
        for name in values:
            if name not in self.definitions:
                raise ParameterError(f"Error setting '{name}' to '{values[name]}'!")
        self._values.update(values)
        self._store()
        for prefix, tell in self._watchers:
            for name in values:
                if name.startswith(prefix):
                    tell(name, values[name])

    def watch(self, prefix, tell):
        """Call `tell(name, value)` whenever a parameter whose name begins with `prefix` is set."""
        self._watchers.append((prefix, tell))

    def add_application(self, group, parameters):
        """Add an app's parameters, or replace them at an upgrade, where those that stay keep their values.

        `group` is the app's, `parameters` a list of (name, default, type) as in its param.conf.
        """
        definitions = [Definition(f"{group}.{name}", default, type, "6666") for name, default, type in parameters]
        self._drop(group, keep={each.name for each in definitions})
        self._applications[group] = definitions
        self.definitions.update((each.name, each) for each in definitions)
        self._store()

    def remove_application(self, group):
        """Remove an app's parameters with their values."""
        self._drop(group)
        self._applications.pop(group, None)
        self._store()

    def application_groups(self):
        """The groups of all apps."""
        return list(self._applications)

    def application(self, group):
        """The parameters of an app as a dictionary of names without the group, passwords readable."""
        return {each.name[len(group) + 1 :]: self.get(each.name) for each in self._applications.get(group, ())}

    def _drop(self, group, keep=()):
        for definition in self._applications.get(group, ()):
            del self.definitions[definition.name]
            if definition.name not in keep:
                self._values.pop(definition.name, None)

    def _store(self):
        applications = {group: [vars(each) for each in all_] for group, all_ in self._applications.items()}
        self.storage.write(FILE, {"values": self._values, "applications": applications})
