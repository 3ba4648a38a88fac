# SPDX-License-Identifier: MIT
"""The names of the public NumPy package of the model's authors (github.com/thennen/Synaptogen) over this library.

    from synaptogen_c.public import *          # in place of: from synaptogen import *

A script for that package runs unchanged. Differences: it is repeatable (`seed`), a first positive pulse on fresh cells
changes nothing, the current of a cell never flows against its voltage, and `CellArray` has no buffers of the
calculation (Xhat, masks).
"""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, Optional, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._library import numbers, refuse, whole
from .array import LARGEST, Array
from .device import FEATURES, Model, default_model

Floats = NDArray[np.float32]
iHRS, iUS, iLRS, iUR = range(4)
Uread = np.float32(0.2)

_next_seed = 0


def seed(number: int) -> None:
    """Sets the seed of the next CellArrayCPU. Each further one takes the next number. A program starts at 0."""
    global _next_seed
    _next_seed = whole(number, "seed", 0, LARGEST)


class CellParams:
    """A parameter set: Umax, U0 [V], η, p (order), nfeatures and `model`."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.Umax = np.float32(model.u_max)
        self.U0 = np.float32(model.u0)
        self.η = np.float32(model.eta)
        self.p = model.order
        self.nfeatures = len(FEATURES)

    def __repr__(self) -> str:
        return f"<CellParams of {self.model!r}>"


def _translated(given: Dict[str, Any], name: str) -> Dict[str, Any]:
    """A parameter file of the public package in this project's format: highest powers come last here."""
    gamma = np.array(given["γ"], dtype=float)
    features, components = len(gamma), len(given["wk"])
    chol = np.array(given["LDtD"], dtype=float).reshape(2 * features, components, 2 * features)
    orders: Dict[str, Any] = {}
    for key in given:
        if key.startswith("VAR"):
            blocks = np.array(given[key], dtype=float).reshape(features, -1, features).swapaxes(0, 1)
            orders[str(len(blocks) - 1)] = {"B": blocks[0].tolist(), "A": blocks[:0:-1].tolist()}

    def rising(values: Any) -> List[float]:
        return [float(v) for v in reversed(values)]

    return {
        "format": "synaptogen-params/1", "name": name[:63], "features": list(FEATURES),
        "u0": given["U₀"], "u_max": given["Umax"], "eta": given["η"],
        "iv": {"hhrs": rising(given["HHRS"]), "llrs": rising(given["LLRS"])},
        "gamma": [rising(row) for row in gamma],
        "device_gmm": {"weight": given["wk"], "mean": np.array(given["μDtD"], dtype=float).T.tolist(),
                       "chol": chol.swapaxes(0, 1).tolist()},
        "var": orders,
    }  # fmt: skip


def load_params(param_fp: Union[str, os.PathLike[str], None] = None, p: int = 10) -> CellParams:
    """Reads a parameter file of the public package or of this project. None: the built-in device.

    Parameters
    ----------
    param_fp : path or None
    p : int
        Order of the autoregression. The file must hold it.
    """
    if param_fp is None:
        return CellParams(Model(order=p))
    try:
        with open(param_fp, encoding="UTF-8") as file:
            given = json.load(file)
    except (OSError, ValueError):
        given = None  # the library says what is wrong with it
    if not isinstance(given, dict) or "γ" not in given:
        return CellParams(Model(param_fp, order=p))
    name = os.path.splitext(os.path.basename(os.fspath(param_fp)))[0]
    try:
        text = json.dumps(_translated(given, name)).encode()
    except (KeyError, TypeError, ValueError) as error:
        raise refuse("param_fp", f"{os.fspath(param_fp)} is no parameter file of the public package: {error!r}") from None
    model = Model.__new__(Model)
    model._make(text, os.fsencode(param_fp), p)
    return CellParams(model)


default_params = CellParams(default_model())


class CellArray:
    """Cells in one row, made by CellArrayCPU.

    Attributes
    ----------
    M : int
        Number of cells.
    cells : Array
        The array of the library.
    params : CellParams
    """

    def __init__(self, cells: Array, params: CellParams) -> None:
        self.cells = cells
        self.M = cells.size
        self.params = params

    def __len__(self) -> int:
        return self.M

    @property
    def r(self) -> Floats:
        """States: 0 = LLRS, 1 = HHRS. (M,)."""
        return self.cells.state[:, 0]

    @property
    def n(self) -> "NDArray[np.int64]":
        """Cycle numbers. (M,)."""
        return self.cells.cycle[:, 0].astype(np.int64)

    @property
    def y(self) -> Floats:
        """Features of the present cycle: R_HRS [ohm], U_S [V], R_LRS [ohm], U_R [V]. (4, M)."""
        return np.vstack([HRS(self), US(self), LRS(self), UR(self)])

    @property
    def UR(self) -> Floats:
        """V: beyond it a cell RESETs. (M,)."""
        return self.cells._modes()[2][:, 0]

    @property
    def inHRS(self) -> "NDArray[np.bool_]":
        """Which cells are in HRS. (M,)."""
        return np.asarray(self.cells.mode[:, 0] == 0)

    @property
    def inLRS(self) -> "NDArray[np.bool_]":
        """Which cells are in LRS. (M,)."""
        return np.asarray(self.cells.mode[:, 0] == 1)

    def __matmul__(self, v: ArrayLike) -> Floats:
        """Product of the cells as a matrix [M / len(v), len(v)], column-major, with voltages [V]; noise of 1e8 Hz."""
        volts = numbers(v, np.float32, "v", (None,))
        if volts.size == 0 or self.M % volts.size:
            raise refuse("v", f"{volts.size} voltages do not divide {self.M} cells")
        rows = self.M // volts.size
        currents: Floats = Iread(self, np.repeat(volts, rows)).reshape(rows, volts.size, order="F").sum(axis=1)
        return currents

    def __repr__(self) -> str:
        return f"<CellArray of {self.cells!r}>"


def CellArrayCPU(M: int, params: CellParams = default_params, seed: Optional[int] = None) -> CellArray:
    """M cells in HRS. seed None: one after the last one, see the function `seed`."""
    global _next_seed
    number = _next_seed if seed is None else whole(seed, "seed", 0, LARGEST)
    cells = CellArray(Array(whole(M, "M", 1, 2**48), params.model, number), params)
    if seed is None:
        _next_seed = (number + 1) & LARGEST
    return cells


def _volts(c: CellArray, U: ArrayLike) -> Any:
    """Voltages for the array: a number, or one for each cell."""
    volts = numbers(U, np.float32, "U")
    return volts if volts.ndim == 0 else numbers(volts, np.float32, "U", (c.M,)).reshape(-1, 1)


def applyVoltage(c: CellArray, Ua: ArrayLike) -> CellArray:
    """Applies a voltage [V] to all cells, or one to each. Returns c."""
    c.cells.apply(_volts(c, Ua))
    return c


def I(c: CellArray, U: ArrayLike) -> Floats:  # noqa: E743
    """Currents [A] of the cells at U [V], a number or one for each, without noise. (M,)."""
    return c.cells.read(_volts(c, U))[:, 0]


def Iread(c: CellArray, U: ArrayLike = Uread, BW: float = 1e8) -> Floats:
    """Currents [A] of the cells at U [V], a number or one for each, with noise of BW [Hz]. (M,)."""
    return c.cells.read(_volts(c, U), BW)[:, 0]


def HRS(c: CellArray) -> Floats:
    """R_HRS [ohm] of the present cycles. (M,)."""
    return np.asarray(10 ** c.cells.features("log10_r_hrs")[:, 0])


def US(c: CellArray) -> Floats:
    """U_S [V] of the present cycles. (M,)."""
    return c.cells.features("u_set")[:, 0]


def LRS(c: CellArray) -> Floats:
    """R_LRS [ohm] of the present cycles. (M,)."""
    return c.cells.features("r_lrs")[:, 0]


def UR(c: CellArray) -> Floats:
    """U_R [V] of the present cycles. (M,)."""
    return c.cells.features("u_reset")[:, 0]


def ADC(v: ArrayLike, vmin: float = 1e-6, vmax: float = 5e-5, nbits: int = 4) -> Floats:
    """The nearest of 2^nbits levels from vmin to vmax, in the unit of v."""
    values = numbers(v, np.float32, "v")
    step = (vmax - vmin) / (2**nbits - 1)
    levels: Floats = (vmin + step * np.clip(np.floor((values - vmin) / step + 0.5), 0, 2**nbits - 1)).astype(np.float32)
    return levels


__all__ = ["ADC", "CellArrayCPU", "HRS", "I", "Iread", "LRS", "UR", "US", "applyVoltage", "default_params", "load_params",
           "seed"]
