"""What metadata must meet, by the part of the protocol it is for; `metadata_rules.py` lists all."""
