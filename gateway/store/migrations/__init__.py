"""Alembic's scripts. A migration never loses data."""
