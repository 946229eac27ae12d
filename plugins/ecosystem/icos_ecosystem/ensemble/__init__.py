"""Forty-one versions of a flux, one per threshold of the friction velocity: reference, percentiles across them, uncertainty."""
