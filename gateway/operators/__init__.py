"""Who administers: operators, their roles, how they sign in, and deeds that need two of them."""
