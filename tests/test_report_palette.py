"""Colours that people with colour-vision deficiency can tell apart.

Deficiency is simulated with the matrices (severity 1) of Machado, G. M., Oliveira, M. M., Fernandes, L. A. F. (2009): A
physiologically-based model for simulation of color vision deficiency. IEEE Transactions on Visualization and Computer Graphics 15,
1291–1298. https://doi.org/10.1109/TVCG.2009.113. Distances are those of CIE 1976 L*a*b*, contrast that of WCAG 2.2.
"""

from itertools import combinations

import numpy as np
import pytest

from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED, QUESTIONABLE
from icos_core.report.palette import DIVERGING, FLAGS, INK, MUTED_INK, SERIES

VISION = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])


def linear(colour):
    channel = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channel <= 0.04045, channel / 12.92, ((channel + 0.055) / 1.055) ** 2.4)


def lab(colour, vision):
    xyz = TO_XYZ @ np.clip(np.asarray(VISION[vision]) @ linear(colour), 0, 1) / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one, other, vision):
    return float(np.linalg.norm(lab(one, vision) - lab(other, vision)))


def contrast_with_white(colour):
    return 1.05 / (float(TO_XYZ[1] @ linear(colour)) + 0.05)


def test_every_primary_flag_has_a_look():
    assert sorted(FLAGS) == sorted([GOOD, NOT_EVALUATED, QUESTIONABLE, BAD, MISSING])
    assert len({style.colour for style in FLAGS.values()}) == len(FLAGS)


@pytest.mark.parametrize("vision", VISION)
def test_flags_can_be_told_apart(vision):
    for one, other in combinations(FLAGS, 2):
        kin = {one, other} == {GOOD, NOT_EVALUATED}
        assert distance(FLAGS[one].colour, FLAGS[other].colour, vision) > (20 if kin else 30), (FLAGS[one].word, FLAGS[other].word)


@pytest.mark.parametrize("vision", VISION)
def test_series_can_be_told_apart(vision):
    for one, other in combinations(SERIES, 2):
        assert distance(one, other, vision) > 15, (one, other)


@pytest.mark.parametrize("vision", VISION)
def test_signs_can_be_told_apart_and_from_missing_values(vision):
    colours_of = pytest.importorskip("matplotlib.colors")
    colours = [colours_of.to_hex(colour) for colour in pytest.importorskip("matplotlib").colormaps[DIVERGING](np.linspace(0, 1, 21))]
    assert distance(colours[5], colours[15], vision) > 35
    assert distance(colours[0], colours[-1], vision) > 35
    for colour in colours:
        assert distance(colour, FLAGS[MISSING].colour, vision) > 12, colour


@pytest.mark.parametrize("vision", VISION)
def test_no_series_looks_bad_or_questionable(vision):
    for colour in SERIES:
        assert distance(colour, FLAGS[BAD].colour, vision) > 20, colour
        assert distance(colour, FLAGS[QUESTIONABLE].colour, vision) > 15, colour


def test_marks_and_text_stand_out_from_paper():
    assert all(contrast_with_white(FLAGS[flag].colour) > 3 for flag in (GOOD, QUESTIONABLE, BAD, MISSING))
    assert contrast_with_white(INK) > 7
    assert contrast_with_white(MUTED_INK) > 4.5
