# SPDX-License-Identifier: MIT
"""Arrays of cells."""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
import threading
import weakref
from typing import Any, Callable, NamedTuple, Optional, Tuple, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _abi
from ._library import address, call, lib, numbers, path_bytes, real, refuse, spread, whole
from .device import FEATURES, Model, default_model, feature_number, program_options

Matrix = NDArray[np.float32]
MODES = ("HRS", "LRS", "IRS")
LARGEST = 2**64 - 1
PIECE = 1 << 16  # cells that write-verify works on between two calls of progress


class _Memory:
    """Owns an array of the library. Views of it share it, so that it lives as long as the last of them."""

    def __init__(self, handle: ctypes.c_void_p, model: Model) -> None:
        self.handle = handle
        self.model = model  # must outlive the array
        weakref.finalize(self, lib.syn_array_free, handle)


class Programmed(NamedTuple):
    """What write-verify achieved.

    Attributes
    ----------
    cells, reached : int
        Cells asked for; those whose last verifying read was within the tolerance.
    conductance : (rows, cols) array
        S, at u0, without noise; NaN where no cell was asked for.
    pulses : (rows, cols) array
        SET and RESET pulses.
    within : (rows, cols) array of bool
        Whether the conductance, without noise, is within the tolerance. A target of 0 is always reached.
    """

    cells: int
    reached: int
    conductance: Matrix
    pulses: "NDArray[np.uint32]"
    within: "NDArray[np.bool_]"

    @property
    def share(self) -> float:
        """The share of the cells that reached their targets."""
        return self.reached / self.cells if self.cells else 1.0


def bar(share: float) -> bool:
    """A progress bar on standard error, if that is a terminal. For the arguments `progress`."""
    if sys.stderr.isatty():
        full = int(40 * share)
        sys.stderr.write(f"\r[{'#' * full}{'.' * (40 - full)}] {100 * share:3.0f} %{chr(10) if share >= 1 else ''}")
        sys.stderr.flush()
    return True


def _as_shape(shape: Union[int, Tuple[int, int]]) -> Tuple[int, int]:
    if np.ndim(shape) == 0:
        return whole(shape, "shape", 1, 2**40), 1
    given = tuple(shape)  # type: ignore[arg-type]
    if len(given) != 2:
        raise refuse("shape", f"expected (rows, cols) or a number of cells, found {shape!r}")
    rows, cols = whole(given[0], "shape[0]", 1, 2**40), whole(given[1], "shape[1]", 1, 2**40)
    whole(rows * cols, "shape", 1, 2**50)
    return rows, cols


def _finite(volts: Matrix, field: str) -> None:
    """Refuses voltages of a read that are not finite."""
    if not np.isfinite(volts).all():
        place = tuple(int(k) for k in np.argwhere(~np.isfinite(volts))[0])
        raise refuse(field, f"{volts[place]} V at {list(place)} is not finite" if place else f"{volts} V is not finite")


STORAGES = {None: _abi.SYN_AUTOMATIC, "full": _abi.SYN_FULL, "compact": _abi.SYN_COMPACT}


def _storage_of(name: Optional[str]) -> int:
    if not (name is None or isinstance(name, str)) or name not in STORAGES:
        raise refuse("storage", f'expected "full", "compact" or None, found {name!r}')
    return STORAGES[name]


def _model_of(model: Any) -> Model:
    """Refuses what is no model: an array, too, has a handle of the library."""
    if not isinstance(model, Model):
        raise refuse("model", f"a Model is expected, found {model!r}")
    return model


class Array:
    """Stochastic cells at memory speed: cell (i, j) is device number first + i + rows j of a seed.

    Positive voltages RESET, negative voltages SET. Calls from several threads follow each other.

    Parameters
    ----------
    shape : (int, int) or int
        Rows and columns; or a number of cells, in one column.
    model : Model or None
        None: the built-in device.
    seed : int
        0 .. 2^64 - 1. Equal seeds give equal cells, in every program of this project.
    first : int
        Number of the first cell.
    mode : "HRS" or "LRS"
        What the cells start in.
    stationary : bool
        Whether the history of the cells is drawn from their stationary distribution, so that their first cycles are
        like any other. Otherwise they are cold, as published.
    read_only : bool
        Keep only what a read needs: 4 bytes per cell in place of 232.
    threads : int
        Upper limit; 0: as many as there are processors. Results do not depend on it.
    storage : "full", "compact" or None
        Compact: 13 bytes per cell in place of 232, and slower writes, because what is not kept is drawn again. None:
        compact if the cells would take more than 4 GiB. Results do not depend on it.

    Raises
    ------
    InputError, OutOfMemory
    """

    def __init__(self, shape: Union[int, Tuple[int, int]], model: Optional[Model] = None, seed: int = 0, *,
                 first: int = 0, mode: str = "HRS", stationary: bool = False, read_only: bool = False,
                 threads: int = 0, storage: Optional[str] = None) -> None:
        rows, cols = _as_shape(shape)
        model = _model_of(default_model() if model is None else model)
        if mode not in ("HRS", "LRS"):
            raise refuse("mode", f'expected "HRS" or "LRS", found {mode!r}')
        options = _abi.syn_array_options()
        options.first = whole(first, "first", 0, LARGEST)
        options.start.history = _abi.SYN_STATIONARY if stationary else _abi.SYN_COLD
        options.start.mode = MODES.index(mode)
        options.rows = rows
        options.threads = whole(threads, "threads", 0, 1 << 20)
        options.read_only = read_only
        options.storage = _storage_of(storage)
        handle = ctypes.c_void_p()
        call("syn_array_create", model._handle, whole(seed, "seed", 0, LARGEST), rows * cols, ctypes.byref(options),
             ctypes.byref(handle))
        self._own(_Memory(handle, model))
        self._read_only = bool(read_only)

    def _own(self, memory: _Memory) -> None:
        self._memory: Optional[_Memory] = memory
        self._lock = threading.RLock()
        self._changes = 0  # so that a crossbar knows when to look again
        self.reads = 0  # number of the next noisy read
        rows, cols = lib.syn_array_rows(memory.handle), lib.syn_array_cols(memory.handle)
        self._shape = (int(rows), int(cols))

    @classmethod
    def _of(cls, handle: ctypes.c_void_p, model: Model, read_only: bool) -> "Array":
        array = cls.__new__(cls)
        array._own(_Memory(handle, model))
        array._read_only = read_only
        return array

    __array_ufunc__ = None  # NumPy leaves `matrix @ array` to this class

    @property
    def _handle(self) -> ctypes.c_void_p:
        if self._memory is None:
            raise refuse("array", "it was closed")
        return self._memory.handle

    @property
    def shape(self) -> Tuple[int, int]:
        """Rows and columns."""
        return self._shape

    @property
    def size(self) -> int:
        """Number of cells."""
        return self._shape[0] * self._shape[1]

    def __len__(self) -> int:
        return self._shape[0]

    @property
    def seed(self) -> int:
        """The seed of all draws."""
        return int(lib.syn_array_seed(self._handle))

    @property
    def first(self) -> int:
        """Number of the first cell."""
        return int(lib.syn_array_first(self._handle))

    @property
    def read_only(self) -> bool:
        """Whether only reads are possible."""
        return self._read_only

    @property
    def storage(self) -> str:
        """"full" or "compact"; "read-only"."""
        return {_abi.SYN_FULL: "full", _abi.SYN_COMPACT: "compact"}.get(lib.syn_array_storage(self._handle), "read-only")

    @property
    def model(self) -> Model:
        """The law of the cells."""
        assert self._handle and self._memory
        return self._memory.model

    @property
    def nbytes(self) -> int:
        """Memory in bytes."""
        return int(lib.syn_array_bytes(self._handle))

    @property
    def kernel(self) -> str:
        """The instruction set in use."""
        return str(lib.syn_array_kernel(self._handle).decode())

    @property
    def state(self) -> Matrix:
        """States r of all cells (0 = LLRS, 1 = HHRS): a read-only view that follows the array. (rows, cols)."""
        handle = self._handle
        buffer: Any = (ctypes.c_float * self.size).from_address(lib.syn_array_states(handle))
        buffer._memory = self._memory
        view: Matrix = np.frombuffer(buffer, dtype=np.float32).reshape(self._shape, order="F")
        view.flags.writeable = False
        return view

    def _modes(self) -> Tuple["NDArray[np.uint8]", "NDArray[np.uint32]", Matrix]:
        mode = np.empty(self._shape, np.uint8, order="F")
        n = np.empty(self._shape, np.uint32, order="F")
        u_thr = np.empty(self._shape, np.float32, order="F")
        with self._lock:
            call("syn_array_modes", self._handle, None, address(mode), address(n), address(u_thr))
        return mode, n, u_thr

    @property
    def mode(self) -> "NDArray[np.uint8]":
        """0: HRS, 1: LRS, 2: IRS (partial RESET). (rows, cols)."""
        return self._modes()[0]

    @property
    def cycle(self) -> "NDArray[np.uint32]":
        """Cycles begun: each RESET out of LRS begins one. (rows, cols)."""
        return self._modes()[1]

    def features(self, feature: str) -> Matrix:
        """A feature of the present cycle of each cell: "log10_r_hrs", "u_set" [V], "r_lrs" [ohm] or "u_reset" [V]."""
        y = np.empty(self._shape, np.float32, order="F")
        with self._lock:
            call("syn_array_features", self._handle, None, feature_number(feature), address(y))
        return y

    def _cells(self, where: Optional[ArrayLike]) -> Tuple[Any, Any, int]:
        """The library's choice of cells, the mask (kept alive by the caller) and the number of cells."""
        if where is None:
            return None, None, self.size
        mask = np.asarray(where)
        if mask.dtype != np.bool_ or mask.shape != self._shape:
            raise refuse("where", f"a bool for each cell, {self._shape}, is expected, found {mask.dtype} {mask.shape}")
        flags = np.asfortranarray(mask).view(np.uint8)
        cells = _abi.syn_cells(mask=address(flags))
        return ctypes.byref(cells), (flags, cells, mask), int(mask.sum())

    def _picked(self, matrix: "NDArray[Any]", kept: Any) -> "NDArray[Any]":
        """The values of the chosen cells of a matrix, in the library's order."""
        return matrix if kept is None else np.ascontiguousarray(matrix.T[kept[2].T])

    def _spread(self, values: "NDArray[Any]", kept: Any, rest: float) -> "NDArray[Any]":
        """The opposite: a matrix with the values of the chosen cells and `rest` elsewhere."""
        if kept is None:
            return values.reshape(self._shape, order="F")
        matrix = np.full(self._shape, rest, values.dtype, order="F")
        matrix.T[kept[2].T] = values
        return matrix

    def apply(self, u: ArrayLike, where: Optional[ArrayLike] = None) -> "Array":
        """Applies voltages [V] to the cells.

        Parameters
        ----------
        u : number, (n,) or (rows, cols) or (n, rows, cols) array
            A pulse for all cells, a train of pulses for all cells, a pulse of its own for each cell, or a train of such.
            NaN does nothing.
        where : (rows, cols) array of bool or None
            The cells that get the pulses; None: all.

        Returns
        -------
        Array
            Itself.
        """
        volts: Any = numbers(u, np.float32, "u")
        cells, kept, count = self._cells(where)
        if volts.ndim > 1 and volts.shape[-2:] != self._shape or volts.ndim > 3:
            raise refuse("u", f"expected a number, a train, {self._shape} or (n, {self._shape[0]}, {self._shape[1]}), "
                         f"found {volts.shape}")
        with self._lock:
            self._changes += 1
            if volts.ndim < 2:
                train = np.ascontiguousarray(volts.reshape(-1))
                call("syn_array_apply", self._handle, cells, address(train), train.size)
            for pulse in volts.reshape((-1,) + self._shape) if volts.ndim > 1 else ():
                each = np.asfortranarray(self._picked(pulse, kept))
                call("syn_array_apply_each", self._handle, cells, address(each))
        return self

    def read(self, u: Optional[ArrayLike] = None, bandwidth: float = 0, index: Optional[int] = None,
             where: Optional[ArrayLike] = None) -> Matrix:
        """Reads the current of each cell. Reads do not change cells.

        Parameters
        ----------
        u : number or (rows, cols) array
            V; None: u0 of the model.
        bandwidth : float
            Hz, of thermal and shot noise; 0: no noise.
        index : int or None
            Number of the read, 0 .. 2^56 - 1: it decides the noise. None: `reads`, which grows by one at each noisy read.
        where : (rows, cols) array of bool or None
            The cells to read; None: all.

        Returns
        -------
        (rows, cols) array
            A; NaN where no cell was chosen.
        """
        volts = numbers(self.model.u0 if u is None else u, np.float32, "u")
        _finite(volts, "u")
        cells, kept, count = self._cells(where)
        out = np.empty(count, np.float32)
        with self._lock:
            number = self._number(bandwidth, index)
            if volts.ndim == 0:
                call("syn_array_read_noisy", self._handle, cells, float(volts), real(bandwidth, "bandwidth"), number,
                     address(out))
            else:
                volts = numbers(volts, np.float32, "u", self._shape)
                each = np.asfortranarray(self._picked(volts, kept))
                call("syn_array_read_each_noisy", self._handle, cells, address(each), real(bandwidth, "bandwidth"),
                     number, address(out))
        return self._spread(out, kept, np.nan)

    def _number(self, bandwidth: float, index: Optional[int], count: int = 1) -> int:
        """The number of a noisy read; `reads` goes on."""
        if index is not None:
            return whole(index, "index", 0, 2**56 - 1)
        number = self.reads
        if real(bandwidth, "bandwidth") > 0:
            self.reads += count
        return number

    def conductance(self, u: Optional[float] = None) -> Matrix:
        """Chord conductance I/U [S] of each cell at `u` [V], without noise. None: u0 of the model. (rows, cols)."""
        out = np.empty(self._shape, np.float32, order="F")
        with self._lock:
            volts = numbers(self.model.u0 if u is None else u, np.float32, "u", ())
            _finite(volts, "u")
            call("syn_array_conductance", self._handle, None, float(volts), address(out))
        return out

    def product(self, v: ArrayLike, bandwidth: float = 0, index: Optional[int] = None) -> Matrix:
        """Matrix-vector products with ideal wires: voltages on columns, currents out of rows.

        Parameters
        ----------
        v : (cols,) or (cols, n) array
            V.
        bandwidth : float
            Hz, of the noise of all cells of a row together; 0: no noise.
        index : int or None
            Number of the first product: it decides the noise. None: `reads`, which grows.

        Returns
        -------
        (rows,) or (rows, n) array
            A. In single precision.
        """
        volts = numbers(v, np.float32, "v")
        if volts.ndim not in (1, 2) or volts.shape[0] != self._shape[1]:
            raise refuse("v", f"expected ({self._shape[1]},) or ({self._shape[1]}, n), found {volts.shape}")
        _finite(volts, "v")
        volts = np.asfortranarray(volts)
        count = 1 if volts.ndim == 1 else volts.shape[1]
        out = np.empty(self._shape[:1] + volts.shape[1:], np.float32, order="F")
        with self._lock:
            number = self._number(bandwidth, index, count)
            call("syn_vmm_batch_noisy", self._handle, address(volts), count, real(bandwidth, "bandwidth"), number,
                 address(out))
        return out

    __matmul__ = product

    def program(self, target: ArrayLike, tolerance: float = 0.02, attempts: int = 20, *, bandwidth: float = 0,
                where: Optional[ArrayLike] = None, progress: Optional[Callable[[float], Any]] = None,
                u_set: Optional[float] = None, u_start: Optional[float] = None, step_min: Optional[float] = None,
                step_max: Optional[float] = None, steepness: Optional[float] = None, read_index: int = 0) -> Programmed:
        """Write-verify: programs the cells to conductances.

        Parameters
        ----------
        target : number or (rows, cols) array
            S, at u0, >= 0; 0: as small as it gets.
        tolerance : float
            Relative.
        attempts : int
            SET pulses per cell at most.
        bandwidth : float
            Hz, of the noise of the verifying reads.
        where : (rows, cols) array of bool or None
            The cells to program; None: all.
        progress : function or None
            Called with the share that is done, 0 .. 1. `synaptogen_c.bar` shows a progress bar. If it returns False,
            or at Ctrl-C, the rest stays as it is.
        u_set, u_start, step_min, step_max, steepness : float or None
            Of the pulses, as in program.h: V, V, V, V, 1/V.
        read_index : int
            Number of the first verifying read.

        Returns
        -------
        Programmed
        """
        wish = spread(target, np.float32, "target", self._shape)
        bad = np.argwhere(~(np.isfinite(wish) & (wish >= 0)))
        if len(bad):
            i, j = bad[0]
            raise refuse("target", f"[{i}, {j}] is {wish[i, j]:g} S; finite and not negative is expected")
        how = program_options(self.model, tolerance, attempts, bandwidth, read_index, u_set=u_set, u_start=u_start,
                              step_min=step_min, step_max=step_max, steepness=steepness)
        chosen = np.arange(self.size, dtype=np.uintp)
        if where is not None:
            chosen = chosen[self._picked(chosen.reshape(self._shape, order="F"), self._cells(where)[1])]
        return self._program(np.asfortranarray(wish).reshape(-1, order="F"), chosen, how, progress)

    def _program(self, wish: Matrix, chosen: "NDArray[np.uintp]", how: Any,
                 progress: Optional[Callable[[float], Any]]) -> Programmed:
        g = np.full(self.size, np.nan, np.float32)
        pulses = np.zeros(self.size, np.uint32)
        reached = done = 0
        for begin in range(0, len(chosen), PIECE):
            part = np.ascontiguousarray(chosen[begin:begin + PIECE])
            cells = _abi.syn_cells(count=len(part), list=address(part))
            aims, got, taken = np.ascontiguousarray(wish[part]), np.empty(len(part), np.float32), \
                np.empty(len(part), np.uint32)
            report = _abi.syn_program_report()
            with self._lock:
                self._changes += 1
                call("syn_array_program", self._handle, ctypes.byref(cells), address(aims), ctypes.byref(how),
                     address(got), address(taken), ctypes.byref(report))
            g[part], pulses[part] = got, taken
            reached, done = reached + report.reached, done + len(part)
            if progress is not None and progress(done / len(chosen)) is False:
                break
        asked = np.zeros(self.size, bool)
        asked[chosen[:done]] = True
        with np.errstate(invalid="ignore"):
            within = asked & ((wish == 0) | (np.abs(g - wish) <= how.tolerance * wish))
        return Programmed(done, reached, *(x.reshape(self._shape, order="F") for x in (g, pulses, within)))

    def stick(self, at: Union[str, float, None], where: Optional[ArrayLike] = None) -> "Array":
        """Makes cells stuck: no voltage changes them.

        Parameters
        ----------
        at : "HRS", "LRS", number or None
            The resistance of HRS or LRS of their present cycle; a conductance [S]; or None to release them.
        where : (rows, cols) array of bool or None
            The cells; None: all.

        Returns
        -------
        Array
            Itself.
        """
        kinds = {None: _abi.SYN_STICK_NOT, "HRS": _abi.SYN_STICK_HRS, "LRS": _abi.SYN_STICK_LRS}
        if isinstance(at, str) and at not in kinds:
            raise refuse("at", f'expected "HRS", "LRS", a conductance or None, found {at!r}')
        how, g = (kinds[at], 0.0) if at is None or isinstance(at, str) else (_abi.SYN_STICK_AT, real(at, "at"))
        cells, kept, _ = self._cells(where)
        with self._lock:
            self._changes += 1
            call("syn_array_stick", self._handle, cells, how, g)
        return self

    def stick_random(self, hrs: float = 0, lrs: float = 0, at: float = 0, g: float = 0,
                     where: Optional[ArrayLike] = None) -> int:
        """Draws which cells are stuck, from the seed alone: shares at HRS, at LRS, and at the conductance `g` [S].

        With a larger share the same cells are stuck, and more. Returns the number of cells drawn.
        """
        shares = {"hrs": hrs, "lrs": lrs, "at": at, "g": g}
        faults = _abi.syn_faults(**{name: real(value, name) for name, value in shares.items()})
        count = ctypes.c_size_t()
        cells, kept, _ = self._cells(where)
        with self._lock:
            self._changes += 1
            call("syn_array_stick_random", self._handle, cells, ctypes.byref(faults), ctypes.byref(count))
        return count.value

    @property
    def stuck(self) -> "NDArray[np.bool_]":
        """Whether each cell is stuck. (rows, cols)."""
        flags = np.zeros(self._shape, np.uint8, order="F")
        with self._lock:
            call("syn_array_stuck", self._handle, None, address(flags), None)
        return flags.view(np.bool_)

    def copy(self, storage: Optional[str] = None) -> "Array":
        """A copy, which goes on as this array would. storage: "full" or "compact"; None: as this array."""
        handle = ctypes.c_void_p()
        wanted = _storage_of(storage)
        with self._lock:
            if storage is None:
                call("syn_array_copy", self._handle, ctypes.byref(handle))
            else:
                call("syn_array_copy_as", self._handle, wanted, ctypes.byref(handle))
            other = Array._of(handle, self.model, self._read_only)
            other.reads = self.reads
        return other

    def freeze(self) -> "Array":
        """A read-only copy: 4 bytes per cell."""
        handle = ctypes.c_void_p()
        with self._lock:
            call("syn_array_freeze", self._handle, ctypes.byref(handle))
        return Array._of(handle, self.model, True)

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes a state file, which `load` and the command `synaptogen` read."""
        with self._lock:
            call("syn_array_save", self._handle, path_bytes(path))

    def close(self) -> None:
        """Gives the memory back, as soon as no view of it is left. Every other call is refused then."""
        with self._lock:
            self._memory = None

    def __enter__(self) -> "Array":
        return self

    def __exit__(self, *unused: Any) -> None:
        self.close()

    def __copy__(self) -> "Array":
        return self.copy()

    def __deepcopy__(self, memo: Any) -> "Array":
        return self.copy()

    def __reduce__(self) -> Tuple[Any, ...]:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "state")
            self.save(path)
            with open(path, "rb") as file:
                return _array_of, (file.read(), self.model, self.reads)

    def __repr__(self) -> str:
        if self._memory is None:
            return "<Array, closed>"
        rows, cols = self._shape
        what = ", read-only" if self._read_only else ""
        if not self._read_only:
            counts = np.bincount(self.mode.reshape(-1), minlength=3)
            what = "".join(f", {count} in {name}" for name, count in zip(MODES, counts) if count)
        return f"<Array {rows} x {cols}, seed {self.seed}{f', first {self.first}' if self.first else ''}{what}>"


def _array_of(data: bytes, model: Model, reads: int) -> Array:
    """An array from the contents of its state file, for pickle."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "state")
        with open(path, "wb") as file:
            file.write(data)
        array = load(path, model)
    array.reads = reads
    return array


def load(path: Union[str, os.PathLike[str]], model: Optional[Model] = None, threads: int = 0, *,
         storage: Optional[str] = None, first: int = 0, count: Optional[int] = None) -> Array:
    """The array of a state file.

    Parameters
    ----------
    path : path
        Of a file that `Array.save` or the command `synaptogen` wrote.
    model : Model or None
        With the figures that the array was made with. None: the built-in device, at the order that the file names.
    threads : int
        As in Array.
    storage : "full", "compact" or None
        None: as it was saved.
    first, count : int
        The cells of a compact file to load, from its cell number `first` on; count None: to the end. Only these are
        read. They have the rows of the file if they are whole columns, or else are one column.

    Raises
    ------
    FileError, InputError
        InputError if the file is truncated, altered, foreign, or of another model.
    """
    name = path_bytes(path)
    info = _abi.syn_array_info()
    call("syn_array_peek", name, ctypes.byref(info))
    model = _model_of(Model(order="long" if info.order == _abi.SYN_LONG else info.order) if model is None else model)
    how = _abi.syn_load()
    how.threads = whole(threads, "threads", 0, 1 << 20)
    how.storage = _storage_of(storage)
    how.first = whole(first, "first", 0, LARGEST)
    how.count = 0 if count is None else whole(count, "count", 1, LARGEST)
    handle = ctypes.c_void_p()
    call("syn_array_load_with", model._handle, name, ctypes.byref(how), ctypes.byref(handle))
    return Array._of(handle, model, bool(info.read_only))


__all__ = ["Array", "FEATURES", "Programmed", "bar", "load"]
