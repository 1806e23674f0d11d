"""The app's parameters in the camera, which an installer sets by VAPIX or in the camera's web page.

    parameters = Parameters(camera, "door_state", FIELDS, "localdata/parameters.json")
    changed = await parameters.changes()

The configuration file is what counts; a parameter counts when it changes.
"""

import config


class Parameters:
    """The fields with `parameter`, as the camera has them in the app's group of parameters."""

    def __init__(self, camera, app, fields, path, report=print):
        """`camera` is a Vapix; the file `path` keeps what was last seen; `report(text)` tells of a wrong value."""
        self._camera = camera
        self._app = app
        self._fields = [field for field in fields if field.parameter]
        self._path = path
        self._report = report
        try:
            self._seen = config.read(path)
        except config.ConfigError:
            self._seen = {field.name: field.text(field.default) for field in self._fields}

    async def changes(self):
        """What was changed since the last call, in this run or an earlier one: {name: value} of right values.

        Raises what Vapix raises.
        """
        texts = await self._texts()
        changed = {}
        for field in self._fields:
            text = texts.get(field.name)
            if text is None or text == self._seen.get(field.name):
                continue
            self._seen[field.name] = text
            try:
                changed[field.name] = field.check(field.parse(text))
            except config.ConfigError as error:
                changed[field.name] = None
                self._report(str(error))
        if changed:
            config.write(self._path, self._seen)
        return {name: value for name, value in changed.items() if value is not None}

    async def _texts(self):
        """The parameters by name; some firmware writes the group with a capital letter."""
        try:
            found = await self._camera.parameters(self._app)
        except ValueError:
            found = await self._camera.parameters(self._app[0].upper() + self._app[1:])
        return {name.rpartition(".")[2]: text for name, text in found.items()}
