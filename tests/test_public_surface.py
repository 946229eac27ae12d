"""What the package exports is a promise."""

import icos_core

EXPORTED = {
    "CalibrationResult",
    "Calibrator",
    "Cascade",
    "Command",
    "Context",
    "DataError",
    "DescriptionError",
    "Entry",
    "Exporter",
    "Figure",
    "Guess",
    "IcosError",
    "InputError",
    "LockedError",
    "Mistake",
    "Outcome",
    "PluginError",
    "Problem",
    "Product",
    "ProductResult",
    "QualityTest",
    "ReadResult",
    "Reader",
    "Requirement",
    "RunError",
    "RunResult",
    "SimulationResult",
    "Simulator",
    "Span",
    "Table",
    "Tally",
    "Variable",
    "hookimpl",
    "run",
}


def test_exported_names():
    assert set(icos_core.__all__) == EXPORTED
    assert icos_core.__all__ == sorted(icos_core.__all__, key=lambda name: (name.islower(), name))


def test_every_name_is_there():
    for name in icos_core.__all__:
        assert getattr(icos_core, name) is not None
