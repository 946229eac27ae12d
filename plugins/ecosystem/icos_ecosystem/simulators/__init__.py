"""Simulators, one module each."""
