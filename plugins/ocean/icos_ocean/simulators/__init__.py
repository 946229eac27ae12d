"""Simulators: raw files of a known truth, one module per instrument."""
