"""What each grant type does differently; the steps they share are in `token.py`."""
