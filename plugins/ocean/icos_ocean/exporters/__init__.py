"""Files that the ocean's data centres take: SOCAT submissions and the Carbon Portal's tables of the Ocean Thematic Centre."""
