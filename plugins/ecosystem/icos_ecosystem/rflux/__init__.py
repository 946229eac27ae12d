"""Errors of raw half hours after Vitale et al. (2020), and what their statistics are made of."""
