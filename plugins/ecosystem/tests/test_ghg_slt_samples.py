"""Real .slt and .ghg files against what other programs made of them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
from icos_ecosystem.instruments.licor_diagnostics import flagged_records, rejected_records, signal_strength
from icos_ecosystem.readers.ghg_archive import open_archive
from icos_ecosystem.readers.ghg_instruments import instrument_tables
from icos_ecosystem.readers.ghg_metadata import parse_metadata
from icos_ecosystem.readers.ghg_table import open_table
from icos_ecosystem.readers.licor_ghg import READER as GHG
from icos_ecosystem.readers.slt import READER as SLT
from icos_ecosystem.readers.slt_configuration import configuration_beside

from icos_core.testing import assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

CONTEXT = example_context()
SLT_RECORDS = {"W20163281404.slt": 15375, "W20163281430.slt": 18001, "W20163281500.slt": 18000}
ENDS = {"W20163281404.slt": "14:30", "W20163281430.slt": "15:00", "W20163281500.slt": "15:30"}


def _online(path: Path, end: str) -> dict[str, float]:
    with path.open(encoding="utf-8-sig") as file:
        rows = [[cell.strip() for cell in row] for row in csv.reader(file)]
    header = next(row for row in rows if "Date & Time" in row)
    (found,) = (row for row in rows if row and row[0].endswith(end))
    return {name: float(cell) for name, cell in zip(header[1:], found[1:], strict=True)}


@pytest.mark.realdata
@pytest.mark.parametrize("name", SLT_RECORDS)
def test_slt_has_the_statistics_of_eddymeas(real_data: Path, name: str) -> None:
    """Means and variances of the program that recorded the files, to its printed digits.

    The program takes 273.16 K for 0 degC; the means of gases in its .flx are off by up to 1.6e-6, as sums in single precision are.
    """
    folder = real_data / "ecosystem_raw/ClimateDataIO"
    guess = SLT.guess(folder / name)
    assert guess is not None
    options = SLT.options.model_validate({key: value for key, value in guess.options.items() if key != "file_duration"})
    result = SLT.read(folder / name, options, CONTEXT)
    assert_result_fits(SLT, result, options)
    assert_span_covers(SLT, folder / name, result, options, CONTEXT)
    assert (result.tally.seen, result.tally.kept) == (SLT_RECORDS[name],) * 2
    stream = {str(key): value.values for key, value in result.streams["eddy"].data_vars.items()}
    quick, final = (_online(folder / f"W20163281404.{kind}", ENDS[name]) for kind in ("flx", "csv"))
    temperature = stream["speed_of_sound"] ** 2 / 403 - 273.16

    assert quick["recs"] == final["recs"] == SLT_RECORDS[name]
    for variable, mean in (("u", quick["u"]), ("v", quick["v"]), ("w", quick["w"]), ("w", final["avg w"])):
        assert stream[variable].mean() == pytest.approx(mean, abs=0.51e-5)
    assert stream["co2_molar_density"].mean() == pytest.approx(quick["CO2"], rel=2e-6)
    assert stream["h2o_molar_density"].mean() == pytest.approx(quick["H2O"], rel=2e-6)
    assert temperature.mean() == pytest.approx(final["avg t"], abs=3e-5)
    for variable, variance in (("u", "var u"), ("v", "var v"), ("w", "var w")):
        assert stream[variable].var(ddof=1) == pytest.approx(final[variance], abs=0.51e-5)
    assert temperature.var(ddof=1) == pytest.approx(final["var t"], abs=1.1e-5)
    assert np.hypot(stream["u"].mean(), stream["v"].mean()) == pytest.approx(final["wv_hor"], abs=1.1e-5)


@pytest.mark.realdata
def test_slt_configuration(real_data: Path) -> None:
    beside = configuration_beside(real_data / "ecosystem_raw/ClimateDataIO/W20163281500.slt")
    assert beside is not None
    name, found = beside
    assert name == "W20163281404.cfg"
    assert [each.name for each in found.inputs] == ["CO2", "H2O", "CLD", "NH3", "Tranc_Flow", "CO_Flow"]
    assert found.inputs[0].unit == "mmol/m³"
    assert found.number("station height") == 807


GHG_FILES = {"2016-12-11T200000_AIU-1359.ghg": "20:30", "2016-12-11T203000_AIU-1359.ghg": "21:00"}
STATISTICS = {
    "u": "u",
    "v": "v",
    "w": "w",
    "ts": "sonic_temperature",
    "co2": "co2_mixing_ratio",
    "h2o": "h2o_mixing_ratio",
    "tc": "cell_temperature",
    "pc": "cell_pressure",
    "pe": "ambient_pressure",
}
USERS = {"co2_molar_density": 0, "h2o_molar_density": 0, "co2_mole_fraction": 1, "h2o_mole_fraction": 1}


def _printed(path: Path, file: str, reader: str) -> list[tuple[str, float]]:
    """Return the columns of a table of statistics for one file, in order: names repeat."""
    with path.open() as text:
        rows = [row for row in csv.reader(text) if len(row) > 1]
    (found,) = (row for row in rows if row[0] == file)
    first = {"st1": 5, "user": 5}[reader]
    return list(zip(rows[0][first:], map(float, found[first:]), strict=True))


def _read_ghg(folder: Path, name: str, **options: str) -> dict[str, NDArray[np.float64]]:
    validated = GHG.options.model_validate(options)
    path = folder / "ClimateDataIO" / name
    result = GHG.read(path, validated, CONTEXT)
    assert_result_fits(GHG, result, validated)
    assert_span_covers(GHG, path, result, validated, CONTEXT)
    assert (result.tally.seen, result.tally.kept) == (36000, 36000)
    stream = result.streams["eddy"]
    start = np.datetime64("2016-12-11T19:00", "ns") + (np.timedelta64(30, "m") if "203000" in name else np.timedelta64(0, "m"))
    np.testing.assert_array_equal(stream["time"].values, start + np.arange(36000) * np.timedelta64(50, "ms"))
    return {str(key): value.values for key, value in stream.data_vars.items()}


@pytest.mark.realdata
@pytest.mark.parametrize("name", GHG_FILES)
def test_ghg_has_the_raw_statistics_of_eddypro(real_data: Path, name: str) -> None:
    """Means, variances and covariances of the raw data as EddyPro prints them, to all six digits.

    It holds data in single precision, in steps of 0.008 Pa at 1e5 Pa: 3e-4 of the variance of the air pressure here; and 1e-6
    of the product of standard deviations in covariances, 1e-5 with the air pressure.
    """
    folder = real_data / "ecosystem_raw"
    stream = _read_ghg(folder, name)
    stream["sonic_temperature"] = stream["speed_of_sound"] ** 2 / 403
    printed = _printed(folder / "eddypro_reference/gebesee_ghg/express/eddypro_stats/eddypro_gebesee_st1.csv", name, "st1")
    compared = 0
    for header, value in printed:
        kind, _, rest = header.rstrip(")").partition("(")
        names = [STATISTICS.get(each) for each in rest.split("/")]
        if value == -9999 or None in names or kind not in {"mean", "var", "cov", "st_dev"}:
            continue
        one, other = (stream[str(names[at])] for at in (0, -1))
        covariance = float(np.mean((one - one.mean()) * (other - other.mean())))
        ours = {"mean": float(one.mean()), "var": covariance, "cov": covariance, "st_dev": float(np.sqrt(abs(covariance)))}[kind]
        precision = 3e-4 if header in {"var(pe)", "st_dev(pe)"} else 6e-6
        rounding = float((1e-5 if rest.endswith("pe") else 1e-6) * one.std() * other.std()) if kind == "cov" else 0.0
        assert ours == pytest.approx(value, rel=precision, abs=rounding), header
        compared += 1
    assert compared > 40


@pytest.mark.realdata
@pytest.mark.parametrize("name", GHG_FILES)
@pytest.mark.parametrize("measure", ["molar_density", "mole_fraction"])
def test_ghg_has_the_other_measures_of_eddypro(real_data: Path, name: str, measure: str) -> None:
    folder = real_data / "ecosystem_raw"
    stream = _read_ghg(folder, name, co2=measure, h2o=measure)
    path = folder / "eddypro_reference/gebesee_ghg/express/eddypro_user_stats/eddypro_gebesee_user_st1.csv"
    printed = _printed(path, name, "user")
    for gas in ("co2", "h2o"):
        means = [value for header, value in printed if header == f"mean({gas})"]
        deviations = [value for header, value in printed if header == f"st_dev({gas})"]
        place = USERS[f"{gas}_{measure}"]
        values = stream[f"{gas}_{measure}"]
        assert values.mean() == pytest.approx(means[place], rel=6e-6)
        assert values.std() == pytest.approx(deviations[place], rel=6e-6)


@pytest.mark.realdata
@pytest.mark.parametrize("name", GHG_FILES)
def test_ghg_diagnostics_are_those_of_eddypro(real_data: Path, name: str) -> None:
    folder = real_data / "ecosystem_raw"
    words = _read_ghg(folder, name)["li7200_diagnostic"]
    with (folder / "eddypro_reference/gebesee_ghg/mixing_ratio/eddypro_gebesee_fluxnet.csv").open() as file:
        (row,) = (each for each in csv.DictReader(file) if each["TIMESTAMP_END"].endswith(GHG_FILES[name].replace(":", "")))
    counts = flagged_records(words, "li7200")
    assert counts == {key: float(row[key]) for key in counts}
    assert signal_strength(words, "li7200").mean() == pytest.approx(float(row["INST_LI7200_AGC_OR_RSSI"]))
    assert not rejected_records(words, "li7200").any()


@pytest.mark.realdata
def test_ghg_description(real_data: Path) -> None:
    archive = open_archive(real_data / "ecosystem_raw/ClimateDataIO/2016-12-11T200000_AIU-1359.ghg")
    metadata = parse_metadata(archive.metadata)
    table = open_table(archive.data, metadata.label)
    assert (len(metadata.columns), len(table.headers), metadata.frequency) == (47, 47, 20.0)
    assert table.preamble["SN"] == "72H-0616"
    assert [each.model for each in metadata.instruments] == ["hs_50_1", "li7200_1"]
    assert metadata.instruments[1].numbers["eastward_separation"] == pytest.approx(0.1)
    assert metadata.keys["latitude"] == "51.0997467"
    tables = instrument_tables(real_data / "ecosystem_raw/ClimateDataIO/2016-12-11T200000_AIU-1359.ghg")
    assert [table["model"] for table in tables["sonic"] + tables["gas_analyser"]] == ["gill-hs-50", "licor-li7200"]
    assert tables["gas_analyser"][0]["lags"]["h2o"] == {"nominal": 0.258003, "minimum": 0.0, "maximum": 2.58003}
