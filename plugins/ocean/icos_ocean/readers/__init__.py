"""Readers: one module per instrument, and the parsing that instruments have in common."""
