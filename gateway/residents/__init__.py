"""Residents: one common ID each, the certificates that prove them, the services that know them."""
