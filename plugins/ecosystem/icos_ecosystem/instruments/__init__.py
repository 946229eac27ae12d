"""Anemometers and gas analysers: models, axes, diagnostics and what their makers left to correct."""
