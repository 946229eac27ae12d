"""``icos demo picarro``: a simulated tower from raw files to every export, held against its truth."""

import numpy as np
import pytest
from click.testing import CliRunner

from icos_core.cli import main


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    return folder / "picarro", CliRunner().invoke(main, ["demo", "picarro", "--folder", str(folder)])


def test_the_result_is_the_truth_within_its_uncertainty(demo):
    folder, result = demo
    assert result.exit_code == 0, result.output
    raw = list((folder / "raw").rglob("*.dat"))
    assert len(raw) == 44
    assert sum(path.stat().st_size for path in raw) < 150e6
    rows = [line.split() for line in result.output.splitlines() if line.split()[:1] in (["co2"], ["ch4"], ["co"])]
    # Three lines, minutes and hours of each, three gases.
    assert len(rows) == 18
    for _, count, mean, _, uncertainty, *_ in rows:
        assert int(count) > 30
        # One station has one draw of every error that its rows share.
        assert abs(float(mean)) < 3 * float(uncertainty)
    minutes = np.array([int(row[1]) for row in rows])
    assert (minutes > 300).sum() == 9


@pytest.mark.parametrize(
    ("pattern", "count"),
    [("ICOS_ATC_NRT_SIM_*.C*", 9), ("*_sim_tower-insitu_466_allvalid-*magl.nc", 9), ("*_sim_tower-insitu_*magl_999_hourly.txt", 9)],
    ids=["icos-atc", "obspack", "wdcgg"],
)
def test_every_line_and_gas_is_exported(demo, pattern, count):
    folder, _ = demo
    assert len(list((folder / "output").glob(pattern))) == count
