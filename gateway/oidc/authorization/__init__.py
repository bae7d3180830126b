"""From an authorization request to its answer: what is asked, what it takes, where it goes."""
