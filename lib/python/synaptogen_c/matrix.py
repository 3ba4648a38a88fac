# SPDX-License-Identifier: MIT
"""A matrix of any size on tiles of cells: weights to conductances, inputs to voltages, currents to numbers."""
from __future__ import annotations

import dataclasses
import functools
import json
import os
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._check import fail, finite, json_members
from ._library import Stopped, lib
from .array import Array, bar, load
from .crossbar import Crossbar, Wires
from .device import Model, default_model
from .hardware import Hardware
from .mapping import Mapping
from .periphery import full_scale

Matrix = NDArray[np.float64]
Progress = Callable[[float], Any]

__all__ = ["AnalogMatrix", "Tile", "WindowWarning", "Report", "reachable_window"]

_FORMAT = "synaptogen-matrix 1"
_PIECE = 1 << 18  # numbers in the largest matrix of a batch that is worked at once: they stay in the cache
_LONG = 500_000  # cells from which programming shows a progress bar
_SAMPLE = 4096  # inputs that a calibration of the converters looks at
_NEARLY_ALL = 0.999  # share of the cells that reach the ends of the window of the law
_READING = ("wires", "coding", "dac", "adc", "u_read", "bandwidth", "exact", "drift", "time")
_ENOUGH = 0.99  # share below which a window of the user is warned of


class WindowWarning(UserWarning):
    """Not all cells reach the ends of the conductance window."""


class Report(NamedTuple):
    """What programming a matrix achieved.

    Attributes
    ----------
    cells, reached : int
        Cells in all; those that are within the tolerance of their target.
    conductance_error : float
        Root mean square of g / target - 1.
    weight_error : float
        Root mean square of the errors of the weights, without wires, in units of the largest weight.
    pulses : float
        SET and RESET pulses per cell.
    """

    cells: int
    reached: int
    conductance_error: float
    weight_error: float
    pulses: float


def _model(params: str | None, order: int | None) -> Model:
    """The model of a description. Descriptions with the same unchanged file share one."""
    if params is None and order is None:
        return default_model()
    stamp = None if params is None else (os.stat(params).st_mtime_ns, os.stat(params).st_size)
    return _model_of(params, order, stamp)


@functools.lru_cache(maxsize=16)
def _model_of(params: str | None, order: int | None, stamp: Any) -> Model:
    return Model(params, order)


@functools.lru_cache(maxsize=64)
def reachable_window(model: Model, attempts: int = 20, tolerance: float = 0.02) -> tuple[float, float]:
    """Finds the window of conductances that at least 99.9 % of the cells reach by write-verify.

    Parameters
    ----------
    model : Model
        Law of the cells.
    attempts : int
        SET pulses per cell at most.
    tolerance : float
        Relative error.

    Returns
    -------
    (float, float)
        Smallest and largest conductance [S], to 2 %. Each share is that of 2000 cells.

    Raises
    ------
    InputError
        There is no such window.
    """
    # Low conductances are bounded by the worst HRS, high ones by the worst LRS. Between them all cells get everywhere.
    low = 10 ** -float(model.quantile("log10_r_hrs", 0.999))
    high = 1 / float(model.quantile("r_lrs", 0.001))
    middle = float(np.sqrt(10 ** -float(model.quantile("log10_r_hrs", 0.01)) / float(model.quantile("r_lrs", 0.99))))

    def enough(g: float) -> bool:
        return bool(model.window([g], attempts=attempts, tolerance=tolerance, cells=2000)[0] >= _NEARLY_ALL)

    if not enough(middle):
        fail("attempts and tolerance", f"values with which {_NEARLY_ALL:.1%} of the cells reach {middle:.3g} S",
             (attempts, tolerance))
    ends = []
    for out in (low, high):
        reached = middle
        while abs(np.log(out / reached)) > 0.02:
            between = float(np.sqrt(out * reached))
            reached, out = (between, out) if enough(between) else (reached, between)
        ends.append(reached)
    return ends[0], ends[1]


@functools.lru_cache(maxsize=64)
def _share(model: Model, g: float, attempts: int, tolerance: float) -> float:
    return float(model.window([g], attempts=attempts, tolerance=tolerance, cells=1000)[0])


def _window(model: Model, hardware: Hardware) -> tuple[float, float]:
    """The window of a description: what the user wants, the rest by the law. Warns of what cells cannot reach."""
    wanted = hardware.mapping.window()
    if None in wanted:
        law = reachable_window(model, hardware.attempts, hardware.tolerance)
        wanted = tuple(w if w is not None else g for w, g in zip(wanted, law))  # type: ignore[assignment]
    for name, g, given in zip(("g_min", "g_max"), wanted, hardware.mapping.window()):
        if given is None or hardware.cells == "ideal":
            continue
        share = _share(model, g, hardware.attempts, hardware.tolerance)
        text = f"{share:.1%} of the cells reach {g:.4g} S within {hardware.tolerance:g} in {hardware.attempts} attempts"
        if share < 0.5:
            fail(f"mapping.{name}", "a conductance that at least half of the cells reach; leave it out to get "
                 f"one that {_NEARLY_ALL:.1%} reach; only {text}", g)
        if share < _ENOUGH:
            warnings.warn(f"mapping.{name}: only {text}", WindowWarning, stacklevel=4)
    if not wanted[0] < wanted[1]:  # type: ignore[operator]
        fail("mapping.g_min", f"a conductance below g_max = {wanted[1]:g} S", wanted[0])
    return wanted  # type: ignore[return-value]


def _ideal(wires: Wires | None) -> bool:
    """Whether currents are conductances times voltages: no resistance anywhere, and nothing else on the lines."""
    return wires is None or (
        not any(np.any(np.asarray(r)) for r in (wires.r_wl, wires.r_bl, wires.left, wires.bottom))
        and wires.access_resistance == 0
        and wires.right is None and wires.top is None and not len(wires.access_u) and wires.gmin == 0)


class Tile:
    """A part of a matrix: cells between word lines (inputs) and bit lines.

    Attributes
    ----------
    inputs, outputs : slice
        The columns and rows of the matrix that this tile holds.
    target : array (inputs, columns)
        Wished conductances [S].
    array : Array or None
        The cells; None if they are ideal.
    ranges : array (signals, 2) or None
        Ranges of the converters [A]; None before calibration.
    number : int
        Number of the tile in its matrix.
    """

    def __init__(self, number: int, inputs: slice, outputs: slice, target: Matrix, array: Array | None) -> None:
        self.number = number
        self.inputs = inputs
        self.outputs = outputs
        self.target = target
        self.array = array
        self.ranges: Matrix | None = None
        self._transfer: Matrix | None = None
        self._crossbar: Crossbar | None = None
        self._changes = -1  # of the array, when the two were made

    def __repr__(self) -> str:
        rows, columns = self.target.shape
        return (f"Tile({rows} x {columns} cells, inputs {self.inputs.start}:{self.inputs.stop}, "
                f"outputs {self.outputs.start}:{self.outputs.stop})")

    @property
    def file(self) -> str:
        """Name of the state file of the cells in the folder of a matrix."""
        return f"tile_{self.number:04d}.state"

    def conductance(self, hardware: Hardware, u: float) -> Matrix:
        """Returns the conductances (inputs, columns) [S] of the cells at u [V], after hardware.time if they drift."""
        if self.array is None:
            return self.target
        g = self.array.conductance(u)
        if hardware.drift is not None:
            g = hardware.drift.apply(g, hardware.time, self.array.seed, self.array.first)
        return g.astype(np.float64)

    def crossbar(self, hardware: Hardware, u: float) -> Crossbar:
        """Returns the crossbar of this tile: nonlinear if hardware.exact, else with the conductances at u [V]."""
        self._follow()
        if self._crossbar is None:
            cells: Any = self.array if hardware.exact and self.array is not None else self.conductance(hardware, u)
            self._crossbar = Crossbar(cells, hardware.wires)
        return self._crossbar

    def transfer(self, hardware: Hardware, u: float) -> Matrix:
        """Returns the current of each column per volt at each input (columns, inputs) [S], with linear cells."""
        self._follow()
        if self._transfer is None:
            g = self.conductance(hardware, u)
            self._transfer = np.ascontiguousarray(g.T) if _ideal(hardware.wires) else np.ascontiguousarray(
                Crossbar(g, hardware.wires).transfer())
        return self._transfer

    def share_transfer(self, transfer: Matrix) -> None:
        """Takes over the transfer matrix of a tile with the same cells and wires."""
        self._follow()
        self._transfer = transfer

    def changed(self) -> None:
        """Forgets what follows from the states of the cells."""
        self._transfer = None
        self._crossbar = None

    def _follow(self) -> None:
        """Forgets it if the array was changed by other calls."""
        if self.array is not None and self.array._changes != self._changes:
            self.changed()
            self._changes = self.array._changes

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_transfer": None, "_crossbar": None, "_changes": -1}


class AnalogMatrix:
    """A matrix whose weights are cells: ``A @ x`` is the product as the hardware gives it.

    Tiles share the inputs and the outputs. Sums over tiles are digital. A tile is no larger than the part of the
    matrix that it holds: the cells next to the drivers and the sense amplifiers are used first.

    Parameters
    ----------
    weights : array (outputs, inputs)
        Any finite numbers.
    hardware : Hardware, optional
        None: all defaults.
    first : int
        Number of the first cell. Matrices of one seed with ranges of cells of their own have independent cells.
    progress : function, optional
        Called with the share that is written, 0 to 1. If it returns False, an Error is raised. None: a progress bar on
        a terminal, from 500,000 cells on.

    Notes
    -----
    Calls from several threads follow each other. A product takes x in pieces, so that memory does not depend on the
    size of the batch. Without :meth:`calibrate` the range of the inputs is the largest |x| of each call, and the
    converters cover all currents that can occur: sums are coarse then.

    With ideal wires, without converters and noise, A @ x is :attr:`effective` @ x up to rounding.

    Raises
    ------
    InputError
        A weight is not finite (the message names it), or fewer than half of the cells reach an end of the window.
        Between 50 % and 99 % there is a WindowWarning.

    Examples
    --------
    >>> A = AnalogMatrix(np.eye(3), Hardware(seed=1))
    >>> A.shape, A.report.cells
    ((3, 3), 18)
    """

    def __init__(self, weights: ArrayLike, hardware: Hardware | None = None, *, first: int = 0,
                 progress: Progress | None = None) -> None:
        self.hardware = Hardware() if hardware is None else hardware
        self.first = first
        self._lock = threading.RLock()
        self._model = _model(self.hardware.params, self.hardware.order)
        self._u = self._model.u0 if self.hardware.u_read is None else self.hardware.u_read
        self._g = _window(self._model, self.hardware)
        self._clear()
        w = finite(weights, "weights", (None, None))
        if 0 in w.shape:
            fail("weights", "at least one output and one input", w.shape)
        self.shape: tuple[int, int] = (w.shape[0], w.shape[1])
        self.tiles: list[Tile] = list(self._tiles())
        self.program(w, progress)

    def _clear(self) -> None:
        self.reads = 0  # number of the next noisy read
        self.x_max: float | None = None
        self.signed: bool | None = None

    def _tiles(self) -> Iterator[Tile]:
        """The tiles of this shape, with cells in HRS."""
        hardware, (outputs, inputs) = self.hardware, self.shape
        most = min(hardware.tile[1], outputs)
        while hardware.mapping.columns(most) > hardware.tile[1]:
            most -= 1
        cell, number = self.first, 0
        for i in range(0, inputs, hardware.tile[0]):
            for o in range(0, outputs, most):
                part = slice(i, min(i + hardware.tile[0], inputs)), slice(o, min(o + most, outputs))
                shape = part[0].stop - i, hardware.mapping.columns(part[1].stop - o)
                array = None if hardware.cells == "ideal" else self._fresh(shape, cell)
                yield Tile(number, *part, np.zeros(shape), array)
                cell, number = cell + shape[0] * shape[1], number + 1

    def _fresh(self, shape: tuple[int, int], first: int) -> Array:
        """Cells in HRS, some of them stuck."""
        array = Array(shape, self._model, self.hardware.seed, first=first)
        if self.hardware.stuck_hrs or self.hardware.stuck_lrs:
            array.stick_random(self.hardware.stuck_hrs, self.hardware.stuck_lrs)
        return array

    @property
    def cells(self) -> int:
        """Number of cells."""
        return sum(tile.target.size for tile in self.tiles)

    @property
    def model(self) -> Model:
        """Law of the cells."""
        return self._model

    @property
    def u_read(self) -> float:
        """Voltage of the largest input [V]."""
        return self._u

    @property
    def window(self) -> tuple[float, float]:
        """Smallest and largest conductance [S] that weights use."""
        return self._g

    @property
    def calibrated(self) -> bool:
        """Whether the ranges are those of a calibration."""
        return self.x_max is not None

    def program(self, weights: ArrayLike, progress: Progress | None = None) -> Report:
        """Writes weights (outputs, inputs) into the cells, by write-verify. Ranges of a calibration stay.

        Cells that are within the tolerance of their targets already are not written again. Returns :attr:`report`.
        """
        w = finite(weights, "weights", self.shape)
        if any(tile.array is not None and tile.array.read_only for tile in self.tiles):
            fail("cells", "cells that can be written", "the read-only copies that reread() makes")
        if progress is None and self.cells >= _LONG:
            progress = bar
        with self._lock:
            top = np.abs(w).max(axis=1, keepdims=True) if self.hardware.scale == "output" else np.abs(w).max()
            self.scale: Matrix = np.where(top > 0, top, 1.0).reshape(-1, 1)
            self.weights: Matrix = w.copy()
            # what holds if this is interrupted
            self.report = Report(self.cells, 0, float("nan"), float("nan"), float("nan"))
            done = reached = pulses = 0
            errors = 0.0
            for tile in self.tiles:
                part = (w / self.scale)[tile.outputs, tile.inputs]
                tile.target = self.hardware.mapping.conductances(part, *self._g)
                tile.changed()
                if tile.array is None:
                    reached += tile.target.size
                else:
                    result = tile.array.program(tile.target, self.hardware.tolerance, self.hardware.attempts)
                    reached, pulses = reached + int(result.within.sum()), pulses + int(result.pulses.sum())
                    errors += float(np.square(result.conductance / tile.target - 1).sum())
                done += tile.target.size
                if progress is not None and progress(done / self.cells) is False:
                    raise Stopped("stopped by the caller", status="SYN_ESTOPPED")
            off = (self.programmed - w) / self.scale
            self.report = Report(done, reached, float(np.sqrt(errors / done)), float(np.sqrt(np.mean(off**2))),
                                  pulses / done)
        return self.report

    def _assemble(self, part: Callable[[Tile], Matrix]) -> Matrix:
        """The weights of all tiles from the conductances (inputs, columns) that `part` gives of each."""
        w = np.empty(self.shape)
        for tile in self.tiles:
            w[tile.outputs, tile.inputs] = self.hardware.mapping.weights(part(tile), *self._g)
        return w * self.scale

    @property
    def programmed(self) -> Matrix:
        """Weights (outputs, inputs) that the cells have at the read voltage, without wires."""
        return self._assemble(lambda tile: tile.conductance(self.hardware, self._u))

    @property
    def effective(self) -> Matrix:
        """Weights (outputs, inputs) that a read finds through the wires, without converters and noise; linear cells."""
        return self._assemble(lambda tile: tile.transfer(self.hardware, self._u).T)

    @property
    def attenuation(self) -> Matrix:
        """What the wires leave of each weight (outputs, inputs): mean over its cells of transfer / conductance."""
        w = np.empty(self.shape)
        for tile in self.tiles:
            g = tile.conductance(self.hardware, self._u).T
            ratio = np.divide(tile.transfer(self.hardware, self._u), g, out=np.ones_like(g), where=g > 0)
            outputs = tile.outputs.stop - tile.outputs.start
            w[tile.outputs, tile.inputs] = self.hardware.mapping.per_output(ratio, outputs)
        return w

    def calibrate(self, x: ArrayLike) -> AnalogMatrix:
        """Finds the ranges of inputs and converters from typical inputs x (inputs,) or (inputs, n).

        The range of the inputs is the largest |x|. Converters without a fixed range get theirs from the currents of
        up to 4096 inputs, spread evenly over x. Inputs that later go beyond a range are clipped. Returns self.
        """
        inputs = self._inputs(x)
        if inputs.size == 0:
            fail("x", "at least one input", np.shape(x))
        with self._lock:
            self.x_max = float(np.abs(inputs).max()) or 1.0
            self.signed = bool((inputs < 0).any())
            for tile in self.tiles:
                tile.ranges = None
            if self.hardware.adc is not None:
                some = inputs[:, np.linspace(0, inputs.shape[1] - 1, min(_SAMPLE, inputs.shape[1])).astype(int)]
                reads = self.reads
                for tile in self.tiles:
                    self.reads = reads
                    parts = [s for s, _, _ in self._signals(tile, some / self.x_max, self.signed)]
                    tile.ranges = self.hardware.adc.calibrate(np.hstack(parts))
        return self

    def _inputs(self, x: ArrayLike) -> Matrix:
        given = finite(x, "x")
        if given.ndim not in (1, 2) or given.shape[0] != self.shape[1]:
            fail("x", f"the shape ({self.shape[1]},) or ({self.shape[1]}, n)", given.shape)
        return given.reshape(self.shape[1], -1)

    def __matmul__(self, x: ArrayLike) -> Matrix:
        """Returns the products (outputs,) or (outputs, n) with x (inputs,) or (inputs, n), finite numbers."""
        inputs = self._inputs(x)
        with self._lock:
            top = self.x_max if self.x_max is not None else float(np.abs(inputs).max(initial=0)) or 1.0
            signed = bool((inputs < 0).any()) if self.signed is None else self.signed
            y = np.zeros((self.shape[0], inputs.shape[1]))
            step = max(1, _PIECE // max(self.shape[1], *(max(t.target.shape) for t in self.tiles)))
            for begin in range(0, inputs.shape[1], step):
                part = slice(begin, begin + step)
                y[:, part] = self._product(np.clip(inputs[:, part] / top, -1 if signed else 0, 1), signed) * top
        return y.reshape((self.shape[0],) + np.shape(x)[1:])

    matmul = __matmul__

    def _product(self, x: Matrix, signed: bool) -> Matrix:
        """The products of inputs x (inputs, n) between -1 and 1."""
        y, reads = np.zeros((self.shape[0], x.shape[1])), self.reads
        for tile in self.tiles:
            self.reads = reads  # the draws of different tiles differ by the numbers of their cells
            for signals, total, factor in self._signals(tile, x, signed):
                if self.hardware.adc is not None:
                    signals = self.hardware.adc.convert(signals, self._range(tile, signed), self._key(tile, 1))
                y[tile.outputs] += factor * self.hardware.mapping.outputs(signals / self._u, total, *self._g)
        return y * self.scale

    def _range(self, tile: Tile, signed: bool) -> Matrix:
        """The ranges of the converters of a tile: fixed, calibrated, or all that can occur."""
        assert self.hardware.adc is not None
        if tile.ranges is not None:
            return tile.ranges
        per_volt = self.hardware.mapping.signals(tile.transfer(self.hardware, self._u))
        if self.hardware.adc.range is not None:
            return self.hardware.adc.calibrate(per_volt)
        ranges = full_scale(per_volt, self._u, signed)
        if self.hardware.adc.shared:
            ranges[:] = ranges[:, 0].min(), ranges[:, 1].max()
        return ranges

    def _key(self, tile: Tile, purpose: int) -> tuple[int, int]:
        """Names the draws of a tile for a purpose: 0 DAC, 1 ADC, 2 noise."""
        return self.hardware.seed, 4 * (self.first + tile.number) + purpose

    def _signals(self, tile: Tile, x: Matrix, signed: bool) -> Iterator[tuple[Matrix, Matrix, float]]:
        """For each conversion of a tile: its signals (signals, n) [A], the sum of its inputs (n,), and its factor."""
        part = x[tile.inputs]
        hardware = self.hardware
        if hardware.dac is not None:
            ideal = dataclasses.replace(hardware.dac, offset=0.0, gain_error=0.0, offset_sd=0.0, gain_sd=0.0)
            sums = ideal.convert(part, signed).sum(axis=0)
            part = hardware.dac.convert(part, signed, self._key(tile, 0))
        elif hardware.coding.integrates:
            sums = hardware.coding.represented(part).sum(axis=0)
        charge: Matrix | None = None
        for factor, volts in hardware.coding.phases(part):
            currents = self._currents(tile, volts * self._u)
            if hardware.coding.integrates:
                charge = factor * currents if charge is None else charge + factor * currents
                continue
            total = sums if hardware.dac is not None else volts.sum(axis=0)
            yield hardware.mapping.signals(currents), total, factor
        if charge is not None:
            yield hardware.mapping.signals(charge), sums, 1.0

    def _currents(self, tile: Tile, volts: Matrix) -> Matrix:
        """Column currents (columns, n) [A] of a tile for volts (inputs, n)."""
        hardware = self.hardware
        number = self.reads
        self.reads += volts.shape[1] if hardware.bandwidth > 0 else 0
        exact = hardware.exact and tile.array is not None
        if exact or (hardware.bandwidth > 0 and not _ideal(hardware.wires)):
            seed = int(np.random.SeedSequence(list(self._key(tile, 2))).generate_state(1, np.uint64)[0])
            crossbar = tile.crossbar(hardware, self._u)
            return crossbar.read(volts, bandwidth=hardware.bandwidth, seed=seed, index=number)
        currents = tile.transfer(hardware, self._u) @ volts
        if hardware.bandwidth == 0:
            return currents
        # Ideal wires: the noises of the cells of a column add up, thermal by conductances, shot by currents.
        g = tile.conductance(hardware, self._u)
        density = lib.syn_noise_thermal(1.0, 300.0) * g.sum(axis=0)[:, None]
        density = density + lib.syn_noise_shot(1.0) * g.T @ np.abs(volts)
        draws = np.random.Philox(key=np.array(self._key(tile, 2), dtype=np.uint64), counter=[0, 0, 0, number])
        z: Matrix = np.random.Generator(draws).standard_normal(currents.shape)
        return np.asarray(currents + np.sqrt(hardware.bandwidth * density) * z)

    __array_ufunc__ = None  # so that np.matmul and `array @ matrix` are refused: they would bypass the hardware

    def __array__(self, dtype: Any = None) -> NDArray[Any]:
        return self.effective.astype(dtype) if dtype is not None else self.effective

    def __repr__(self) -> str:
        outputs, inputs = self.shape
        r = self.report
        ranges = f"inputs up to {self.x_max:.4g}" if self.x_max is not None else "not calibrated"
        return (f"<AnalogMatrix {outputs} x {inputs}, {len(self.tiles)} tiles, {r.cells} cells in {self._g[0]:.3g} .. "
                f"{self._g[1]:.3g} S, {r.reached / r.cells:.1%} reached, {ranges}, seed {self.hardware.seed}>")

    def reread(self, **changes: Any) -> AnalogMatrix:
        """Returns a matrix with the same cells, read by other hardware: for sweeps over wires and converters.

        Its cells are read-only copies, of 4 bytes each: it cannot be written, and writing this matrix leaves it as it
        is. It is not calibrated.

        Parameters
        ----------
        **changes
            Members of Hardware: wires, coding, dac, adc, u_read, bandwidth, exact, drift, time.
        """
        for name in changes:
            if name not in _READING:
                fail(name, "a member of Hardware that says how cells are read: " + ", ".join(_READING), changes[name])
        other = self._twin(lambda array: array.freeze())
        other.hardware = self.hardware.replace(**changes)
        other._u = other._model.u0 if other.hardware.u_read is None else other.hardware.u_read
        other._clear()
        for tile, own in zip(other.tiles, self.tiles):
            tile.ranges = None
            if not {"wires", "u_read", "drift", "time"} & set(changes):
                tile.share_transfer(own.transfer(self.hardware, self._u))
        return other

    def copy(self) -> AnalogMatrix:
        """Returns a copy with cells of its own, which goes on as this matrix would."""
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: Any) -> AnalogMatrix:
        return self._twin(lambda array: array.copy())

    def _twin(self, take: Callable[[Array], Array]) -> AnalogMatrix:
        """A matrix like this one, with cells that `take` makes of those of each tile."""
        other = type(self).__new__(type(self))
        with self._lock:
            other.__dict__.update(self.__dict__)
            other._lock = threading.RLock()
            other.weights = self.weights.copy()
            other.tiles = []
            for tile in self.tiles:
                twin = Tile(tile.number, tile.inputs, tile.outputs, tile.target.copy(),
                            None if tile.array is None else take(tile.array))
                twin.ranges = None if tile.ranges is None else tile.ranges.copy()
                other.tiles.append(twin)
        return other

    __copy__ = copy

    def __getstate__(self) -> dict[str, Any]:
        with self._lock:
            return {name: value for name, value in self.__dict__.items() if name not in ("_lock", "_model")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.RLock()
        arrays = [tile.array for tile in self.tiles if tile.array is not None]
        self._model = arrays[0].model if arrays else _model(self.hardware.params, self.hardware.order)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Writes the matrix into a folder, which is made if needed.

        matrix.json holds hardware, window, scale and ranges; weights.npy the weights; tile_0000.state and so on the
        cells of each tile, which the command `synaptogen` and ngspice read, too. Raises OSError.
        """
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        with self._lock:
            about = {
                "format": _FORMAT, "hardware": self.hardware.to_dict(), "first": self.first, "window": list(self._g),
                "reads": self.reads, "x_max": self.x_max, "signed": self.signed, "report": self.report._asdict(),
                "ranges": [None if tile.ranges is None else tile.ranges.tolist() for tile in self.tiles],
            }  # fmt: skip
            np.save(place / "weights.npy", self.weights)
            for tile in self.tiles:
                if tile.array is not None:
                    tile.array.save(place / tile.file)
        (place / "matrix.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> AnalogMatrix:
        """Reads what :meth:`save` wrote. Raises OSError, or InputError if a file is not what it should be."""
        place = Path(folder)
        about = json_members(place / "matrix.json", [
            "format", "hardware", "first", "window", "reads", "x_max", "signed", "report", "ranges"])  # fmt: skip
        if about.get("format") != _FORMAT:
            fail(f"{place / 'matrix.json'}: format", repr(_FORMAT), about.get("format"))
        weights = finite(np.load(place / "weights.npy"), "weights", (None, None))
        hardware = Hardware.from_dict(about["hardware"])
        # the cells come from their files, so none are written
        self = cls(weights, hardware.replace(cells="ideal"), first=about["first"])
        self.hardware, self._g = hardware, (about["window"][0], about["window"][1])
        cell = about["first"]
        for tile, ranges in zip(self.tiles, about["ranges"]):
            part = (weights / self.scale)[tile.outputs, tile.inputs]
            tile.target = hardware.mapping.conductances(part, *self._g)
            tile.ranges = None if ranges is None else np.array(ranges)
            tile.changed()
            if hardware.cells != "ideal":
                tile.array = load(place / tile.file, self._model)
                found = tile.array.shape, tile.array.seed, tile.array.first
                if found != (tile.target.shape, hardware.seed, cell):
                    fail(str(place / tile.file), f"cells {tile.target.shape} from number {cell} of "
                         f"seed {hardware.seed} on", f"{found[0]} from number {found[2]} of seed {found[1]} on")
            cell += tile.target.size
        self.reads, self.x_max, self.signed = about["reads"], about["x_max"], about["signed"]
        self.report = Report(**about["report"])
        return self
