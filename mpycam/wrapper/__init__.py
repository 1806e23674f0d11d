"""The developer wrapper: an app that runs programs for a developer where a camera has no ssh."""
