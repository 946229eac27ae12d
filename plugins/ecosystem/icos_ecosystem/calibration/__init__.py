"""The calibrator `eddy-covariance`: from raw rows to fluxes."""
