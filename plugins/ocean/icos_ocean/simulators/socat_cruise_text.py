"""Files of SOCAT: a published cruise or a synthesis, and a submission."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_ocean.simulators.socat_cruise_rows import ReportedCruise

__all__ = ["PUBLISHED", "SUBMITTED", "write_published", "write_submission"]

PUBLISHED: tuple[tuple[str, str, str], ...] = (
    ("longitude [dec.deg.E]", "longitude", "%.5f"),
    ("latitude [dec.deg.N]", "latitude", "%.5f"),
    ("sample_depth [m]", "", "5."),
    ("sal", "salinity", "%.3f"),
    ("SST [deg.C]", "sst", "%.3f"),
    ("Tequ [deg.C]", "equilibrator_temperature", "%.3f"),
    ("PPPP [hPa]", "atmospheric_pressure", "%.3f"),
    ("Pequ [hPa]", "equilibrator_pressure", "%.3f"),
    ("WOA_SSS", "salinity_climatology", "%.3f"),
    ("NCEP_SLP [hPa]", "sea_level_pressure_reanalysis", "%.3f"),
    ("ETOPO2_depth [m]", "", "4000."),
    ("dist_to_land [km]", "", "250."),
    ("GVCO2 [umol/mol]", "", "410.000"),
    ("xCO2water_equ_dry [umol/mol]", "xco2", "%.3f"),
    ("xCO2water_SST_dry [umol/mol]", "xco2_sst", "%.3f"),
    ("pCO2water_equ_wet [uatm]", "pco2_equilibrator", "%.3f"),
    ("pCO2water_SST_wet [uatm]", "pco2", "%.3f"),
    ("fCO2water_equ_wet [uatm]", "fco2_equilibrator", "%.3f"),
    ("fCO2water_SST_wet [uatm]", "fco2", "%.3f"),
)
"""Title, variable (nothing: the same in every row) and format of the columns behind the date of a published file."""

SUBMITTED: tuple[tuple[str, str, str], ...] = (
    ("longitude [ deg E ]", "longitude", "%.5f"),
    ("latitude [ deg N ]", "latitude", "%.5f"),
    ("Depth [m]", "", "5.0"),
    ("SST [ deg C ]", "sst", "%.3f"),
    ("Salinity [ PSU ]", "salinity", "%.3f"),
    ("T_equ [ deg C ]", "equilibrator_temperature", "%.3f"),
    ("P_equ [ hPa ]", "equilibrator_pressure", "%.3f"),
    ("P_atm [ hPa ]", "atmospheric_pressure", "%.3f"),
    ("xCO2_water_Tequ_dry [ umol/mol ]", "xco2", "%.3f"),
    ("xCO2_water_SST_dry [ umol/mol ]", "xco2_sst", "%.3f"),
    ("pCO2_water_Tequ_wet [ uatm ]", "pco2_equilibrator", "%.3f"),
    ("pCO2_water_SST_wet [ uatm ]", "pco2", "%.3f"),
    ("fCO2_water_Tequ_wet [ uatm ]", "fco2_equilibrator", "%.3f"),
    ("fCO2_water_SST_wet [ uatm ]", "fco2", "%.3f"),
)
"""The same for a submission."""

_DATE = ("yr", "mon", "day", "hh", "mm", "ss")


def write_published(path: Path, cruises: Sequence[ReportedCruise]) -> None:
    """Write cruises one after the other, behind a preamble, with SOCAT's recomputed fCO2."""
    preamble = [
        "SOCAT simulated data set: fCO2rec is the truth, rounded",
        "Expocode\tversion\tDataset Name\tPlatform Name",
        *(f"{cruise.expocode}\t2024\tSimulated\tSimulated Ship" for cruise in cruises),
        "",
    ]
    titles = ["Expocode", "version", "Source_DOI", "QC_Flag", *_DATE, *(title for title, _, _ in PUBLISHED)]
    titles += ["fCO2rec [uatm]", "fCO2rec_src", "fCO2rec_flag"]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("".join(f"{line}\n" for line in [*preamble, "\t".join(titles)]))
        for cruise in cruises:
            size = cruise.time.size
            columns = [[cruise.expocode] * size, ["2024N"] * size, ["doi:10.0000/simulated"] * size, ["B"] * size]
            columns += _date(cruise.time)
            columns += [_column(cruise, name, form) for _, name, form in PUBLISHED]
            columns += [_numbers(cruise.fco2, "%.3f"), [str(each) for each in cruise.source], [str(each) for each in cruise.woce]]
            file.write("".join("\t".join(row) + "\n" for row in zip(*columns, strict=True)))


def write_submission(path: Path, cruise: ReportedCruise) -> None:
    """Write a cruise as it is submitted."""
    header = [
        f"Expocode: {cruise.expocode}",
        "Platform Name: Simulated Ship",
        "Platform Type: Ship",
        "Group: Example Institute",
        "Investigators: Example Institute",
        "PI QC: B",
        "",
    ]
    titles = ["date time", *(title for title, _, _ in SUBMITTED), "WOCE_CO2_water"]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("".join(f"{line}\n" for line in [*header, "\t".join(titles)]))
        columns = [[str(each).replace("T", " ") for each in cruise.time.astype("datetime64[s]")]]
        columns += [_column(cruise, name, form) for _, name, form in SUBMITTED]
        columns.append([str(each) for each in cruise.woce])
        file.write("".join("\t".join(row) + "\n" for row in zip(*columns, strict=True)))


def _column(cruise: ReportedCruise, name: str, form: str) -> list[str]:
    return _numbers(cruise.values[name], form) if name else [form] * cruise.time.size


def _numbers(values: NDArray[np.float64], form: str) -> list[str]:
    return [form % value if np.isfinite(value) else "NaN" for value in values.tolist()]


def _date(time: NDArray[np.datetime64]) -> list[list[str]]:
    texts = [str(each) for each in time.astype("datetime64[s]")]
    parts = ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))
    columns = [[text[first:last] for text in texts] for first, last in parts]
    columns[-1] = [f"{second}.00" for second in columns[-1]]
    return columns
