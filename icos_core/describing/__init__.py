"""From the TOML file of a station to the validated description."""
