"""Table of contents."""

from icos_core import Entry, hookimpl


@hookimpl
def icos_readers():
    return [Entry(kind="reader", name="minute-logger", summary="test logger", load="icos_minutes.logger:READER")]


@hookimpl
def icos_calibrators():
    return [
        Entry(kind="calibrator", name="gain", summary="row by row", load="icos_minutes.gain:CALIBRATOR"),
        Entry(kind="calibrator", name="barometer", summary="row by row", load="icos_minutes.barometer:CALIBRATOR"),
        Entry(kind="calibrator", name="half-hour", summary="condenses", load="icos_minutes.half_hour:CALIBRATOR"),
    ]


@hookimpl
def icos_products():
    return [
        Entry(kind="product", name="above-level", summary="signals above levels", load="icos_minutes.level:PRODUCT"),
        Entry(kind="product", name="daily", summary="daily means", load="icos_minutes.daily:PRODUCT"),
        Entry(kind="product", name="whole", summary="mean of the daily means", load="icos_minutes.daily:WHOLE"),
    ]


@hookimpl
def icos_exporters():
    return [Entry(kind="exporter", name="lines", summary="text", load="icos_minutes.lines:EXPORTER")]
