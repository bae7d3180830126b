"""What is bought, shown, asked about and given back."""
