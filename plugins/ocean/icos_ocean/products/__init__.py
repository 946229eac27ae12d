"""Products: further data sets made from calibrated, flagged data."""
