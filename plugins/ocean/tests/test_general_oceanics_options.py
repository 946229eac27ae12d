"""Options of the reader `general-oceanics-8050`."""

import pytest
from icos_ocean.readers.general_oceanics_options import GeneralOceanicsOptions
from pydantic import ValidationError


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"date_format": "dd/mm"}, "no date format"),
        ({"clock": "ship"}, "'gps' or 'pc'"),
        ({"columns": {"Hull Temp": "sea_surface"}}, "no variable 'sea_surface'"),
        ({"columns": {"Hull Temp": "foo"}}, "no variable 'foo' "),
        ({"columns": {"Hull Temp": "conductivty"}}, "nearest: 'conductivity'"),
        ({"units": {"analyser_presure": "kPa"}}, "nearest: 'analyser_pressure'"),
        ({"units": {"analyser_pressure": "degree_C"}}, "cannot be converted to 'hPa'"),
        ({"units": {"analyser_pressure": "bananas"}}, "no unit"),
        ({"run_types": {"SEA": "EQ"}}, "nearest: 'EQU'"),
        ({"encoding": "windows-9999"}, "no encoding"),
        ({"separator": "comma", "decimal_comma": True}, "exclude each other"),
        ({"datefmt": "dd/mm/yy"}, "Extra inputs"),
    ],
)
def test_mistakes_are_told(options, message):
    with pytest.raises(ValidationError, match=message):
        GeneralOceanicsOptions(**options)


def test_every_option_is_documented():
    assert all(field.description for field in GeneralOceanicsOptions.model_fields.values())
