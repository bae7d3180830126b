"""The operators' door: IP gate, API, console."""
