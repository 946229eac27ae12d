"""Words of the statistics of fast series: quantiles, moments and covariances, of gases as they were measured."""

from __future__ import annotations

from itertools import combinations

from icos_ecosystem.vocabulary.flux_templates import GASES, SERIES, quantity

__all__ = ["AS_MEASURED", "STATISTICS_WORDS"]

AS_MEASURED = "of a gas that entered as molar density: mmol m-3 in place of the amount fraction"

_ON_SCALE = {"MEDIAN": "median", "P25": "lower quartile", "P75": "upper quartile"}
_FLUCTUATION = {"degree_C": "K"}


def _comment(name: str) -> str:
    return AS_MEASURED if "MEAS" in name else ""


STATISTICS_WORDS = (
    *(
        quantity(f"{each.measured}_{end}", each.units, f"{text} of {each.long_name}", comment=_comment(each.measured))
        for end, text in _ON_SCALE.items()
        for each in SERIES
    ),
    *(
        quantity(
            f"{each.measured}_SIGMA",
            _FLUCTUATION.get(each.units, each.units),
            f"standard deviation of {each.long_name}",
            comment=_comment(each.measured),
        )
        for each in SERIES
    ),
    *(
        quantity(f"{each.measured}_{end}", "1", f"{text} of {each.long_name}")
        for end, text in {"SKW": "skewness", "KUR": "kurtosis"}.items()
        for each in SERIES
    ),
    quantity("W_U_COV", "m2 s-2", "covariance of vertical and streamwise wind"),
    quantity("W_T_SONIC_COV", "m s-1 K", "covariance of vertical wind and sonic temperature"),
    *(
        quantity(
            f"W_{gas.name}_MEAS_COV", f"{gas.fraction_units} m s-1", f"covariance of vertical wind and {gas.long_name}", comment=AS_MEASURED
        )
        for gas in GASES
    ),
    *(
        quantity(
            f"{one.name}_MEAS_{other.name}_MEAS_COV",
            f"{one.fraction_units} {other.fraction_units}",
            f"covariance of {one.long_name} and {other.long_name}",
            comment=AS_MEASURED,
        )
        for one, other in combinations(GASES, 2)
    ),
)
