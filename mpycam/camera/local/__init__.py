"""/local/<app>/: what apps serve through the camera."""
