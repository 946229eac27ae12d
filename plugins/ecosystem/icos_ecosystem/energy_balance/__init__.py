"""Energy balance: how far turbulent fluxes close it, and fluxes corrected so that they do."""
