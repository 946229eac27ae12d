"""Quality tests, one module each."""
