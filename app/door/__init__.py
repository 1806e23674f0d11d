"""The door_state app: watches a door through a camera and tells when it opens and closes."""

__version__ = "0.1.0"
