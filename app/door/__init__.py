"""The door_state app: watches doors through a camera and tells when they open and close."""

import json
import os
import sys
import time

__version__ = "0.1.0"

# Where they are not registered, each further import of these looks for files of their names first.
for module in (json, os, time):
    sys.modules[module.__name__] = module
