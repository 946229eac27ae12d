"""Whole runs of simulated cruises: streams of other names, several systems, salinity that has to be computed."""

import gsw
import numpy as np
import pytest
from icos_ocean.simulators.general_oceanics import SIMULATOR

import icos_core
from icos_core.dataset import BAD, GOOD, category_mask
from icos_core.exceptions import DataError, DescriptionError
from icos_core.flags import decode_bits


@pytest.fixture
def simulate(tmp_path):
    """Simulate a cruise into a folder of that name; returns folder, description and text of the description."""

    def make(name="ship", seed=1, *, exports=False, **options):
        folder = tmp_path / name
        folder.mkdir()
        simulated = SIMULATOR.simulate(folder, SIMULATOR.options(**{"duration": "14 h", "files": "one", **options}), seed)
        text = simulated.description.read_text(encoding="utf-8")
        return folder, simulated.description, text if exports else text[: text.index("[[export]]")]

    return make


def run(description, text):
    description.write_text(text, encoding="utf-8")
    return icos_core.run(description, description.parent / "out", jobs=1)


def calibrated(result, stream="underway"):
    return result.tree[f"/calibrated/{stream}"].to_dataset()


def renamed(text, stream):
    return text.replace("[[input]]", f'[[input]]\nstream = "{stream}"')


def figures(result):
    page = next(path for path in result.paths if path.suffix == ".html").read_text(encoding="utf-8")
    return page.count("<figure")


@pytest.mark.parametrize("stream", ["main", "pco2/aft"])
def test_a_stream_may_have_any_name(simulate, stream):
    _, description, text = simulate(exports=True)
    usual = run(description, text)
    expected = calibrated(usual)
    result = run(description, renamed(text, stream))
    found = calibrated(result, stream)
    assert set(found.variables) == set(expected.variables)
    for name in found.data_vars:
        np.testing.assert_array_equal(found[name].values, expected[name].values, name)
    # The submission to SOCAT and the table of the Thematic Centre do not name the stream: same samples, same bytes.
    written = {path.suffix: path.read_bytes() for path in result.paths if path.suffix == ".tsv" or "NRT" in path.name}
    assert written == {path.suffix: path.read_bytes() for path in usual.paths if path.suffix == ".tsv" or "NRT" in path.name}
    assert len(written) == 2
    assert figures(result) == figures(usual) > 0


def test_a_test_after_calibration_is_known_whatever_the_name(simulate):
    """What the calibrator provides is known for the stream that it calibrates before a byte of data is read."""
    _, description, text = simulate()
    table = '\n[[qc]]\ntest = "range"\nvariable = "fco2"\nstream = "main"\nbad_outside = [0, 1]\n'
    result = run(description, renamed(text, "main") + table)
    found = calibrated(result, "main")
    known = np.isfinite(found["fco2"].values)
    assert set(found["fco2_flag"].values[known]) == {BAD}
    with pytest.raises(DescriptionError, match="underway"):
        run(description, renamed(text, "main") + table.replace('"main"', '"underway"'))


def two_systems(simulate):
    """One description for two systems with cylinders and a pressure of their own."""
    (first, _, text), (second, _, other) = simulate("fore"), simulate("aft", seed=2)
    begins = text.index("[[calibrate]]")
    of_input = other[other.index("[[input]]") : other.index("[[calibrate]]")].replace("raw/", f"{second}/raw/")
    head = renamed(text[:begins].replace("raw/", f"{first}/raw/"), "fore")
    calibrate = [
        part.replace('calibrator = "fco2"', f'calibrator = "fco2"\nstream = "{name}"')
        for name, part in (("fore", text[begins:]), ("aft", other[other.index("[[calibrate]]") :]))
    ]
    description = first.parent / "station.toml"
    return description, "\n".join([head, renamed(of_input, "aft"), *calibrate])


def test_two_systems_are_calibrated_each_by_its_own_table(simulate):
    description, text = two_systems(simulate)
    result = run(description, text + '[[export]]\nexporter = "socat"\nstream = "aft"\n')
    for seed, name in ((1, "fore"), (2, "aft")):
        alone, text_alone = simulate(f"alone-{name}", seed=seed)[1:]
        expected = calibrated(run(alone, text_alone))
        found = calibrated(result, name)
        for variable in ("fco2", "fco2_flag", "fco2_uncertainty", "sst_flag", "delta_temperature_flag", "xco2_air_flag"):
            np.testing.assert_array_equal(found[variable].values, expected[variable].values, f"{name}: {variable}")
        assert np.isfinite(found["fco2"].values).any()
    assert figures(result) > 0


def test_with_two_systems_one_has_to_say_which(simulate):
    description, text = two_systems(simulate)
    both = '[[export]]\nexporter = "icos-otc"\n'
    with pytest.raises(DataError, match="streams aft, fore have; name one with stream"):
        run(description, text + both)
    unnamed = text.replace('calibrator = "fco2"\nstream = "fore"', 'calibrator = "fco2"')
    unnamed = unnamed[: unnamed.rindex("[[calibrate]]")]
    with pytest.raises(DataError, match=r"exactly one stream with run_type and co2, found: .*; name one with stream"):
        run(description, unnamed)
    with pytest.raises(DescriptionError, match="'aftt'"):
        run(description, text.replace('calibrator = "fco2"\nstream = "aft"', 'calibrator = "fco2"\nstream = "aftt"'))


def with_conductivity(folder, spoil=()):
    """Rewrite the raw file of a simulated cruise: conductivity and the temperature of its cell in place of salinity."""
    (path,) = (folder / "raw").iterdir()
    lines = path.read_bytes().decode("windows-1252").split("\r\n")
    header = lines[0].split("\t")
    salinity, sst, other = header.index("Salinity"), header.index("Intake Temp"), header.index("Temperature")
    header[salinity], header[other] = "TSG Conductivity", "TSG Temp"
    rows = [header]
    for number, line in enumerate(lines[1:]):
        cells = line.split("\t")
        if len(cells) == len(header) and cells[salinity]:
            cell = float(cells[sst]) + 0.15
            conductivity = gsw.C_from_SP(float(cells[salinity]), cell, 0.0) / 10.0
            cells[salinity] = f"{9.0 if number in spoil else conductivity:.6f}"
            cells[other] = f"{cell:.5f}"
        rows.append(cells)
    path.write_bytes("\r\n".join("\t".join(cells) for cells in rows).encode("windows-1252"))


def test_salinity_that_was_computed_is_tested(simulate):
    folder, description, text = simulate(gaps=0.0)
    expected = calibrated(run(description, text))
    with_conductivity(folder)
    unit = text.replace("[[input]]", '[[input]]\nunits = { conductivity = "S/m" }')
    result = run(description, unit)
    measured = result.tree["/measured/underway"].to_dataset()
    assert "salinity" not in measured
    assert {"range", "spike"} <= set(decode_bits(measured, "conductivity_evaluated"))
    assert set(measured["conductivity_flag"].values) == {GOOD}
    found = calibrated(result)
    # The usual tests of salinity run where it first exists.
    assert {"range", "spike", "rate_of_change", "flat_line", "rolling_outlier"} <= set(decode_bits(found, "salinity_evaluated"))
    assert set(found["salinity_flag"].values) == {GOOD}
    np.testing.assert_allclose(found["salinity"].values, expected["salinity"].values, atol=2e-5)
    np.testing.assert_array_equal(found["fco2_flag"].values, expected["fco2_flag"].values)
    middle = float(np.median(found["salinity"].values))
    narrow = f'\n[[qc]]\ntest = "range"\nvariable = "salinity"\nbad_outside = [0, {middle}]\n'
    found = calibrated(run(description, unit + narrow))
    outside = found["salinity"].values > middle
    assert 0 < outside.sum() < outside.size
    np.testing.assert_array_equal(found["salinity_flag"].values == BAD, outside)
    water = category_mask(found, "run_type", ["EQU"])
    doubtful = decode_bits(found, "fco2_tests")["propagated_salinity_questionable"]
    np.testing.assert_array_equal(doubtful[water], outside[water])


def test_a_spoilt_conductivity_is_filled(simulate):
    folder, description, text = simulate(gaps=0.0)
    expected = calibrated(run(description, text))
    with_conductivity(folder, spoil=[200, 300])
    found = calibrated(run(description, text.replace("[[input]]", '[[input]]\nunits = { conductivity = "S/m" }')))
    filled = found["salinity_source"].values == 1
    assert filled.sum() == 2
    np.testing.assert_allclose(found["salinity"].values[filled], expected["salinity"].values[filled], atol=0.01)
    assert not (found["salinity_flag"].values == BAD).any()
