# SPDX-License-Identifier: MIT
"""Converters at the edges of a tile: descriptions, and conversion by the library.

Level k of a converter stands for lo + k step, step = (hi - lo) / (2^bits - 1). The ADC sees (1 + gain_error) v +
offset, the DAC puts out (1 + gain_error) (lo + k step) + offset. The converters of a tile may differ: offsets and
gain errors are then normal, with the given standard deviations, drawn once for each line of each tile.
"""
from __future__ import annotations

import ctypes
import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _abi
from ._check import fail
from ._library import address, call, lib

Matrix = NDArray[np.float64]

__all__ = ["Adc", "Dac"]


@dataclasses.dataclass(frozen=True)
class _Converter:
    """What both converters have in common."""

    bits: int = 8
    offset: float = 0.0
    gain_error: float = 0.0
    offset_sd: float = 0.0
    gain_sd: float = 0.0

    def __post_init__(self) -> None:
        if not (isinstance(self.bits, int) and 1 <= self.bits <= 24):
            fail("bits", "an integer from 1 to 24", self.bits)
        for name in ("offset", "offset_sd"):
            if not np.isfinite(getattr(self, name)):
                fail(name, "a finite number of steps", getattr(self, name))
        if not -0.9 <= self.gain_error <= 0.9:
            fail("gain_error", "a number from -0.9 to 0.9", self.gain_error)
        if not (self.offset_sd >= 0 and 0 <= self.gain_sd <= 0.2):
            fail("offset_sd and gain_sd", "standard deviations from 0; gain_sd at most 0.2",
                 (self.offset_sd, self.gain_sd))

    def _lines(self, ranges: Matrix, key: tuple[int, int]) -> Any:
        """Returns a converter of the library for each line: ranges (lines, 2), key names the draws of the errors."""
        lines = len(ranges)
        z = np.random.Generator(np.random.Philox(key=np.array(key, dtype=np.uint64))).standard_normal((2, lines))
        converters = (_abi.syn_converter * lines)()
        for line, (lo, hi) in enumerate(ranges):
            step = (hi - lo) / (2**self.bits - 1)
            gain = np.clip(self.gain_error + self.gain_sd * z[1, line], -0.99, 0.99)
            converters[line] = _abi.syn_converter(lo, hi, self.bits, (self.offset + self.offset_sd * z[0, line]) * step,
                                                  gain)
        return converters

    def _convert(self, function: Any, values: Matrix, ranges: Matrix, key: tuple[int, int]) -> Matrix:
        v = np.array(values, dtype=np.float32, order="F")
        function(self._lines(ranges, key), v.shape[0], address(v), v.shape[1])
        return v.astype(np.float64)


@dataclasses.dataclass(frozen=True)
class Adc(_Converter):
    """Analogue-to-digital converters of the columns of a tile.

    Parameters
    ----------
    bits : int
        1 to 24.
    offset, offset_sd : float
        Offset of all converters, and standard deviation between them, in steps of the converter.
    gain_error, gain_sd : float
        Relative error of the gain of all converters, and standard deviation between them.
    clip : float, optional
        Of a calibration: the share of the sample that may lie outside of the range, 0 to below 1. None: the range
        with the least mean squared error.
    shared : bool
        True: all converters of a tile have one range. False: each column has its own.
    range : (float, float), optional
        A fixed range [A] for all tiles, which needs no calibration.
    """

    clip: float | None = 0.0
    shared: bool = True
    range: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.clip is not None and not 0 <= self.clip < 1:
            fail("clip", "a share from 0 to below 1, or None", self.clip)
        if self.range is not None:
            object.__setattr__(self, "range", tuple(float(v) for v in self.range))
            if len(self.range) != 2 or not (np.isfinite(self.range).all() and self.range[0] < self.range[1]):
                fail("range", "two finite currents [A], the smaller one first", self.range)

    def calibrate(self, sample: Matrix) -> Matrix:
        """Finds the ranges from currents that the converters will see.

        Parameters
        ----------
        sample : array (lines, n)
            Currents [A], finite.

        Returns
        -------
        array (lines, 2)
            lo and hi [A] of each line; the same for all lines if they share a range.
        """
        if self.range is not None:
            return np.tile(self.range, (len(sample), 1))
        parts = [sample.ravel()] if self.shared else list(sample)
        found = np.empty((len(parts), 2))
        for k, part in enumerate(parts):
            values, result = np.ascontiguousarray(part, dtype=np.float32), _abi.syn_converter()
            if self.clip is None:
                call("syn_adc_calibrate_least", address(values), values.size, self.bits, ctypes.byref(result))
            else:
                call("syn_adc_calibrate", address(values), values.size, self.bits, self.clip, ctypes.byref(result))
            found[k] = result.lo, result.hi
        return np.broadcast_to(found, (len(sample), 2)).copy()

    def convert(self, currents: Matrix, ranges: Matrix, key: tuple[int, int] = (0, 0)) -> Matrix:
        """Returns the values of the levels of currents (lines, n) [A].

        Parameters
        ----------
        currents : array (lines, n)
            Currents [A].
        ranges : array (lines, 2)
            lo and hi [A], as :meth:`calibrate` returns them.
        key : (int, int)
            Seed and number of the tile, for the errors of the converters.
        """
        return self._convert(lib.syn_adc_convert_lines, currents, ranges, key)


@dataclasses.dataclass(frozen=True)
class Dac(_Converter):
    """Digital-to-analogue converters of the rows of a tile, for inputs that are coded by amplitude.

    Inputs with a sign have levels on both sides of 0 and one at 0: 2^bits - 1 levels from -1 to 1. Without a sign
    there are 2^bits levels from 0 to 1.

    Parameters
    ----------
    bits : int
        1 to 24; at least 2 for inputs with a sign.
    offset, offset_sd : float
        Offset of all converters, and standard deviation between them, in steps of the converter.
    gain_error, gain_sd : float
        Relative error of the gain of all converters, and standard deviation between them.
    """

    def convert(self, x: Matrix, signed: bool, key: tuple[int, int] = (0, 0)) -> Matrix:
        """Returns what comes out for inputs x (lines, n) between -1 and 1, or 0 and 1.

        Parameters
        ----------
        x : array (lines, n)
            Inputs in units of their range.
        signed : bool
            Whether there are negative inputs.
        key : (int, int)
            Seed and number of the tile, for the errors of the converters.
        """
        if signed and self.bits < 2:
            fail("dac.bits", "at least 2 bits, because there are negative inputs", self.bits)
        lo, hi = (-1.0, 1.0 + 2.0 / (2**self.bits - 2)) if signed else (0.0, 1.0)
        return self._convert(lib.syn_dac_convert_lines, np.clip(x, -1, 1), np.tile((lo, hi), (len(x), 1)), key)


def full_scale(conductances: Matrix, u_read: float, signed: bool) -> Matrix:
    """Returns the ranges (lines, 2) [A] that no input can leave.

    conductances: (lines, inputs) [S], of the signals per volt; inputs reach from -u_read, or 0 if not signed, to
    u_read.
    """
    high = np.maximum(conductances, 0).sum(axis=1) * u_read
    low = np.minimum(conductances, 0).sum(axis=1) * u_read
    if signed:
        high, low = high - low, low - high
    return np.column_stack([low, np.where(high > low, high, low + 1e-12)])
