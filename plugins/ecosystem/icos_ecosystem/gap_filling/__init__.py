"""Gap filling of half-hourly fluxes and meteorology, and the random uncertainty of fluxes."""
