"""Every stream with a time axis as lines of text."""

from icos_core import Exporter
from icos_core.dataset import quantities
from icos_core.exceptions import ExportRefused
from icos_core.versioned import Options


class LinesOptions(Options):
    """Options."""

    suffix: str = "txt"
    fail: bool = False
    refuse: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def export(streams, folder, options, context):
    paths = []
    for name, stream in sorted(streams.items()):
        if "time" not in stream.dims or name in options.without:
            continue
        path = folder / f"{name}.{options.suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [f"# {name} {context.newest}"]
        for position, time in enumerate(stream["time"].values):
            cells = [
                f"{each}={float(stream[each].values[position])!r}/{int(stream[f'{each}_flag'].values[position])}"
                for each in sorted(quantities(stream))
            ]
            rows.append(",".join([str(time), *cells]))
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        paths.append(path)
        if options.fail:
            raise OSError("no space left on device")
    if options.without:
        raise ExportRefused([f"{name}: it is left out" for name in options.without])
    return paths


def check(options, context):
    if "FAULT" in options.refuse:
        raise KeyError("a fault of the exporter")
    return options.refuse


EXPORTER = Exporter(name="lines", summary="text", options=LinesOptions, export=export, check=check)
