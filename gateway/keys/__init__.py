"""Signing keys and their rotation; envelope encryption of personal data."""
