"""Packages of applications: taking them, keeping them, and the interface that lists and controls them."""
