"""A small domain for the tests of the runner: a logger, a sensor correction, half-hour means, a daily product."""
