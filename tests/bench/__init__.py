"""What things cost: `.venv/bin/python -m tests.bench`. Measured here, asserted nowhere."""
