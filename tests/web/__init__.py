"""The HTTP floor all rooms share."""
