"""The end of a sign-in, here and at the services."""
