"""Tables of text."""


def table(rows):
    """Rows of texts as lines with aligned columns; the first one is the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows
    )


def of_status(cameras):
    """What operations.status() found."""
    rows = [("camera", "model", "os", "architecture", "unsigned", "apps")]
    for camera in cameras:
        if "error" not in camera:
            apps = ", ".join(f"{name} {what}" for name, what in camera["apps"].items())
            unsigned = "allowed" if camera["unsigned"] else "refused"
            rows.append((camera["camera"], camera["model"], camera["os"], camera["architecture"], unsigned, apps))
    return table(rows) + "".join(f"{camera['camera']}: {camera['error']}\n" for camera in cameras if "error" in camera)


def of_parameters(found):
    """What operations.get_parameters() found: a line for each value, told once where all cameras agree."""
    answers = {camera: values for camera, values, error in found if error is None}
    rows = []
    for name in dict.fromkeys(name for values in answers.values() for name in values):
        groups = {}
        for camera, values in answers.items():
            groups.setdefault(values.get(name), []).append(camera)
        for value, cameras in groups.items():
            who = "all" if len(groups) == 1 and len(cameras) > 1 else " ".join(cameras)
            rows.append((name, "(none)" if value is None else value, who))
    told = table([("parameter", "value", "cameras"), *rows]) if rows else ""
    return told + "".join(f"{camera}: {error}\n" for camera, _, error in found if error)
