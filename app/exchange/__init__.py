"""Formats of the outside world: in and out."""
