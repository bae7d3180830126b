"""Which client calls, and how it proved that."""
