"""Genkan (玄関): the front door of a municipality's digital services."""
