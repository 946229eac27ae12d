"""Acme AquaFlux 100 pCO2 system for the ICOS processing suite."""
