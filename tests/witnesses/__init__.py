"""Programs that know nothing of Genkan sign a resident in with the virtual card."""
