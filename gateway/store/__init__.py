"""Memory: records (SQL) and moments (in memory or Redis), each behind a Protocol in `api.py`."""
