"""The quality tests that every domain shares.

========================= ==========================================================================================
``range``                 values outside plausible limits
``spike``                 single values that stand out from both neighbours
``rate-of-change``        steps that are too steep
``flat-line``             values that do not change for too long
``rolling-outlier``       values far from the rolling median, in units of a rolling robust scale
``missing``               missing values, and gaps that are too long
========================= ==========================================================================================

All of them pass over missing values: these are not tested and disturb no neighbour, for a neighbour is the next value that is there.
Time steps may be irregular; where the sense of a limit is a time or a rate, it is given as one. No test sees the outcome of another,
so that the order in which they run never shows; the option `plausible` leaves out values that another test (``range``) judges.
"""
