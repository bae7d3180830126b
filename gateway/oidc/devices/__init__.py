"""Sign-ins that a kiosk or a counter waits for; a resident answers in a browser of their own."""
