"""What is written from the fields of a configuration where packages are built: CPython runs it as well."""

import json


def parameters(fields):
    """The manifest's paramConfig: a list of {"name", "default", "type"}."""
    return [
        {"name": field.name, "default": field.text(field.default), "type": field.parameter_type}
        for field in fields
        if field.parameter
    ]


def table(fields):
    """The documentation's table, in Markdown."""
    rows = ["| Key | Default | Value | Meaning |", "|---|---|---|---|"]
    for field in fields:
        expected = field.expected + (" " + field.unit if field.unit else "")
        rows.append("| `%s` | `%s` | %s | %s |" % (field.name, json.dumps(field.default), expected, field.help))
    return "\n".join(rows)
