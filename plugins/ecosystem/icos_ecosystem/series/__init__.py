"""What is done with the rows of a half hour: raw tests, spikes, mean states, lags."""
