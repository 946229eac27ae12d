"""Processing of ICOS observations: a core that knows no domain, and plugins."""
