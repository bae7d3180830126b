"""What tests share: servers, a house to test in, a relying party."""
