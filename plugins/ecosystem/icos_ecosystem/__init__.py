"""The ecosystem plugin of the ICOS processing suite."""
