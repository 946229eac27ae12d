"""Spectra, what filters take from them, and the factors that give it back."""
