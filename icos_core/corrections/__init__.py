"""Calibrators that every domain shares: corrections of sensors, the choice among several of a kind, shifts in time."""
