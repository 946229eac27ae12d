"""Words of the product ``gridded-monthly``: what is told of each gridded variable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icos_core.components import Variable
from icos_ocean.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["grid_words"]

_OVER = "time: latitude: longitude:"
_ONCE = "each cruise counts once"
_STATISTICS: Mapping[str, tuple[str, str, str]] = {
    "mean": ("mean of the {}", "mean", ""),
    "mean_weighted": ("mean of the {}, each cruise counting once", "mean", f"mean of the means of the cruises: {_ONCE}"),
    "sd": ("standard deviation of the {}", "standard_deviation", "with n - 1"),
    "sd_weighted": (
        "standard deviation of the {}, each cruise counting once",
        "standard_deviation",
        f"around the mean in which {_ONCE}; the values of a cruise share the weight of one cruise",
    ),
    "minimum": ("smallest {}", "minimum", ""),
    "maximum": ("largest {}", "maximum", ""),
}
"""Statistic → (long name, cell method, comment)."""


def grid_words(gridded: Mapping[str, Mapping[str, Any]]) -> tuple[Variable, ...]:
    """Return the words of a grid.

    Parameters
    ----------
    gridded
        Gridded variable → its attributes; what they lack is taken from the ocean's vocabulary.
    """
    words = [Variable(name="cruise_count", units="1", dtype="int32", long_name="number of cruises in the cell")]
    for name, attrs in gridded.items():
        words += _of_variable(name, attrs)
    words += [
        Variable(name="latitude_offset", units="degree", long_name="mean latitude of the rows minus latitude of the centre of the cell"),
        Variable(name="longitude_offset", units="degree", long_name="mean longitude of the rows minus longitude of the centre of the cell"),
    ]
    return tuple(words)


def _of_variable(name: str, attrs: Mapping[str, Any]) -> list[Variable]:
    known = VOCABULARY.get(name, Variable(name=name, units="1"))
    units = str(attrs.get("units", known.units))
    long_name = str(attrs.get("long_name", known.long_name or name))
    standard_name = attrs.get("standard_name", known.standard_name)
    scale = attrs.get("units_metadata", known.attributes.get("units_metadata"))
    words = [
        Variable(
            name=f"{name}_count",
            units="1",
            dtype="int32",
            long_name=f"number of values of the {long_name}",
            standard_name="number_of_observations",
        )
    ]
    for statistic, (text, method, comment) in _STATISTICS.items():
        further = {"cell_methods": f"{_OVER} {method}"}
        if scale is not None:
            further["units_metadata"] = "temperature: difference" if method == "standard_deviation" else str(scale)
        words.append(
            Variable(
                name=f"{name}_{statistic}",
                units=units,
                long_name=text.format(long_name),
                standard_name=standard_name,
                comment=comment,
                attributes=further,
            )
        )
    return words
