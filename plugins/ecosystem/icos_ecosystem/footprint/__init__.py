"""Footprint models, and footprints of many half hours added up."""
