"""The camera's parameters: the tree below "root." that param.cgi reads and writes."""

from dataclasses import dataclass, field
from functools import cached_property

from mpycam.camera import parameter_type

FILE = "parameters.json"


class ParameterError(Exception):
    """A parameter cannot be set, or a group not be added or removed; the text says which."""


@dataclass(frozen=True)
class Definition:
    """A parameter: its name without "root.", its default, and what may be written into it.

    `type_text` is as in an app's param.conf (see parameter_type). `security` has a digit each for create,
    delete, read and write: 0 anybody, 1 viewer, 4 operator, 6 administrator, 7 the system alone.
    """

    name: str
    default: str
    type_text: str = "string"
    security: str = "7767"
    nice_name: str = ""

    @cached_property
    def type(self):
        """The ParameterType."""
        return parameter_type.parse(self.type_text)

    @property
    def reader(self):
        """The level that reading asks for."""
        return int(self.security[2])

    @property
    def writer(self):
        """The level that writing asks for."""
        return int(self.security[3])


@dataclass(frozen=True)
class Template:
    """A group that clients may add, such as StreamProfile.S0: `parameters` are (name, default, type)."""

    group: str
    parameters: tuple
    most: int
    security: str = "4444"


@dataclass
class Parameters:
    """All parameters. Names are given without "root."; `level` is 1, 4, 6 or 7 as in Definition.security.

    `definitions` are those of the factory by name, `templates` those of groups by the template's name.
    """

    storage: object
    definitions: dict
    templates: dict = field(default_factory=dict)
    _watchers: list = field(default_factory=list)

    def __post_init__(self):
        kept = self.storage.read(FILE, {"values": {}, "applications": {}, "groups": {}})
        self._values = kept["values"]
        self._groups = kept["groups"]
        self._applications = {
            group: [Definition(*each) for each in definitions] for group, definitions in kept["applications"].items()
        }
        for definitions in self._applications.values():
            self._define(definitions)
        for group, template in self._groups.items():
            if template in self.templates:
                self._define(self._instance(group, self.templates[template]))

    def get(self, name):
        """The value of a parameter; raises KeyError."""
        return self._values.get(name, self.definitions[name].default)

    def select(self, pattern, level=7):
        """The Definitions that a group or name, perhaps with wildcards, stands for and `level` may read, in order."""
        asked = pattern.split(".") if pattern else []
        asked = asked[1:] if asked[:1] == ["root"] else asked
        found = []
        for each in self.definitions.values():
            parts = each.name.split(".")
            if each.reader <= level and len(asked) <= len(parts) and all(map(_like, asked, parts)):
                found.append(each)
        return sorted(found, key=_order)

    def set(self, values, level=7):
        """Set the parameters in the dictionary `values`, all or none; raises ParameterError."""
        for name, value in values.items():
            definition = self.definitions.get(name)
            if (
                definition is None
                or definition.writer > level
                or (definition.type.read_only and level < 7)
                or not definition.type.takes(value)
            ):
                raise ParameterError(f"Error setting '{name}' to '{value}'!")
        self._values.update(values)
        self._store()
        for prefix, tell in self._watchers:
            for name in values:
                if name.startswith(prefix):
                    tell(name, values[name])

    def watch(self, prefix, tell):
        """Call `tell(name, value)` whenever a parameter whose name begins with `prefix` is set."""
        self._watchers.append((prefix, tell))

    def add_group(self, template_name, group, values, force=False):
        """Add a group from a template and return its last part, such as "S4"; raises ParameterError.

        `values` has names as in param.cgi, with the letter in place of the new group: "StreamProfile.S.Name".
        """
        template = self.templates.get(template_name.lower())
        if template is None or template.group != group:
            raise ParameterError(f"no template '{template_name}' for the group '{group}'")
        letter = group.rpartition(".")[2][0].upper()
        taken = {name for name in self._groups if name.startswith(f"{group}.{letter}")}
        if len(taken) >= template.most and not force or len(taken) >= 10 * template.most:
            raise ParameterError(f"the group '{group}' has its {template.most} members")
        number = next(n for n in range(len(taken) + 1) if f"{group}.{letter}{n}" not in taken)
        entry = f"{letter}{number}"
        definitions = {each.name: each for each in self._instance(f"{group}.{entry}", template)}
        renamed = {}
        for name, value in values.items():
            new = name.replace(f"{group}.{letter}.", f"{group}.{entry}.", 1)
            if new not in definitions or not definitions[new].type.takes(value):
                raise ParameterError(f"Error setting '{name}' to '{value}'!")
            renamed[new] = value
        self._groups[f"{group}.{entry}"] = template_name.lower()
        self.definitions.update(definitions)
        self._values.update(renamed)
        self._store()
        return entry

    def remove_groups(self, groups):
        """Remove groups that were added, all or none; raises ParameterError."""
        for group in groups:
            if group not in self._groups:
                raise ParameterError(f"no group '{group}' that can be removed")
        for group in dict.fromkeys(groups):
            self._drop(self._instance(group, self.templates[self._groups.pop(group)]))
        self._store()

    def add_application(self, group, parameters):
        """Add an app's parameters, or replace them at an upgrade, where those that stay keep their values.

        `group` is the app's, `parameters` a list of (name, default, type) as in its param.conf.
        """
        definitions = [Definition(f"{group}.{name}", default, type, "6666", name) for name, default, type in parameters]
        kept = self._applications.get(group, [])
        if definitions == kept:
            return
        self._drop(kept, keep={each.name for each in definitions})
        self._applications[group] = definitions
        self._define(definitions)
        self._store()

    def remove_application(self, group):
        """Remove an app's parameters with their values."""
        if group in self._applications:
            self._drop(self._applications.pop(group))
            self._store()

    def application_groups(self):
        """The groups of all apps."""
        return list(self._applications)

    def application(self, group):
        """The parameters of an app as a dictionary of names without the group, passwords readable."""
        return {each.name[len(group) + 1 :]: self.get(each.name) for each in self._applications.get(group, ())}

    def changed(self, prefixes):
        """The values below the given prefixes that are not the factory's."""
        return {name: value for name, value in self._values.items() if name.startswith(tuple(prefixes))}

    def _instance(self, group, template):
        return [
            Definition(f"{group}.{name}", default, type, template.security, name)
            for name, default, type in template.parameters
        ]

    def _define(self, definitions):
        self.definitions.update((each.name, each) for each in definitions)

    def _drop(self, definitions, keep=()):
        for definition in definitions:
            self.definitions.pop(definition.name, None)
            if definition.name not in keep:
                self._values.pop(definition.name, None)

    def _store(self):
        applications = {
            group: [[each.name, each.default, each.type_text, each.security, each.nice_name] for each in definitions]
            for group, definitions in self._applications.items()
        }
        self.storage.write(FILE, {"values": self._values, "applications": applications, "groups": self._groups})


def _like(pattern, text):
    """Whether `text` is `pattern`, in which each * stands for any characters."""
    first, *middle = pattern.split("*")
    if not middle:
        return text == first
    *middle, last = middle
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    position, end = len(first), len(text) - len(last)
    for piece in middle:
        position = text.find(piece, position, end)
        if position < 0:
            return False
        position += len(piece)
    return True


def _order(definition):
    # As the camera lists them: a group's own parameters before the groups in it, without regard to case.
    *groups, name = definition.name.lower().split(".")
    return [(1, group) for group in groups] + [(0, name)]
