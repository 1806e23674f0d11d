"""VAPIX, the HTTP interface of Axis cameras: one module for each family of CGIs."""
