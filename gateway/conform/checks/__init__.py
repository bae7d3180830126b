"""What is checked: each module one part of the protocol, `plan.py` all of it in order."""
