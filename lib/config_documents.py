"""What is written from the fields of a configuration where packages are built: CPython runs it as well."""

import json

from config import Choice, Flag, Groups, Number, Password


def parameters(fields):
    """The manifest's paramConfig: a list of {"name", "default", "type"}. Raises ValueError."""
    return [
        {"name": field.name, "default": field.text(field.default), "type": parameter_type(field)}
        for field in fields
        if field.parameter
    ]


def parameter_type(field):
    """The type of a parameter, by ax_parameter's rules."""
    if isinstance(field, (Groups, Password)):
        # A camera tells passwords to nobody, its apps neither.
        raise ValueError("%s: need a field with a value that a parameter can have" % field.name)
    if isinstance(field, Flag):
        return "bool:no,yes"
    if isinstance(field, Number) and field.whole:
        return "int:min=%d;max=%d" % (field.low, field.high)
    if isinstance(field, Choice):
        return "enum:" + ",".join(["%s|%s" % choice for choice in field.choices])
    # There is no type for fractions.
    return "string"


def table(fields):
    """The documentation's table, in Markdown."""
    rows = ["| Key | Default | Value | Meaning |", "|---|---|---|---|"]
    for field in fields:
        expected = field.expected() + (" " + field.unit if field.unit else "")
        rows.append("| `%s` | `%s` | %s | %s |" % (field.name, json.dumps(field.default), expected, field.help))
    return "\n".join(rows)
