"""Readers, one module per instrument or format."""
