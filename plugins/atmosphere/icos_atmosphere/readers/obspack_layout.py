"""Which variable of a netCDF file is what: the layouts of ObsPack (ICOS, NOAA), AGAGE and OpenGHG.

An ObsPack has its values in ``value``, a file of AGAGE in ``mf``, one that OpenGHG standardised in a variable named after its species.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from icos_atmosphere.vocabulary.gases import GASES
from icos_core.exceptions import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icos_atmosphere.readers.obspack_netcdf import NetcdfFile
    from icos_atmosphere.readers.obspack_options import SeriesOptions

__all__ = ["Layout", "checked_gas", "height_in", "layout_of", "stated_scale"]

_OBSPACK = {
    "_ltr": ("icos_LTR",),
    "_cmr": ("icos_SMR",),
    "_sttb": ("icos_STTB",),
    "_stdev": ("value_std_dev",),
    "_n": ("nvalue",),
    "_instrument": ("instrument",),
    "_quality_id": ("quality_id",),
    "letters": ("qc_flag",),
    "noaa_flag": ("qcflag",),
    "large_scale": ("obs_flag",),
    "height": ("intake_height",),
}
_AGAGE = {
    "_stdev": ("mf_mean_stdev", "mf_variability"),
    "_n": ("mf_mean_N", "mf_count"),
    "_uncertainty_repeatability": ("mf_repeatability",),
    "rejected": ("data_flag",),
    "pollution": ("git_pollution_flag",),
    "height": ("inlet_height",),
}
_OPENGHG = {
    "_stdev": ("{gas}_variability", "{gas}_stdev"),
    "_n": ("{gas}_number_of_observations",),
    "_uncertainty_repeatability": ("{gas}_repeatability",),
    "letters": ("flag",),
    "height": ("inlet_height",),
}
_NOAA_SCALE = re.compile(r"(?:WMO|NOAA)[\s-]+(\d{4}[A-Z]?)[\s-]+(CO2|CH4|CO|N2O)", re.IGNORECASE)
_HEIGHT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(?:m|magl)?", re.IGNORECASE)
_MOBILE = re.compile(r"aircraft|aircore|shipboard", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What is in a file, by name.

    Attributes
    ----------
    kind
        ``"ObsPack"``, ``"AGAGE"`` or ``"OpenGHG"``.
    gas
        Name of the gas.
    value
        Variable with its mole fraction.
    roles
        Suffix of a word (``_stdev``), or what else a variable says → the variable.
    is_flask
        Whether rows are samples, not means.
    """

    kind: str
    gas: str
    value: str
    roles: Mapping[str, str]
    is_flask: bool


def layout_of(file: NetcdfFile, options: SeriesOptions) -> Layout:
    """Recognise the layout of a file.

    Raises
    ------
    InputError
        For a file of none of the layouts, of another gas, or of a moving platform.
    """
    species = file.text("dataset_parameter", "species") or file.text("dataset_name").partition("_")[0]
    named = [name for name in file.dimensions if name in GASES]
    if not species and len(named) == 1:
        species = named[0]
    kind, value, names = _kind(file, species)
    gas = checked_gas(file.name, species, options)
    roles = {role: each for role, choices in names.items() for name in choices if (each := name.format(gas=gas)) in file.dimensions}
    along = file.dimensions[value][:1]
    roles = {role: name for role, name in roles.items() if file.dimensions[name][:1] == along}
    if "value_unc" in file.dimensions and kind == "ObsPack":
        # NOAA calls a standard deviation so where there is no other.
        is_deviation = "standard deviation" in file.text_of("value_unc", "comment", "long_name") and "_stdev" not in roles
        roles |= {"_stdev" if is_deviation else "_uncertainty": "value_unc"}
    project = file.text("dataset_project")
    if file.text("dataset_platform") == "mobile" or _MOBILE.search(project):
        raise InputError(file.name, f"{project or 'mobile platform'}: the air of a moving platform is no series of one sampling line")
    return Layout(kind=kind, gas=gas, value=value, roles=roles, is_flask="flask" in project or "pfp" in project.lower())


def _kind(file: NetcdfFile, species: str) -> tuple[str, str, Mapping[str, tuple[str, ...]]]:
    for kind, value, names in (("ObsPack", "value", _OBSPACK), ("AGAGE", "mf", _AGAGE), ("OpenGHG", species.lower(), _OPENGHG)):
        if len(file.dimensions.get(value, ())) == 1 and "time" in file.dimensions:
            return kind, value, names
    raise InputError(
        file.name,
        "no series of mole fractions: expected variables time and value (ObsPack), mf (AGAGE) or one named after its species (OpenGHG); "
        f"there are {', '.join(file.dimensions) or 'none'}",
    )


def checked_gas(file: str, species: str, options: SeriesOptions) -> str:
    """Return the gas that a species is.

    Raises
    ------
    InputError
        For a species that is none of the vocabulary's gases, none at all, or another one than asked for.
    """
    gas = species.strip().lower()
    if not gas and options.gas is not None:
        return options.gas
    if gas not in GASES:
        said = f"holds {species!r}" if gas else "does not say of which gas it is"
        raise InputError(file, f"{said}; what is read is {', '.join(GASES)}{'' if gas else ': the option gas states it'}")
    if options.gas not in (None, gas):
        raise InputError(file, f"holds {gas}, and the option gas asks for {options.gas}")
    return gas


def stated_scale(text: str) -> str:
    """Return a calibration scale in a spelling that can be normalised: NOAA writes ``NOAA 2004A CH4`` for ``WMO CH4 X2004A``."""
    match = _NOAA_SCALE.fullmatch(text.strip())
    return f"WMO {match[2].upper()} X{match[1].upper()}" if match else text


def height_in(text: str) -> float | None:
    """Return the height in metres that a text such as ``54m`` or ``150.0`` states."""
    match = _HEIGHT.fullmatch(text.strip())
    return float(match[1]) if match else None
