"""Files as the Atmosphere Thematic Centre writes them, put together by hand: a release, near real time, the old layout and flasks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

RELEASE_TITLES = (
    "#Site;SamplingHeight;Year;Month;Day;Hour;Minute;DecimalDate;{gas};Stdev;NbPoints;Flag;InstrumentId;QualityId;LTR;CMR;STTB;QcBias;"
    "QcBiasUncertainty;{gas}-WithoutSpikes;Stdev-WithoutSpikes;NbPoints-WithoutSpikes"
)
NRT_TITLES = (
    "#Site;SamplingHeight;Year;Month;Day;Hour;Minute;DecimalDate;{gas};Stdev;NbPoints;Flag;InstrumentId;QualityId;InternalFlag;"
    "AutoDescriptiveFlag;ManualDescriptiveFlag;H2O;H2O-Stdev;{gas}Raw;{gas}Raw-Stdev;{gas}Raw-withH2oCorrection;"
    "{gas}Raw-withH2oCorrection-Stdev"
)
FLASK_TITLES = (
    "#Site;SamplingHeight;FlaskId;SamplerId;FlaskSamplingId;SamplingStart;SamplingEnd;{gas};Stdev;EstRep;ScalLink;CombUnc;NbPoints;Flag;"
    "InstrumentId"
)
BEGIN = datetime(2023, 12, 30, 20, tzinfo=UTC)


def stamp(hour, height="50"):
    """Return the first eight cells of a row of the station ABC, `hour` hours after the begin."""
    time = BEGIN + timedelta(hours=hour)
    start = datetime(time.year, 1, 1, tzinfo=UTC)
    share = (time - start) / (datetime(time.year + 1, 1, 1, tzinfo=UTC) - start)
    return f"ABC;{height};{time:%Y;%m;%d;%H;%M};{time.year + share:.8f}"


def with_header(rows, titles, items=(), *, gas="CO2", total=None):
    """Return a file of rows with a header whose counts are right, or of which the total is `total`."""
    stated = {
        "TITLE": f"{gas} - L2-2024.1 continuous time series for Continuous air",
        "DATA FORMAT": "see the last line of this header for column description",
        "PROJECT DATA VERSION": "L2-2024.1",
        "STATION CODE": "ABC",
        "STATION NAME": "Example Tower",
        "COUNTRY/TERRITORY": "Nowhere",
        "CONTRIBUTOR": " Example Institute",
        "LATITUDE": "50.0000 N",
        "SAMPLING HEIGHTS": "50.0 m agl",
        "CONTACT POINT": "someone@example.org",
        "PARAMETER": gas,
        "TIME INTERVAL": "hourly",
        "MEASUREMENT UNIT": "umol.mol-¹" if gas == "CO2" else "nmol.mol-¹",
        "MEASUREMENT METHOD": "Cavity RingDown Spectrometer (instrument Id 7); Gas chromatograph (instrument Id 8)",
        "MEASUREMENT SCALE": "WMO CO2 X2019" if gas == "CO2" else "7: Unknown; 8: WMO X2004A",
        **dict(items),
    }
    above = [f"# {key}: {value}" for key, value in stated.items() if value is not None]
    count = len(above) + 6
    lines = [
        above[0],
        f"# TOTAL LINES: {count + len(rows) if total is None else total}",
        f"# HEADER LINES: {count}",
        *above[1:],
        "# COMMENT:",
        "#   - Times are UTC",
        "#",
        titles.format(gas=gas.lower()),
        *rows,
    ]
    return ("\n".join(lines) + "\n").encode()


def release_rows(count=60):
    """Return rows of a release: good, incorrect, missing, of two instruments, with a gap between them, and without some cells."""
    rows = []
    for hour in range(count):
        value, end = 410 + 0.25 * hour, f"0.011;0.012;{-0.02 + 0.001 * hour:.3f};;;"
        if hour % 10 == 3:
            rows.append(f"{stamp(hour)};-999.990;-9.990;0;K;7;100;-999.990;-999.990;-999.990;;;-999.990;-9.990;0")
        elif hour % 10 == 7:
            rows.append(f"{stamp(hour)};-999.990;-9.990;0;N;7;100;;;-999.990;;;-999.990;-9.990;0")
        elif hour == 30:
            rows.append(f"{stamp(hour)};-999.99;-9.99;0;N;82;100;;;-999.990;;;-999.990;-9.990;0")
        elif hour % 10 == 5:
            rows.append(f"{stamp(hour)};{value:.3f};-9.990;1;O;{7 if hour < 30 else 8};101;{end}{value:.3f};-9.990;1")
        else:
            within, without = f"0.{hour:03d};{hour % 55 + 3}", f"{value - 0.1:.3f};0.001;{hour % 55 + 2}"
            rows.append(f"{stamp(hour)};{value:.3f};{within};O;{7 if hour < 30 else 8};101;{end}{without}")
    return rows


def release(count=60, **items):
    """Return the content of a release of CO2."""
    return with_header(release_rows(count), RELEASE_TITLES, items)


def near_real_time(count=24):
    """Return the content of a file in near real time."""
    rows = [
        f"{stamp(hour)};{415 + 0.1 * hour:.3f};0.0{10 + hour};12;U;7;5;Stabilization,Unitary data;F-1;;1.4{hour:02d};0.025;"
        f"{405 + 0.1 * hour:.3f};-999.990;-999.990;-999.990"
        for hour in range(count)
    ]
    return with_header(rows, NRT_TITLES, {"MEASUREMENT SCALE": "WMOX2007", "PROJECT DATA VERSION": None, "DATA PRODUCT TYPE": "NRT"})


def old_layout():
    """Return the content of a file of the old layout, whose cells are separated by blanks and whose header is the titles."""
    titles = (
        "Site Year Month Day Hour Minute Date co2 Stdev NbPoints Flag QualityId LastModifiedYear AutoDescriptiveFlag ManualDescriptiveFlag"
    )
    rows = [
        "ABC 2011 03 29 23 59 2011.241094 -999.990 -9.990 0 N 38938 2015  ",
        "ABC 2011 03 30 08 52 2011.242108 401.645 0.087 13 U 38881 2015  ",
        "ABC 2011 03 30 17 42 2011.243116 397.473 0.082 14 U 38881 2015",
    ]
    return ("\n".join([titles, *rows]) + "\n").encode()


def flasks(gas="CO2", count=5):
    """Return the content of a file of flasks."""
    rows = []
    for number in range(count):
        start = BEGIN + timedelta(days=2 * number)
        times = f"{start:%Y-%m-%dT%H:%M:%SZ};{start + timedelta(minutes=59, seconds=59):%Y-%m-%dT%H:%M:%SZ}"
        rows.append(f"ABC;50;F0{1800 + number};961;{2700 + number};{times};{420 + number}.500;0.020;0.030;-999.990;0.041;3;O;9")
    items = {"TIME INTERVAL": "integrated sampling", "MEASUREMENT SCALE": "WMO X2019", "SAMPLING TYPE": "discrete"}
    return with_header(rows, FLASK_TITLES, items, gas=gas)
