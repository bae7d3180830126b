"""What a service may learn, agreed to by the resident."""
