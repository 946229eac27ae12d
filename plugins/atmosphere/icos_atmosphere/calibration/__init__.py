"""From measured rows to mole fractions on a scale."""
