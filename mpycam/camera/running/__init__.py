"""Running applications: processes, users, limits, and what they see of the camera from inside."""
