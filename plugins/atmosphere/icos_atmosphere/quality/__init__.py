"""Quality tests of the atmosphere."""
