"""Formats of the atmosphere's communities."""
