"""What happened: the six logs, their seals, and how they are searched."""
