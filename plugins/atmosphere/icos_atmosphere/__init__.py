"""The atmosphere plugin of the ICOS processing suite."""
