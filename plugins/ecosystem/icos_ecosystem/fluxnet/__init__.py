"""The FLUXNET product: columns of meteorology, energy and carbon at every resolution."""
