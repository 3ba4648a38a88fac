# SPDX-License-Identifier: MIT
"""The model of a device: a parameter set made ready for use."""

from __future__ import annotations

import ctypes
import math
import os
import weakref
from typing import Any, NamedTuple, Optional, Tuple, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _abi
from ._library import address, call, lib, numbers, path_bytes, real, refuse, whole

FEATURES = ("log10_r_hrs", "u_set", "r_lrs", "u_reset")


class Memory(NamedTuple):
    """The memory of a feature: its autocorrelation falls to 1/e in `cycles` cycles, from `share` at lag 0."""

    share: float
    cycles: float


class Spread(NamedTuple):
    """Mean and standard deviations of a feature in its unit: of all, between devices, within a device."""

    mean: float
    all: float
    devices: float
    cycles: float


def feature_number(feature: str) -> int:
    """The place of a feature in the library's order."""
    if feature not in FEATURES:
        raise refuse("feature", f"expected one of {', '.join(FEATURES)}, found {feature!r}")
    return FEATURES.index(feature)


class Model:
    """A parameter set at one order of the autoregression. It does not change, and any thread may use it.

    Parameters
    ----------
    path : path or None
        A parameter file, such as `synaptogen fit` writes. None: the built-in device.
    order : int, "long" or None
        Of the autoregression. None: "long" if the set has it, else the largest.

    Attributes
    ----------
    name : str
        Name of the set.
    u0, u_max : float
        V. Resistances are defined at `u0`. A RESET is complete from `u_max` on.
    eta : float
        Exponent of the RESET transition.
    order : int or "long"
    """

    def __init__(self, path: Union[str, os.PathLike[str], None] = None, order: Union[int, str, None] = None) -> None:
        text: Optional[bytes] = None
        name = b""
        if path is not None:
            name = path_bytes(path)
            if not os.path.isfile(path):
                call("syn_params_load", name, ctypes.byref(_abi.syn_params()))
            with open(path, "rb") as file:
                text = file.read()
        self._make(text, name, order)

    def _make(self, text: Optional[bytes], name: bytes, order: Union[int, str, None]) -> None:
        options = _abi.syn_model_options()
        if order == "long":
            options.order = _abi.SYN_LONG
        elif order is not None:
            options.order = whole(order, "order", 1, _abi.SYN_MAX_ORDER)
        params = _abi.syn_params()
        if text is None:
            call("syn_params_default", ctypes.byref(params))
        else:
            call("syn_params_parse", text, len(text), name, ctypes.byref(params))
        handle = ctypes.c_void_p()
        call("syn_model_create", ctypes.byref(params), ctypes.byref(options), ctypes.byref(handle))
        self._text, self._file, self._handle = text, name, handle
        weakref.finalize(self, lib.syn_model_free, handle)
        self.name: str = params.name.decode()
        self.u0: float = params.u0
        self.u_max: float = params.u_max
        self.eta: float = params.eta
        number = lib.syn_model_order(handle)
        self.order: Union[int, str] = "long" if number == _abi.SYN_LONG else number

    def __reduce__(self) -> Tuple[Any, ...]:
        return _model_of, (self._text, self._file, self.order)

    def __deepcopy__(self, memo: Any) -> "Model":
        return self

    def __copy__(self) -> "Model":
        return self

    def __repr__(self) -> str:
        return f"<Model {self.name!r}, order {self.order}>"

    def _map(self, function: Any, *values: ArrayLike) -> Any:
        """`function` of each of the broadcast values."""
        given = np.broadcast_arrays(*(numbers(v, np.float64, "argument") for v in values))
        result = np.empty(given[0].shape)
        for place in np.ndindex(result.shape):
            result[place] = function(*(float(v[place]) for v in given))
        return result[()]

    def current(self, r: ArrayLike, u: ArrayLike) -> Any:
        """Current [A] of cells in state `r` (0 = LLRS, 1 = HHRS) at `u` [V], without noise. The arguments broadcast."""
        return self._map(lambda a, b: lib.syn_current(self._handle, a, b, None), r, u)

    def chord(self, r: ArrayLike, u: ArrayLike) -> Any:
        """Chord conductance I/U [S] of cells in state `r` at `u` [V]. The arguments broadcast."""
        return self._map(lambda a, b: lib.syn_chord(self._handle, a, b), r, u)

    def state_of_resistance(self, resistance: ArrayLike) -> Any:
        """State r of a resistance [ohm] > 0 at `u0`."""
        return self._map(lambda a: lib.syn_state_of_resistance(self._handle, a), resistance)

    def resistance_of_state(self, r: ArrayLike) -> Any:
        """Resistance [ohm] at `u0` of a state r."""
        return self._map(lambda a: lib.syn_resistance_of_state(self._handle, a), r)

    def memory(self, feature: str) -> Memory:
        """The memory of a feature ("log10_r_hrs", "u_set", "r_lrs" or "u_reset") in two figures."""
        m = lib.syn_model_memory(self._handle, feature_number(feature))
        return Memory(m.share, m.cycles)

    def spread(self, feature: str) -> Spread:
        """Mean and standard deviations of a feature over cycles and devices."""
        d = lib.syn_distribution_of(self._handle, feature_number(feature))
        s = lib.syn_distribution_spread(ctypes.byref(d))
        return Spread(s.mean, s.all, s.devices, s.cycles)

    def quantile(self, feature: str, probability: ArrayLike) -> Any:
        """The value that a feature of all cycles and devices is below with a probability; NaN unless 0 < p < 1."""
        d = lib.syn_distribution_of(self._handle, feature_number(feature))
        return self._map(lambda p: lib.syn_distribution_quantile(ctypes.byref(d), p), probability)

    def window(self, conductances: ArrayLike, attempts: int = 20, tolerance: float = 0.02, cells: int = 2000,
               seed: int = 0) -> "NDArray[np.float64]":
        """The share of cells that reaches each conductance [S] by write-verify.

        Parameters
        ----------
        conductances : (n,) array
            S, at `u0`.
        attempts : int
            SET pulses per cell at most.
        tolerance : float
            Relative.
        cells, seed : int
            Fresh cells 0 .. cells - 1 of this seed are programmed to each conductance. A share p has the standard
            error sqrt(p (1 - p) / cells).

        Returns
        -------
        (n,) array
            Shares, 0 .. 1.
        """
        g = numbers(conductances, np.float64, "conductances", (None,))
        how = program_options(self, tolerance, attempts)
        shares = np.empty(g.shape)
        call("syn_program_window", self._handle, whole(seed, "seed", 0, 2**64 - 1), whole(cells, "cells", 1, 2**32),
             ctypes.byref(how), address(g), g.size, address(shares))
        return shares


def _model_of(text: Optional[bytes], name: bytes, order: Union[int, str]) -> Model:
    """A model from the text of its file, for pickle."""
    model = Model.__new__(Model)
    model._make(text, name, order)
    return model


def program_options(model: Model, tolerance: float, attempts: int, bandwidth: float = 0, read_index: int = 0,
                    **voltages: Optional[float]) -> Any:
    """The library's options of write-verify; voltages that are None keep their defaults."""
    how = _abi.syn_program()
    lib.syn_program_default(model._handle, ctypes.byref(how))
    how.tolerance = real(tolerance, "tolerance")
    how.attempts = whole(attempts, "attempts", 1, 1000000)
    how.bandwidth = real(bandwidth, "bandwidth")
    how.read_index = whole(read_index, "read_index", 0, 2**56 - 1)
    for name, value in voltages.items():
        if value is not None:
            setattr(how, name, real(value, name))
    return how


_default: Optional[Model] = None


def default_model() -> Model:
    """The built-in device; the same object each time."""
    global _default
    if _default is None:
        _default = Model()
    return _default


