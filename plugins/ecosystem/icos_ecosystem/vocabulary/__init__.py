"""Words of the vocabulary: what readers deliver, and what fluxes are called."""
