"""A registered service's self-check: what it does when things go well, and when they do not."""
