"""Simulators, one module per instrument."""
