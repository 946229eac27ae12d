"""Rows and files of the simulated Picarro analyser: as the instrument writes them, and any part by itself."""

import tomllib
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from icos_atmosphere.calibration.mole_fraction_options import MoleFractionOptions
from icos_atmosphere.simulators.picarro import simulate, simulate_rows, small_station, write_files
from icos_atmosphere.simulators.picarro_schedule import segments
from icos_atmosphere.water_correction import FACTORY
from picarro_stations import QUIET, fresh, moment, seconds, station
from raw_days import raw_days

from icos_core.describing.description import load_description
from icos_core.plugins import installed_plugins

CLOCK = ["DATE", "TIME", "FRAC_DAYS_SINCE_JAN1", "FRAC_HRS_SINCE_JAN1", "JULIAN_DAYS", "EPOCH_TIME"]
MODELS = ("G2301", "G2401", "G5310")


@pytest.fixture(scope="module")
def half_a_day():
    """Twelve hours of a G2301 as read back from its files by pandas."""
    options = station(duration="12 h", analyser={"model": "G2301"})
    return options, simulate_rows(options, 1)


def read(path):
    return pd.read_csv(path, sep=r"\s+")


class TestRows:
    def test_times_are_those_of_the_instrument(self, half_a_day):
        _, rows = half_a_day
        steps = np.diff(rows.time) / np.timedelta64(1, "s")
        assert np.median(steps) == pytest.approx(0.913, abs=0.01)
        assert steps.min() >= 0.5
        assert steps.max() <= 1.6
        assert np.unique(steps).size > 20
        minutes = np.unique(rows.time[fresh(rows, "CO2")].astype("datetime64[m]"), return_counts=True)[1][1:-1]
        assert set(minutes.tolist()) <= {20, 21, 22}

    def test_each_spectrum_renews_its_gas_and_nothing_else(self, half_a_day):
        """Counted in files of a G2301: 1 is CO2, 2 is CH4, 3 is water vapour and both dry readings."""
        _, rows = half_a_day
        assert rows.columns["species"][:6].tolist() == [2, 1, 3, 2, 1, 3]
        for column, code in (("CO2", 1), ("CH4", 2), ("CO2_dry", 3), ("CH4_dry", 3), ("H2O", 3), ("h2o_reported", 3)):
            renewed = fresh(rows, column)
            assert set(rows.columns["species"][renewed].tolist()) == {code}
            assert renewed.size == pytest.approx(rows.time.size / 3, abs=2)

    @pytest.mark.parametrize("model", MODELS)
    def test_dry_readings_are_made_as_the_analyser_makes_them(self, model):
        """From the last reading of the gas and the mean of the last two of water vapour; exact for a real G2301 to 1.05e-8."""
        rows = simulate_rows(station(duration="1 h", analyser={"model": model}), 1)
        at_water = fresh(rows, "h2o_reported")
        vapour = rows.columns["h2o_reported"][at_water]
        mean = 0.5 * (vapour[1:] + vapour[:-1])
        for gas, correction in FACTORY.items():
            if gas.upper() in rows.columns:
                wet, dry = (rows.columns[name][at_water[1:]] for name in (gas.upper(), f"{gas.upper()}_dry"))
                np.testing.assert_allclose(dry, wet / (1 + correction.a * mean + correction.b * mean**2), rtol=1e-12)
        np.testing.assert_allclose(rows.columns["H2O"][at_water], 0.772 * vapour + 0.019493 * vapour**2, rtol=1e-12)

    @pytest.mark.parametrize(("valve", "other"), [("mpv_position", "solenoid_valves"), ("solenoid_valves", "mpv_position")])
    def test_rows_in_which_the_valve_switched_have_its_mean_position(self, valve, other):
        columns = {"mpv_position": "MPVPosition", "solenoid_valves": "solenoid_valves"}
        options = station(duration="8 h", analyser={"valve": valve, "clean_switches": 0.25})
        rows = simulate_rows(options, 3)
        assert not rows.columns[columns[other]].any()
        shown, time = rows.columns[columns[valve]], seconds(rows, options)
        planned = segments(options)
        mean = []
        for number in range(1, planned.start.size):
            start, old, new = planned.start[number], planned.port[number - 1], planned.port[number]
            row = np.searchsorted(time, start)
            assert shown[row - 1] == old
            assert shown[row + 1] == new
            part = (time[row] - start) / (time[row] - time[row - 1])
            if shown[row] != new:
                mean.append(shown[row] == pytest.approx(old + part * (new - old), abs=0.011))
        assert all(mean)
        assert 0.5 < len(mean) / (planned.start.size - 1) < 1.0
        whole = np.flatnonzero(shown == np.rint(shown))
        inside = np.searchsorted(planned.start, time[whole], side="right") - 1
        np.testing.assert_array_equal(shown[whole], planned.port[inside])

    def test_a_mask_has_one_bit_per_valve(self):
        rows = simulate_rows(station(duration="1 h", analyser={"valve": "solenoid_valves", "valve_reading": "mask"}), 1)
        shown = rows.columns["solenoid_valves"]
        assert np.unique(shown[shown == np.rint(shown)]).tolist() == [1, 2, 4]

    def test_cavity_and_status_are_disturbed_as_often_as_asked(self):
        rates = {"pressure_excursions": 6.0, "temperature_excursions": 4.0, "status_faults": 5.0}
        quiet = simulate_rows(station(duration="3 d", analyser=QUIET), 1)
        disturbed = simulate_rows(station(duration="3 d", analyser=QUIET | rates), 1)
        for name, rate in (("CavityPressure", 6), ("CavityTemp", 4), ("INST_STATUS", 5)):
            off = quiet.columns[name] != disturbed.columns[name]
            runs = np.flatnonzero(np.diff(off.astype(int)) == 1)
            assert runs.size == pytest.approx(3 * rate, abs=4 * np.sqrt(3 * rate))
        assert set(disturbed.columns["INST_STATUS"].tolist()) == {963, 707}
        assert (np.abs(quiet.columns["CavityTemp"] - 45.0) < 0.02).all()
        # Kicks at switches leave the range for seconds, as those of a real analyser do.
        assert 0 < (np.abs(quiet.columns["CavityPressure"] - 140.0) > 0.1).mean() < 0.02

    def test_readings_follow_the_pressure_in_the_cavity(self):
        options = {"duration": "1 d", "lines": [{"name": "10m", "height": 10, "port": 1}], "cylinders": [], "rotation": "1 d"}
        still, kicked = (
            simulate_rows(station(**options, analyser=QUIET | {"co2": {"pivot": 400, "pressure_sensitivity": each}}), 1)
            for each in (0.0, -0.471)
        )
        row = fresh(still, "CO2")
        np.testing.assert_allclose(
            kicked.columns["CO2"][row] - still.columns["CO2"][row], -0.471 * (still.columns["CavityPressure"][row] - 140.0), atol=1e-9
        )


class TestAnyPart:
    @pytest.mark.parametrize("model", MODELS)
    def test_rows_are_the_same_whatever_else_is_made(self, model):
        options = small_station(duration="30 h", analyser={"model": model})
        whole = simulate_rows(options, 5)
        cuts = [None, *map(moment, ("2024-03-01T00:00:01.500", "2024-03-01T07:13:20", "2024-03-02T00:00:00")), None]
        parts = [simulate_rows(options, 5, start, end) for start, end in pairwise(cuts)]
        np.testing.assert_array_equal(np.concatenate([part.time for part in parts]), whole.time)
        for name, values in whole.columns.items():
            np.testing.assert_array_equal(np.concatenate([part.columns[name] for part in parts]), values)

    def test_a_day_of_a_long_time_is_the_same_in_a_short_one(self):
        """A month of a year can be made by itself, and a year that goes on does not change what was."""
        long, short = (small_station(duration=each) for each in ("40 d", "20 d"))
        span = moment("2024-03-19T00:00:00"), moment("2024-03-19T02:00:00")
        left, right = (simulate_rows(options, 5, *span) for options in (long, short))
        for name, values in left.columns.items():
            np.testing.assert_array_equal(right.columns[name], values)

    def test_files_are_the_same_whatever_else_is_written(self, tmp_path):
        options = small_station(duration="5 h", duplicated_rows=0.01, cut_files=0.5)
        whole = write_files(tmp_path / "whole", options, 2)
        middle = moment("2024-03-01T02:30:00")
        parts = [*write_files(tmp_path / "parts", options, 2, None, middle), *write_files(tmp_path / "parts", options, 2, middle)]
        assert [path.relative_to(tmp_path / "parts") for path in parts] == [path.relative_to(tmp_path / "whole") for path in whole]
        assert [path.read_bytes() for path in parts] == [path.read_bytes() for path in whole]

    def test_another_seed_gives_another_station(self, tmp_path):
        options = small_station(duration="10 min")
        ((left,), (right,)) = (write_files(tmp_path / str(seed), options, seed) for seed in (1, 2))
        assert left.read_bytes() != right.read_bytes()

    def test_a_time_without_rows_is_empty(self):
        rows = simulate_rows(small_station(), 1, moment("2025-01-01T00:00:00"), moment("2025-01-02T00:00:00"))
        assert rows.time.size == 0
        assert all(values.size == 0 for values in rows.columns.values())


class TestFiles:
    def test_an_hour_and_a_few_seconds_each_in_a_tree_of_days(self, tmp_path):
        files = write_files(tmp_path, station(start="2024-12-31T19:30:00Z", duration="7 h"), 1)
        assert len(files) == 7
        begins = []
        for path in files:
            rows = read(path)
            # 26 characters a field, \r\n: 704 bytes a row of 27 columns.
            assert path.stat().st_size == (26 * 27 + 2) * (1 + len(rows))
            begins.append(rows["EPOCH_TIME"].iloc[0])
            host, day, clock, _ = path.name.split("-")
            named = pd.Timestamp(f"{day}T{clock}")
            assert host == "CFKADS2999"
            assert 4 < named.timestamp() - begins[-1] <= 5
            assert path.parent == tmp_path / f"{named:%Y/%m/%d}"
        assert ((np.diff(begins) > 3604) & (np.diff(begins) < 3608)).all()
        assert files[5].parent == tmp_path / "2025/01/01"

    def test_rows_are_those_of_the_analyser(self, tmp_path):
        options = station(duration="20 min")
        (path,) = write_files(tmp_path, options, 1)
        written, rows = read(path), simulate_rows(options, 1)
        assert list(written) == [*CLOCK, *rows.columns]
        assert np.rint(1000 * written["EPOCH_TIME"]).astype(int).tolist() == rows.time.astype("datetime64[ms]").astype(int).tolist()
        for name, values in rows.columns.items():
            np.testing.assert_allclose(written[name], values, rtol=6e-11, atol=0)

    def test_defects(self, tmp_path):
        options = small_station(duration="4 h")
        plain = write_files(tmp_path / "plain", options, 1)
        twice = write_files(tmp_path / "twice", options.model_copy(update={"duplicated_rows": 0.02}), 1)
        cut = write_files(tmp_path / "cut", options.model_copy(update={"cut_files": 0.5}), 1)
        for left, right in zip(plain, twice, strict=True):
            lines, doubled = left.read_bytes().splitlines(), right.read_bytes().splitlines()
            assert 0.01 < (len(doubled) - len(lines)) / len(lines) < 0.03
            assert list(dict.fromkeys(doubled)) == lines
        shorter = [len(left.read_bytes()) - len(right.read_bytes()) for left, right in zip(plain, cut, strict=True)]
        assert 0 < sum(each > 0 for each in shorter) < len(plain)
        assert all(0 <= each < 26 * 27 + 2 for each in shorter)
        assert all(left.read_bytes().startswith(right.read_bytes()) for left, right in zip(plain, cut, strict=True))

    @pytest.mark.realdata
    @pytest.mark.parametrize(
        ("columns", "sample"),
        [
            ("full", "pycrds_g2301_raw/2021/01/01/CFADS2502-20210101-005230Z-DataLog_User.dat.gz"),
            ("minimal", "picarro_data_pnnl/sampledata/CFADS2283-20180801-003712Z-DataLog_User.dat"),
        ],
    )
    def test_columns_and_form_of_real_files(self, real_data, tmp_path, columns, sample):
        (path,) = write_files(tmp_path, station(duration="2 min", analyser={"model": "G2301", "columns": columns}), 1)
        real = pd.read_csv(real_data / "atmosphere" / sample, sep=r"\s+", dtype=str)
        ours = pd.read_csv(path, sep=r"\s+", dtype=str)
        assert list(ours) == list(real)
        for name in real:
            forms = [
                set(texts.str.removeprefix("-").str.replace(r"\d", "9", regex=True).str.replace(r"^9+\.", "9.", regex=True))
                for texts in (ours[name], real[name])
            ]
            assert {form.replace("E-", "E+") for form in forms[0]} == {form.replace("E-", "E+") for form in forms[1]}

    @pytest.mark.realdata
    def test_statistics_of_a_real_analyser(self, real_data, half_a_day):
        """Times, share of rows that are out of the range of pressure, and spread of housekeeping are those of two real days."""
        _, rows = half_a_day
        real = raw_days(real_data)
        steps = [np.diff(rows.time).astype(int) / 1000.0, np.diff(real["EPOCH_TIME"].to_numpy())]
        for percent in (5, 25, 50, 75, 95):
            assert np.percentile(steps[0], percent) == pytest.approx(np.percentile(steps[1], percent), abs=0.02)
        for name, tolerance in (("CavityPressure", 0.01), ("CavityTemp", 0.001)):
            ours, theirs = (np.percentile(table[name], (5, 50, 95)) for table in (rows.columns, real))
            np.testing.assert_allclose(ours, theirs, atol=tolerance)


class TestDescription:
    @pytest.mark.parametrize("model", MODELS)
    def test_is_what_the_calibrator_takes(self, tmp_path, model):
        options = small_station(duration="2 min", analyser={"model": model, "co": {"pivot": 150, "scale_uncertainty": 0.4}})
        described = tomllib.loads(simulate(tmp_path, options, 1).description.read_text(encoding="utf-8"))
        calibrate = described["calibrate"][0]
        assert calibrate.pop("calibrator") == "mole-fraction"
        stated = MoleFractionOptions.model_validate(calibrate)
        assert [(line.name, line.height, line.delay) for line in stated.lines] == [
            (line.name, line.height, line.transport_delay) for line in options.lines
        ]
        ports = {port.port: port.line or port.cylinder for port in stated.ports}
        assert ports == {each.port: each.name for each in (*options.lines, *options.cylinders)}
        assert {gas: limits.scale_uncertainty for gas, limits in stated.limits.items()} == ({} if model == "G2301" else {"co": 0.4})
        for cylinder, simulated in zip(stated.cylinders, options.cylinders, strict=True):
            assert cylinder.role == simulated.role
            for gas in stated.gases:
                assigned = cylinder.assigned(gas)
                assert assigned.value == simulated.assigned(gas)
                assert assigned.uncertainty == getattr(options.analyser, gas).assigned_uncertainty

    @pytest.mark.parametrize("model", MODELS)
    def test_has_no_mistake(self, tmp_path, model):
        simulated = simulate(tmp_path, small_station(duration="2 min", analyser={"model": model}), 1)
        description = load_description(simulated.description, installed_plugins())
        assert {spec.exporter for spec in description.export} == {"icos-atc", "obspack", "wdcgg", "cf-netcdf", "csv"}

    def test_buffers_are_described(self, tmp_path):
        line = {"name": "90m", "height": 90, "port": 1, "transport_delay": "30 s", "buffer_volume": 8.0, "buffer_flow": 4.0}
        simulated = simulate(tmp_path, station(duration="2 min", lines=[line]), 1)
        calibrate = tomllib.loads(simulated.description.read_text(encoding="utf-8"))["calibrate"][0]
        calibrate.pop("calibrator")
        (stated,) = MoleFractionOptions.model_validate(calibrate).lines
        assert stated.delay.total_seconds() == 150


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lines": [{"name": "10m", "height": 10, "port": 5}]}, "port 5 leads to two things"),
        ({"calibration": {"every": "2 h"}}, "a sequence takes 6:00:00; expected more than that"),
        ({"short_term_target": {"every": "30 min"}}, "short_term_target.every: more than the 0:30:00"),
        ({"start": "2024-03-01T00:00:00.5Z"}, "start: a whole second"),
        ({"duration": "3 s"}, "duration: at least a minute"),
        ({"start": "1901-01-01T00:00:00Z"}, "the year 1990 or later"),
        ({"analyser": {"host": "a b"}}, "pattern"),
        ({"lines": [{"name": "1m", "height": 1, "port": 1, "buffer_volume": 8}]}, "a buffer needs the flow through it"),
        ({"lines": [{"name": "1m", "height": 1, "port": 1, "buffer_volume": 800, "buffer_flow": 1}]}, "at most 3 h"),
        ({"lines": [{"name": "1m", "height": 1, "port": port} for port in (1, 2)]}, "lines: '1m' twice"),
        ({"cylindres": []}, "Extra inputs"),
    ],
)
def test_mistakes_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        station(**options)


def test_one_target_of_a_kind():
    cylinders = station().model_dump()["cylinders"]
    extra = cylinders[-1] | {"name": "LTT2", "port": 11}
    with pytest.raises(ValueError, match="one long-term-target at most"):
        station(cylinders=[*cylinders, extra])
