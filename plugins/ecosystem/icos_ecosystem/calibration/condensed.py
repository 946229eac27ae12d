"""How statistics of a half hour stand in one row of numbers, and how they are found again."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.lagged_statistics import INTERVALS
from icos_ecosystem.calibration.level_statistics import QUARTILES
from icos_ecosystem.calibration.raw_period import ANALYSER_WORDS
from icos_ecosystem.calibration.statistics import TEST_NUMBERS
from icos_ecosystem.instruments.licor_diagnostics import DIAGNOSTIC_BITS
from icos_ecosystem.packed_doubles import PACKED_BYTES, unpack
from icos_ecosystem.series.symmetric_products import WIND_PAIRS
from icos_ecosystem.series.wind_moments import FOURTH, THIRD
from icos_ecosystem.spectral.nodes import node_frequencies
from icos_ecosystem.spectral.turbulence_spectra import transform_length
from icos_ecosystem.vocabulary.measured import METEOROLOGY
from icos_ecosystem.vocabulary.rflux import RFLUX_STATISTICS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.calibration.layout import Layout
    from icos_ecosystem.calibration.options import EddyCovarianceOptions

    FloatArray = NDArray[np.float64]
    Shapes = Mapping[str, tuple[int, ...]]

__all__ = ["METEO_WORDS", "NUMBERS", "fields_of", "from_rows", "nodes_of", "packed_fields_of", "to_row", "unpacked"]

NUMBERS: tuple[str, ...] = (
    "rows",
    "expected",
    "frequency",
    *(f"INST_{name.upper()}_{bit}" for name in ANALYSER_WORDS for bit in DIAGNOSTIC_BITS[name]),
    *(f"INST_{name.upper()}_AGC_OR_RSSI" for name in ANALYSER_WORDS),
    "SONIC_DIAG_NREX",
    *(f"{gas}_DIAG_NREX" for gas in ("CO2", "H2O", "CH4", "N2O")),
    "ambient_temperature",
    "ambient_pressure",
    "fast_temperature",
)
"""Single numbers of a half hour."""
METEO_WORDS: tuple[str, ...] = tuple(word.name for word in METEOROLOGY)


def fields_of(layout: Layout, options: EddyCovarianceOptions) -> dict[str, tuple[int, ...]]:
    """Return name → shape of everything that a condensed half hour holds as plain numbers."""
    series, scalars, columns = len(layout.series), len(layout.scalars), len(layout.columns)
    fields: dict[str, tuple[int, ...]] = {
        "numbers": (len(NUMBERS),),
        "meteorology": (len(METEO_WORDS),),
        "measure": (len(layout.gases),),
        "mean": (series,),
        "plane_mean": (3,),
        "valid": (series,),
        "quartiles": (series, len(QUARTILES)),
        "longest_gap": (series,),
        "wind_angle": (2,),
        "wind_maximum": (),
        "wind_trend": (3,),
        "wind_covariance": (1 + INTERVALS, 3, 3),
        "wind_third": (len(THIRD),),
        "wind_fourth": (len(FOURTH),),
        "step_covariance": (3, 3),
        "step_fourth": (len(FOURTH),),
        "scalar_moments": (scalars, 5),
        "unchanged": (1 + scalars,),
        "test_numbers": (series, len(TEST_NUMBERS)),
        "test_counts": (series, 3),
        "attack_angles": (),
        "lagged": (1 + INTERVALS, 3, columns),
        "shifted": (3, columns),
        "gas_covariance": (len(layout.gases), len(layout.gases)),
        "own_lag": (scalars,),
        "subrecord_covariance": (INTERVALS * INTERVALS, 3, 3 + scalars),
    }
    for name in layout.detrendings:
        fields |= {f"lagged_{name}": (3, columns), f"wind_covariance_{name}": (3, 3)}
    if options.spectra.binned or options.in_situ:
        bins, spectral = options.spectra.bins, len(layout.spectral_series)
        fields |= {
            "spectrum": (len(WIND_PAIRS) + 4 * (spectral - 3), bins),
            "spectrum_lines": (bins,),
            "spectrum_frequency": (bins,),
            "spectrum_variance": (spectral,),
        }
    if options.spectra.binned or options.in_situ:
        nodes = (3, len(nodes_of(layout)))
        fields |= {"cospectrum_nodes": nodes, "cospectrum_nodes_full": nodes, "cospectrum_mean": (3,)}
    if options.time_lag.method == "pre-whitened":
        fields["prewhitened"] = (len(layout.gases), 4)
    if options.quality.rflux:
        fields["rflux"] = (len(RFLUX_STATISTICS),)
    return fields


def nodes_of(layout: Layout) -> FloatArray:
    """Return the frequencies [Hz] of the nodes that a cospectrum is kept on."""
    length = transform_length(layout.rows)
    return node_frequencies(length // 2, layout.frequency / length)


def packed_fields_of(layout: Layout) -> dict[str, tuple[int, ...]]:
    """Return name → shape of what is kept in packed doubles."""
    if not layout.correlation_rows:
        return {}
    spectral = len(layout.spectral_series)
    return {
        "auto_covariance": (9 + len(layout.scalar_pairs), layout.correlation_rows + 1),
        "cross_covariance": (3 * (spectral - 3), 2 * (layout.correlation_rows + layout.reach) + 1),
    }


def to_row(values: Mapping[str, NDArray[np.generic]], fields: Shapes) -> FloatArray:
    """Return the numbers of a half hour behind each other; what is absent is NaN.

    Raises
    ------
    ValueError
        For an array of another shape than declared.
    """
    row = []
    for name, shape in fields.items():
        value = np.asarray(values[name], dtype=np.float64) if name in values else np.full(shape, np.nan)
        if value.shape != shape:
            raise ValueError(f"{name} of a half hour has shape {value.shape}, expected {shape}")
        row.append(value.reshape(-1))
    return np.concatenate(row)


def from_rows(rows: NDArray[np.generic], fields: Shapes) -> dict[str, NDArray[np.generic]]:
    """Return name → (n, …) views of the rows of many half hours."""
    found: dict[str, NDArray[np.generic]] = {}
    begin = 0
    for name, shape in fields.items():
        size = prod(shape)
        found[name] = rows[:, begin : begin + size].reshape(len(rows), *shape)
        begin += size
    return found


def unpacked(octets: NDArray[np.uint8], fields: Shapes, name: str) -> FloatArray:
    """Return the (n, …) doubles of one packed field of many half hours."""
    begin = sum(prod(shape) for other, shape in _before(fields, name)) * PACKED_BYTES
    size = prod(fields[name]) * PACKED_BYTES
    part = octets[:, begin : begin + size].reshape(len(octets), *fields[name], PACKED_BYTES)
    return unpack(part)


def _before(fields: Shapes, name: str) -> list[tuple[str, tuple[int, ...]]]:
    names = list(fields)
    return [(other, fields[other]) for other in names[: names.index(name)]]
