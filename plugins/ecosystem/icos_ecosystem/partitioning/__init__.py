"""Net ecosystem exchange parted into respiration and gross primary production."""
