"""The developers' door."""
