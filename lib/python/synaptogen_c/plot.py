# SPDX-License-Identifier: MIT
"""Pictures of arrays, crossbars and matrices. They need matplotlib.

Each function draws into `ax`, or into a new figure if there is none, and returns the axes, so that
``plot.errors(A).figure.savefig("errors.png")`` makes a picture.
"""
from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._check import fail, finite
from ._library import refuse
from .array import Array
from .crossbar import Crossbar
from .matrix import AnalogMatrix, Tile

__all__ = ["conductances", "errors", "ir_drop", "transfer"]


def _axes(ax: Any) -> Any:
    """The given axes, or those of a new figure."""
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot  # type: ignore[import]
    except ImportError as error:
        raise refuse("matplotlib", f"expected this package of Python, for pictures; found none: {error}") from error
    return pyplot.subplots(layout="constrained")[1]


def _map(ax: Any, values: Any, label: str, **options: Any) -> Any:
    """A matrix as colours, word lines downwards, with a scale."""
    image = ax.imshow(values, aspect="equal", interpolation="nearest", **options)
    ax.figure.colorbar(image, ax=ax, label=label, shrink=0.8)
    ax.set_xlabel("bit line")
    ax.set_ylabel("word line")
    return ax


def conductances(cells: Array | Tile | ArrayLike, u: float | None = None, ax: Any = None) -> Any:
    """Draws the conductance of each cell.

    Parameters
    ----------
    cells : Array, Tile or array (rows, columns)
        Cells, or their conductances [S].
    u : float, optional
        Voltage [V] at which conductances are taken. None: u0 of the parameter set.
    ax : matplotlib axes, optional
    """
    if isinstance(cells, Tile):
        cells = cells.target if cells.array is None else cells.array
    g = cells.conductance(u) if isinstance(cells, Array) else finite(cells, "cells", (None, None))
    return _map(_axes(ax), 1e6 * np.asarray(g), "conductance [µS]", vmin=0, cmap="viridis")


def ir_drop(crossbar: Crossbar, v: ArrayLike, ax: Any = None) -> Any:
    """Draws the voltage across each cell, as a part of the voltage of its word line.

    Parameters
    ----------
    crossbar : Crossbar
    v : float or array (rows,)
        Voltages at the left ends of the word lines [V], none of them 0.
    ax : matplotlib axes, optional
    """
    volts = np.broadcast_to(finite(v, "v"), crossbar.shape[:1])
    if (volts == 0).any():
        fail(f"v[{int(np.argmin(np.abs(volts)))}]", "a voltage that is not 0 V", 0.0)
    left = crossbar.solve(left=volts).cell_u / volts[:, None]
    return _map(_axes(ax), 100 * left, "voltage that is left [%]", vmin=0, vmax=100, cmap="magma")


def transfer(matrix: AnalogMatrix, x: ArrayLike, ax: Any = None) -> Any:
    """Draws what the hardware gives against the exact products.

    Parameters
    ----------
    matrix : AnalogMatrix
    x : array (inputs, n)
    ax : matplotlib axes, optional
    """
    ax = _axes(ax)
    exact, found = (matrix.weights @ finite(x, "x")).ravel(), (matrix @ x).ravel()
    ax.plot(exact, found, ".", markersize=2, rasterized=True)
    ends = [min(exact.min(), found.min()), max(exact.max(), found.max())]
    ax.plot(ends, ends, "k", linewidth=0.8)
    ax.set_xlabel("exact product")
    ax.set_ylabel("product of the cells")
    rms = float(np.sqrt(np.mean((found - exact) ** 2)) / (np.sqrt(np.mean(exact**2)) or 1.0))
    ax.set_title(f"root mean square error {rms:.2%} of the products", fontsize="medium")
    return ax


def errors(matrix: AnalogMatrix, ax: Any = None) -> Any:
    """Draws histograms of the errors of the weights: those of the cells, and through the wires.

    Parameters
    ----------
    matrix : AnalogMatrix
    ax : matplotlib axes, optional
    """
    ax = _axes(ax)
    parts = {"cells": matrix.programmed, "through the wires": matrix.effective}
    if np.array_equal(parts["cells"], parts["through the wires"]):
        del parts["through the wires"]
    off = {name: 100 * ((weights - matrix.weights) / matrix.scale).ravel() for name, weights in parts.items()}
    bins = np.histogram_bin_edges(np.concatenate(list(off.values())), 100)
    for name, values in off.items():
        ax.hist(values, bins, histtype="step", label=f"{name}: rms {np.sqrt(np.mean(values**2)):.2g} %")
    ax.set_yscale("log")
    ax.set_xlabel("error of a weight [% of the largest]")
    ax.set_ylabel("weights")
    ax.legend(loc="upper left", fontsize="small")
    return ax
