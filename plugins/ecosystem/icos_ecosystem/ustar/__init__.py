"""Friction-velocity thresholds: how they are estimated, pooled and applied."""
