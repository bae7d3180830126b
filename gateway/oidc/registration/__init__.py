"""Services that register themselves, let in by an operator (RFC 7591, RFC 7592)."""
