# Python that is frozen into the interpreter; the rest travels in packages as .mpy.
include("$(MPY_DIR)/extmod/asyncio")
# The version is told by the very file that the host package reads it from.
package("mpycam", ("__init__.py",), base_path=".")
