"""Products, one module each."""
