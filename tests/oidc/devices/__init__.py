"""Kiosks and counters, and the residents they wait for."""
