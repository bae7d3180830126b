"""The OpenID provider: one endpoint one file; `checks.py` holds the order of checks."""
