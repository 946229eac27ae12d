"""Calibrators of the ocean: from rows as measured to the fugacity of CO2 in sea water."""
