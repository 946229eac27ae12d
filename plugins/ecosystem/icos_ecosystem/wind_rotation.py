"""Rotations of the wind into the mean flow, as matrices: means, covariances and everything else linear in the wind follow by algebra."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["MAXIMUM_ROLL", "double_rotation", "plane_rotation", "rotate_covariance", "rotate_mean", "third_rotation", "yaw_rotation"]

MAXIMUM_ROLL = 10.0
"""Degrees beyond which the third rotation is not made."""


def yaw_rotation(mean: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Turn about the vertical axis until the mean lateral wind is nil.

    Parameters
    ----------
    mean
        (n, 3) mean wind [m s-1].

    Returns
    -------
    matrices, yaw
        (n, 3, 3) and (n,) in radians.
    """
    yaw = np.arctan2(mean[:, 1], mean[:, 0])
    cosine, sine = np.cos(yaw), np.sin(yaw)
    return _matrix([[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]]), yaw


def double_rotation(mean: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Turn until the mean lateral and the mean vertical wind are nil.

    Parameters
    ----------
    mean
        (n, 3) mean wind [m s-1].

    Returns
    -------
    matrices, yaw, pitch
        (n, 3, 3), and (n,) angles in radians.

    References
    ----------
    Wilczak, J. M. et al. (2001), Boundary-Layer Meteorol. 99, 127-150, doi:10.1023/A:1018966204465.
    """
    first, yaw = yaw_rotation(mean)
    turned = rotate_mean(first, mean)
    # Round-off may lift the ratio above one where there is no horizontal wind.
    with np.errstate(invalid="ignore", divide="ignore"):
        pitch = np.arcsin(np.clip(turned[:, 2] / np.hypot(turned[:, 0], turned[:, 2]), -1.0, 1.0))
    cosine, sine = np.cos(pitch), np.sin(pitch)
    second = _matrix([[cosine, 0.0, sine], [0.0, 1.0, 0.0], [-sine, 0.0, cosine]])
    return second @ first, yaw, pitch


def third_rotation(covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Turn about the mean wind until lateral and vertical wind are uncorrelated.

    Parameters
    ----------
    covariance
        (n, 3, 3) of the wind after double rotation [m2 s-2].

    Returns
    -------
    matrices, roll
        (n, 3, 3), and (n,) radians; nil where the angle would exceed :data:`MAXIMUM_ROLL`.

    References
    ----------
    McMillen, R. T. (1988), Boundary-Layer Meteorol. 43, 231-245, doi:10.1007/BF00128405.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        roll = 0.5 * np.arctan(2.0 * covariance[:, 1, 2] / (covariance[:, 1, 1] - covariance[:, 2, 2]))
    roll = np.where(np.abs(np.degrees(roll)) < MAXIMUM_ROLL, roll, np.where(np.isnan(roll), np.nan, 0.0))
    cosine, sine = np.cos(roll), np.sin(roll)
    return _matrix([[1.0, 0.0, 0.0], [0.0, cosine, sine], [0.0, -sine, cosine]]), roll


def plane_rotation(b1: FloatArray, b2: FloatArray) -> FloatArray:
    """Turn the vertical axis normal to a plane w = b0 + b1 u + b2 v.

    Parameters
    ----------
    b1, b2
        (n,) slopes of the plane.

    Returns
    -------
    ndarray
        (n, 3, 3) matrices, to be followed by :func:`yaw_rotation`.

    References
    ----------
    Wilczak, J. M. et al. (2001), Boundary-Layer Meteorol. 99, 127-150, doi:10.1023/A:1018966204465.
    """
    norm = np.sqrt(b1 * b1 + b2 * b2 + 1.0)
    p31, p32, p33 = -b1 / norm, -b2 / norm, 1.0 / norm
    length = np.hypot(p32, p33)
    sin_b, cos_b = -p32 / length, p33 / length
    return _matrix([[length, p31 * sin_b, -p31 * cos_b], [0.0, cos_b, sin_b], [p31, p32, p33]])


def rotate_mean(matrices: FloatArray, mean: FloatArray) -> FloatArray:
    """Return the (n, 3) rotated means."""
    rotated: FloatArray = np.einsum("nij,nj->ni", matrices, mean)
    return rotated


def rotate_covariance(matrices: FloatArray, covariance: FloatArray) -> FloatArray:
    """Return the (n, …, 3, 3) rotated covariances of the wind with itself."""
    rotated: FloatArray = np.einsum("nij,n...jk,nlk->n...il", matrices, covariance, matrices)
    return rotated


def _matrix(rows: list[list[FloatArray | float]]) -> FloatArray:
    shape = np.broadcast_shapes(*(np.shape(each) for row in rows for each in row))
    return np.stack([np.stack([np.broadcast_to(each, shape) for each in row], axis=-1) for row in rows], axis=-2).astype(np.float64)
