# SPDX-License-Identifier: MIT
"""Inputs as voltages: by amplitude, bit by bit, or by the number of pulses.

Inputs come in units of their range, so between -1 and 1. A coding makes phases of them. Each phase puts voltages on
the rows of a tile, and the products of the phases are added with factors. Voltages are in units of the read voltage.
"""
from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._check import fail

Matrix = NDArray[np.float64]

__all__ = ["Coding", "Amplitude", "BitSerial", "PulseCount"]


@dataclasses.dataclass(frozen=True)
class Coding:
    """What all codings have in common. Use :class:`Amplitude`, :class:`BitSerial` or :class:`PulseCount`.

    A coding has no state. All methods may be called from any thread.

    Attributes
    ----------
    integrates : bool
        Whether the currents of all phases are added before one conversion. Otherwise each phase is converted.
    """

    integrates = False

    def phases(self, x: Matrix) -> Iterator[tuple[float, Matrix]]:
        """Yields a factor and the voltages (inputs, n) of each phase for inputs x (inputs, n) between -1 and 1.

        Voltages are in units of the read voltage, between -1 and 1. The sum of factors times voltages is x, rounded as
        the coding rounds.
        """
        raise NotImplementedError

    def represented(self, x: Matrix) -> Matrix:
        """Returns x (any shape) as the coding represents it."""
        result = np.zeros_like(x)
        for factor, voltages in self.phases(x):
            result += factor * voltages
        return result


@dataclasses.dataclass(frozen=True)
class Amplitude(Coding):
    """The height of a voltage: an input x is the voltage x times the read voltage. One phase."""

    def phases(self, x: Matrix) -> Iterator[tuple[float, Matrix]]:
        yield 1.0, x


@dataclasses.dataclass(frozen=True)
class BitSerial(Coding):
    """Bit by bit: each phase sends one bit of every input as 0 V or the read voltage, with the sign of the input.

    |x| is rounded to an integer from 0 to 2^bits - 1. Phase b has the factor 2^b / (2^bits - 1). The result of
    each phase is converted, and the sums are digital. All cells see the read voltage or nothing, so that a nonlinear
    I-V curve does not matter.

    Parameters
    ----------
    bits : int
        Bits of |x|, 1 to 16.
    """

    bits: int = 8

    def __post_init__(self) -> None:
        if not (isinstance(self.bits, int) and 1 <= self.bits <= 16):
            fail("bits", "an integer from 1 to 16", self.bits)

    def phases(self, x: Matrix) -> Iterator[tuple[float, Matrix]]:
        top = 2**self.bits - 1
        whole = np.rint(np.abs(x) * float(top)).astype(np.int64)
        sign = np.sign(x)
        for bit in range(self.bits):
            yield 2**bit / top, sign * (whole >> bit & 1)


@dataclasses.dataclass(frozen=True)
class PulseCount(Coding):
    """The number of pulses of the read voltage, with the sign of the input. Charge is added before one conversion.

    |x| is rounded to an integer number of pulses from 0 to `pulses`. In slot t all rows with more than t pulses are
    on, so that wires take more from the first slots than from the last ones.

    Parameters
    ----------
    pulses : int
        Largest number of pulses, 1 to 65535.
    """

    pulses: int = 15
    integrates = True

    def __post_init__(self) -> None:
        if not (isinstance(self.pulses, int) and 1 <= self.pulses <= 65535):
            fail("pulses", "an integer from 1 to 65535", self.pulses)

    def phases(self, x: Matrix) -> Iterator[tuple[float, Matrix]]:
        whole = np.rint(np.abs(x) * float(self.pulses))
        sign = np.sign(x)
        for slot in range(self.pulses):
            yield 1 / self.pulses, sign * (whole > slot)


KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in (Amplitude, BitSerial, PulseCount)}
