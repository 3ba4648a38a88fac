# SPDX-License-Identifier: MIT
"""One description of analogue hardware: tiles, cells, wires, converters. Plain data, saved as JSON."""
from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from . import coding as codings
from . import mapping as mappings
from ._check import fail, json_members
from .coding import Amplitude, Coding
from .crossbar import Wires
from .drift import Drift
from .mapping import Differential, Mapping
from .periphery import Adc, Dac

__all__ = ["Hardware"]

_FORMAT = "synaptogen-hardware 1"
_LARGEST = 1 << 20
_KINDS: dict[str, type[Any]] = {**mappings.KINDS, **codings.KINDS, "Adc": Adc, "Dac": Dac,
                               "Drift": Drift, "Wires": Wires}


@dataclasses.dataclass(frozen=True)
class Hardware:
    """How matrices become cells, and how they are read.

    All members are plain data. An object does not change; :meth:`replace` makes another one.

    Parameters
    ----------
    tile : (int, int)
        Largest number of rows (inputs) and columns of a tile. A smaller matrix makes a smaller tile.
    mapping : Mapping
        Weights as conductances: Differential, Offset or Slices.
    scale : {"matrix", "output"}
        Which weight becomes the end of the window: the largest of the matrix, or that of each output. The second one
        needs a digital multiplication for each output.
    wires : Wires, optional
        Resistances of wires and ends. None: ideal wires.
    coding : Coding
        Inputs as voltages: Amplitude, BitSerial or PulseCount.
    dac, adc : Dac, Adc, optional
        Converters of inputs and of currents. None: ideal. A Dac is for Amplitude only, as the other codings round.
    u_read : float, optional
        Voltage of the largest input [V]. None: u0 of the parameter set, 0.2 V.
    cells : {"stochastic", "ideal"}
        "stochastic": every cell is written by write-verify. "ideal": conductances are exactly the targets.
    tolerance, attempts : float, int
        Of the write-verify: relative error, and the largest number of SET pulses.
    stuck_hrs, stuck_lrs : float
        Shares of the cells that are stuck at the HRS or LRS of their first cycle, drawn for each cell. Write-verify
        does not know which.
    bandwidth : float
        Of the reads [Hz], for thermal and shot noise. 0: without noise.
    drift : Drift, optional
        Drift and relaxation of the conductances, for linear cells. None: conductances stay.
    time : float
        s since the cells were written, for drift.
    exact : bool
        False: cells are linear, with the conductance that they have at u_read. True: the I-V curve of every cell
        counts.
    seed : int
        Of all draws.
    params : str, optional
        Path of a parameter file. None: the built-in set.
    order : int, optional
        Order of the cycle-to-cycle autoregression. None: as Model decides.

    Examples
    --------
    >>> hardware = Hardware(tile=(64, 64), wires=Wires(r_wl=1, r_bl=1), adc=Adc(bits=8), seed=7)
    >>> hardware.replace(seed=8).seed
    8
    """

    tile: tuple[int, int] = (128, 128)
    mapping: Mapping = dataclasses.field(default_factory=Differential)
    scale: str = "matrix"
    wires: Wires | None = None
    coding: Coding = dataclasses.field(default_factory=Amplitude)
    dac: Dac | None = None
    adc: Adc | None = None
    u_read: float | None = None
    cells: str = "stochastic"
    tolerance: float = 0.02
    attempts: int = 20
    stuck_hrs: float = 0.0
    stuck_lrs: float = 0.0
    bandwidth: float = 0.0
    drift: Drift | None = None
    time: float = 0.0
    exact: bool = False
    seed: int = 0
    params: str | None = None
    order: int | None = None

    def __post_init__(self) -> None:
        self._check_kinds()
        object.__setattr__(self, "tile", tuple(int(k) for k in self.tile))
        if len(self.tile) != 2 or not 1 <= min(self.tile) <= max(self.tile) <= _LARGEST:
            fail("tile", f"two integers from 1 to {_LARGEST}: rows and columns", self.tile)
        if self.tile[1] < self.mapping.columns(1):
            fail("tile", f"at least {self.mapping.columns(1)} columns, for one output of {self.mapping}", self.tile)
        for name, choices in (("scale", ("matrix", "output")), ("cells", ("stochastic", "ideal"))):
            if getattr(self, name) not in choices:
                fail(name, " or ".join(map(repr, choices)), getattr(self, name))
        if self.u_read is not None and not 0 < self.u_read <= 1:
            fail("u_read", "a voltage above 0 V and at most 1 V, or None", self.u_read)
        if not (self.tolerance > 0 and np.isfinite(self.tolerance)):
            fail("tolerance", "a finite number above 0", self.tolerance)
        if not 1 <= self.attempts <= 1000000:
            fail("attempts", "an integer from 1 to 1000000", self.attempts)
        if not (self.stuck_hrs >= 0 and self.stuck_lrs >= 0 and self.stuck_hrs + self.stuck_lrs <= 1):
            fail("stuck_hrs and stuck_lrs", "shares from 0, together at most 1", (self.stuck_hrs, self.stuck_lrs))
        if not (self.bandwidth >= 0 and np.isfinite(self.bandwidth)):
            fail("bandwidth", "a finite number of Hz from 0", self.bandwidth)
        if not 0 <= self.seed < 2**64:
            fail("seed", "an integer from 0 to 2^64 - 1", self.seed)
        if self.wires is not None and (self.wires.left is None or self.wires.bottom is None):
            fail("wires", "closed left ends, for the inputs, and closed bottom ends, for the outputs", self.wires)
        if self.drift is not None and self.exact:
            fail("drift", "None with exact=True, because the law of the drift is one of conductances", self.drift)
        if self.drift is not None and not (np.isfinite(self.time) and self.time >= self.drift.t0):
            fail("time", f"a finite time from drift.t0 = {self.drift.t0:g} s", self.time)
        if self.dac is not None and not isinstance(self.coding, Amplitude):
            fail("dac", "None, because this coding rounds the inputs itself: give it the bits", self.dac)

    def _check_kinds(self) -> None:
        """Refuses members of other kinds, which a file can hold, too."""
        none = type(None)
        kinds: dict[str, tuple[Any, str]] = {
            "mapping": (Mapping, "a Mapping"), "coding": (Coding, "a Coding"), "wires": ((Wires, none), "Wires or None"),
            "dac": ((Dac, none), "a Dac or None"), "adc": ((Adc, none), "an Adc or None"),
            "drift": ((Drift, none), "a Drift or None"), "params": ((str, none), "a path as text, or None"),
            "exact": ((bool, np.bool_), "True or False"), "scale": (str, "text"), "cells": (str, "text"),
            "tile": ((tuple, list), "two integers"),
        }  # fmt: skip
        real = (int, float, np.integer, np.floating)
        whole = (int, np.integer)
        for name in ("tolerance", "stuck_hrs", "stuck_lrs", "bandwidth", "time"):
            kinds[name] = real, "a number"
        for name in ("attempts", "seed"):
            kinds[name] = whole, "an integer"
        kinds["u_read"] = real + (none,), "a number or None"
        for name, (kind, text) in kinds.items():
            value = getattr(self, name)
            if not isinstance(value, kind) or (isinstance(value, bool) and name != "exact"):
                fail(name, text, value)
        if not all(isinstance(k, whole) for k in self.tile):
            fail("tile", "two integers", self.tile)

    @property
    def linear(self) -> bool:
        """Whether a product is a fixed matrix times the inputs: no converters, rounding, noise or I-V curves."""
        return (self.dac is None and self.adc is None and isinstance(self.coding, Amplitude) and self.bandwidth == 0
                and not self.exact)

    def replace(self, **changes: Any) -> Hardware:
        """Returns a copy with other values of the named members. Refuses what the constructor refuses."""
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Returns the description as a dictionary of plain values, as the JSON file has it."""
        return {"format": _FORMAT, **{f.name: _plain(getattr(self, f.name)) for f in dataclasses.fields(self)}}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Hardware:
        """Makes a description from what :meth:`to_dict` returns. Members that are absent have their defaults."""
        values = dict(values)
        found = values.pop("format", None)
        if found != _FORMAT:
            fail("format", repr(_FORMAT), found)
        names = [f.name for f in dataclasses.fields(cls)]
        for name in values:
            if name not in names:
                fail(name, "one of the members " + ", ".join(names), name)
        return cls(**{name: _object(name, value) for name, value in values.items()})

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the description as JSON. Raises OSError if that fails."""
        Path(path).write_text(json.dumps(self.to_dict(), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Hardware:
        """Reads what :meth:`save` wrote. Raises OSError, or InputError which names file and line, or the member."""
        return cls.from_dict(json_members(path, ["format"]))


def _plain(value: Any) -> Any:
    """Returns a member as plain values; an object of ours gets its kind as a first entry."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        members = {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"kind": type(value).__name__, **members}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (tuple, list)):
        return [_plain(v) for v in value]
    return value


def _object(name: str, value: Any) -> Any:
    """The inverse of :func:`_plain`."""
    if not isinstance(value, dict):
        return value
    values = dict(value)
    kind = values.pop("kind", None)
    if kind not in _KINDS:
        fail(f"{name}.kind", "one of " + ", ".join(sorted(_KINDS)), kind)
    known = [f.name for f in dataclasses.fields(_KINDS[kind])]
    for member in values:
        if member not in known:
            fail(f"{name}.{member}", "one of the members " + ", ".join(known), member)
    return _KINDS[kind](**{member: _object(f"{name}.{member}", v) for member, v in values.items()})
