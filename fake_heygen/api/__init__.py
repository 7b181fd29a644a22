"""The HTTP surface: HeyGen's routes, the files and the control routes."""
