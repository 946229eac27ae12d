"""Products made from calibrated minutes."""
