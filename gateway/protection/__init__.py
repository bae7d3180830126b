"""Protection that is always on: who has to wait, and what operators are told of it."""
