"""Tenants and their clients: services (OpenID Connect relying parties) and card readers."""
