"""The try-out console: an authorization code flow walked step by step, where cards are virtual."""
