"""The ocean plugin of the ICOS processing suite."""
