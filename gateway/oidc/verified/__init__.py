"""verified_claims (OpenID Connect for Identity Assurance 1.0): what the card proved, when, how."""
