"""Signing in: the SSO session, sign-in and registration with the card."""
