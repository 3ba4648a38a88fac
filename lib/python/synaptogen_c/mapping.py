# SPDX-License-Identifier: MIT
"""Weights as conductances: differential pairs, an offset, and slices of a weight over several cells.

A mapping works with weights in units of their largest one, so between -1 and 1. A tile has a row for each input and
one or more columns for each output. The same rule turns conductances into weights, and column currents into the
products of a matrix: both are linear, see :meth:`Mapping.outputs`.

Sources: the usual forms of analogue matrices, e.g. T. P. Xiao et al., Appl. Phys. Rev. 7, 031301 (2020),
doi:10.1063/1.5143815, section III.
"""
from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._check import fail

Matrix = NDArray[np.float64]

__all__ = ["Mapping", "Differential", "Offset", "Slices"]


class Mapping:
    """What all mappings have in common. Use :class:`Differential`, :class:`Offset` or :class:`Slices`.

    A mapping has no state. All methods may be called from any thread.
    """

    def window(self) -> tuple[float | None, float | None]:
        """Returns the limits [S] that the user has set; None where the law of the cells decides."""
        raise NotImplementedError

    def columns(self, outputs: int) -> int:
        """Returns the number of columns of a tile with this number of outputs."""
        raise NotImplementedError

    def conductances(self, weights: Matrix, g_min: float, g_max: float) -> Matrix:
        """Returns the conductances of a tile.

        Parameters
        ----------
        weights : array (outputs, inputs)
            Weights between -1 and 1.
        g_min, g_max : float
            Window [S].

        Returns
        -------
        array (inputs, columns)
            Conductances [S], all of them in the window.
        """
        raise NotImplementedError

    def signals(self, currents: Matrix) -> Matrix:
        """Returns what the converters of a tile get: (signals, n) from column currents (columns, n) [A]."""
        return currents

    def outputs(self, signals: Matrix, total: Matrix, g_min: float, g_max: float) -> Matrix:
        """Returns products from the signals of a tile: the digital part.

        Parameters
        ----------
        signals : array (signals, n)
            What :meth:`signals` returns, divided by the voltage [V] of an input of 1: unit S.
        total : array (n,)
            Sum of the inputs of the tile.
        g_min, g_max : float
            Window [S].

        Returns
        -------
        array (outputs, n)
            Products of the weights between -1 and 1 with the inputs.
        """
        raise NotImplementedError

    def weights(self, conductances: Matrix, g_min: float, g_max: float) -> Matrix:
        """Returns the weights (outputs, inputs) of a tile with conductances (inputs, columns) [S].

        These are the products with each unit vector. So a matrix of currents for 1 V at each input in turn gives the
        weights that the tile has through its wires.
        """
        rows = conductances.shape[0]
        return self.outputs(self.signals(conductances.T), np.ones(rows), g_min, g_max)

    def per_output(self, values: Matrix, outputs: int) -> Matrix:
        """Returns the mean (outputs, inputs) of values (columns, inputs) over the columns of each output."""
        raise NotImplementedError

    def digits(self, weights: Matrix, base: int, count: int) -> list[Matrix]:
        """Returns weights as `count` digits of the given base, each as a weight of its own, lowest digit first."""
        raise NotImplementedError


def _whole_digits(share: Matrix, base: int, count: int) -> list[Matrix]:
    """Returns numbers between 0 and 1 as digits, each divided by base - 1, lowest first."""
    whole = np.rint(share * float(base**count - 1)).astype(np.int64)
    return [(whole // base**k % base) / float(base - 1) for k in range(count)]


@dataclasses.dataclass(frozen=True)
class _Window(Mapping):
    """The window of the conductances."""

    g_min: float | None = None
    g_max: float | None = None

    def __post_init__(self) -> None:
        for name in ("g_min", "g_max"):
            value = getattr(self, name)
            if value is not None and not (np.isfinite(value) and value > 0):
                fail(name, "a conductance above 0 S, or None", value)
        if self.g_min is not None and self.g_max is not None and self.g_min >= self.g_max:
            fail("g_min", f"a conductance below g_max = {self.g_max:g} S", self.g_min)

    def window(self) -> tuple[float | None, float | None]:
        return self.g_min, self.g_max


@dataclasses.dataclass(frozen=True)
class Differential(_Window):
    """Two neighbouring columns for each output; a weight is the difference of their cells.

    A positive weight w is g_min + w (g_max - g_min) in the first column and g_min in the second one; a negative
    weight the other way round. The columns of a pair are side by side, so that wires take about the same from both.

    Parameters
    ----------
    g_min, g_max : float, optional
        Window of the conductances [S]. Without a value it follows from the law of the cells: the smallest and the
        largest conductance that 99.9 % of them reach.
    subtract : {"analog", "digital"}
        Where the currents of a pair are subtracted: before one converter, or after two of them.
    """

    subtract: str = "analog"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.subtract not in ("analog", "digital"):
            fail("subtract", "'analog' or 'digital'", self.subtract)

    def columns(self, outputs: int) -> int:
        return 2 * outputs

    def conductances(self, weights: Matrix, g_min: float, g_max: float) -> Matrix:
        g = np.empty((weights.shape[1], 2 * weights.shape[0]))
        g[:, 0::2] = np.maximum(weights, 0).T
        g[:, 1::2] = np.maximum(-weights, 0).T
        return g_min + g * (g_max - g_min)

    def signals(self, currents: Matrix) -> Matrix:
        return currents[0::2] - currents[1::2] if self.subtract == "analog" else currents

    def outputs(self, signals: Matrix, total: Matrix, g_min: float, g_max: float) -> Matrix:
        difference = signals if self.subtract == "analog" else signals[0::2] - signals[1::2]
        return difference / (g_max - g_min)

    def per_output(self, values: Matrix, outputs: int) -> Matrix:
        return (values[0::2] + values[1::2]) / 2

    def digits(self, weights: Matrix, base: int, count: int) -> list[Matrix]:
        return [np.sign(weights) * digit for digit in _whole_digits(np.abs(weights), base, count)]


@dataclasses.dataclass(frozen=True)
class Offset(_Window):
    """One column for each output; a weight of 0 is in the middle of the window.

    A weight w is (g_min + g_max) / 2 + w (g_max - g_min) / 2. The middle is taken off again.

    Parameters
    ----------
    g_min, g_max : float, optional
        Window of the conductances [S]. Without a value it follows from the law of the cells: the smallest and the
        largest conductance that 99.9 % of them reach.
    reference : {"digital", "column"}
        How the middle is taken off. "digital": the sum of the inputs times the middle, which supposes cells and wires
        without error. "column": a column more in each tile, whose cells are all in the middle. Its current is
        subtracted after the converters.
    """

    reference: str = "digital"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.reference not in ("digital", "column"):
            fail("reference", "'digital' or 'column'", self.reference)

    def columns(self, outputs: int) -> int:
        return outputs + (self.reference == "column")

    def conductances(self, weights: Matrix, g_min: float, g_max: float) -> Matrix:
        middle, half = (g_min + g_max) / 2, (g_max - g_min) / 2
        g: Matrix = np.full((weights.shape[1], self.columns(weights.shape[0])), middle)
        g[:, : weights.shape[0]] += weights.T * half
        return g

    def outputs(self, signals: Matrix, total: Matrix, g_min: float, g_max: float) -> Matrix:
        middle, half = (g_min + g_max) / 2, (g_max - g_min) / 2
        if self.reference == "column":
            return np.asarray((signals[:-1] - signals[-1]) / half)
        return np.asarray((signals - middle * total) / half)

    def per_output(self, values: Matrix, outputs: int) -> Matrix:
        return np.asarray(values[:outputs])

    def digits(self, weights: Matrix, base: int, count: int) -> list[Matrix]:
        return [2 * digit - 1 for digit in _whole_digits((weights + 1) / 2, base, count)]


@dataclasses.dataclass(frozen=True)
class Slices(Mapping):
    """A weight over several cells, each with some of its bits.

    A weight has `count` digits of `bits` bits, and `inner` maps each digit. With base B = 2^bits and digits d_s
    between 0 and B - 1, |w| = sum_s B^s d_s / (B^count - 1). Products of the slices are added digitally with the
    factors B^s (B - 1) / (B^count - 1). All columns of a slice are side by side. Weights are rounded to
    bits * count bits (and a sign with differential pairs).

    Parameters
    ----------
    bits : int
        Bits of a cell, 1 to 8.
    count : int
        Cells of a weight, 1 to 16. bits * count is at most 32.
    inner : Mapping
        How a digit becomes conductances. Its window is that of the slices.
    """

    bits: int = 2
    count: int = 4
    inner: Mapping = dataclasses.field(default_factory=Differential)

    def __post_init__(self) -> None:
        if not (isinstance(self.bits, int) and 1 <= self.bits <= 8):
            fail("bits", "an integer from 1 to 8", self.bits)
        if not (isinstance(self.count, int) and 1 <= self.count <= 16 and self.bits * self.count <= 32):
            fail("count", "an integer from 1 to 16, with bits * count at most 32", self.count)
        if not isinstance(self.inner, (Differential, Offset)):
            fail("inner", "a Differential or an Offset", self.inner)

    def window(self) -> tuple[float | None, float | None]:
        return self.inner.window()

    def columns(self, outputs: int) -> int:
        return self.count * self.inner.columns(outputs)

    def conductances(self, weights: Matrix, g_min: float, g_max: float) -> Matrix:
        digits = self.inner.digits(weights, 2**self.bits, self.count)
        return np.hstack([self.inner.conductances(digit, g_min, g_max) for digit in digits])

    def signals(self, currents: Matrix) -> Matrix:
        return np.vstack([self.inner.signals(part) for part in np.split(currents, self.count)])

    def outputs(self, signals: Matrix, total: Matrix, g_min: float, g_max: float) -> Matrix:
        base = 2**self.bits
        parts = [self.inner.outputs(part, total, g_min, g_max) for part in np.split(signals, self.count)]
        result: Matrix = sum((base**s * part for s, part in enumerate(parts)), start=np.zeros_like(parts[0]))
        return np.asarray(result * ((base - 1) / (base**self.count - 1)))

    def per_output(self, values: Matrix, outputs: int) -> Matrix:
        parts = [self.inner.per_output(part, outputs) for part in np.split(values, self.count)]
        return np.asarray(sum(parts) / len(parts))


KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in (Differential, Offset, Slices)}
