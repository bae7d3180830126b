"""Signing in and registering with the card."""
