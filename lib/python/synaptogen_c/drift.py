# SPDX-License-Identifier: MIT
"""Drift and relaxation of conductances after programming: an overlay on what a read sees."""
from __future__ import annotations

import ctypes
import dataclasses

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _abi
from ._check import fail
from ._library import address, call, numbers, whole

__all__ = ["Drift"]


@dataclasses.dataclass(frozen=True)
class Drift:
    """The law of drift and relaxation, with figures of your devices: the trained model has neither.

    A cell that was programmed to g at t0 has g max(0, (t / t0)^-nu + relaxation sqrt(log10(t / t0)) z) at t >= t0, with
    nu = nu_mean + nu_sd y, and two standard normals y and z of its own. Sources: V. Joshi et al., Nature Communications
    11 (2020) 2473 (drift); W. Wan et al., Nature 608 (2022) 504 (relaxation). drift.h tells more.

    Parameters
    ----------
    nu_mean, nu_sd : float
        Exponent of the drift: mean, and standard deviation between cells.
    relaxation : float
        Standard deviation of g(t) / g after one decade.
    t0 : float
        s after programming, when g was verified.
    """

    nu_mean: float = 0.0
    nu_sd: float = 0.0
    relaxation: float = 0.0
    t0: float = 1.0

    def __post_init__(self) -> None:
        if not np.isfinite(self.nu_mean):
            fail("nu_mean", "a finite number", self.nu_mean)
        for name in ("nu_sd", "relaxation"):
            if not (np.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                fail(name, "a finite number from 0", getattr(self, name))
        if not (np.isfinite(self.t0) and self.t0 > 0):
            fail("t0", "a finite time above 0 s", self.t0)

    def apply(self, conductances: ArrayLike, time: float, seed: int = 0, first: int = 0) -> NDArray[np.float32]:
        """Returns the conductances at a time.

        Parameters
        ----------
        conductances : array
            S, at t0, of the cells first, first + 1 .. of a seed; a matrix column by column, as in an Array.
        time : float
            s, at least t0.
        seed, first : int
            Name the cells: those of an Array with this seed and first cell.
        """
        g: NDArray[np.float32] = np.array(numbers(conductances, np.float32, "conductances"), order="F")
        law = _abi.syn_drift(nu_mean=self.nu_mean, nu_sd=self.nu_sd, relaxation=self.relaxation, t0=self.t0)
        cells = whole(seed, "seed", 0, 2**64 - 1), whole(first, "first", 0, 2**64 - 1)
        call("syn_drift_apply", ctypes.byref(law), *cells, float(time), address(g), g.size)
        return g
