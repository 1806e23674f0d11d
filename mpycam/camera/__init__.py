"""A virtual camera: an Axis camera's interfaces on loopback, for developers of camera applications."""
