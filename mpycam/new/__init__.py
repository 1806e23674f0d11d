"""`mpycam new`: a complete app to begin with.

The template is an app called my_app. A new folder also gets what an app is built from: the interpreter's binaries, the
library and the type stubs, so that it needs nothing but an installed mpycam afterwards.
"""
