# SPDX-License-Identifier: MIT
"""Crossbars: cells between word lines and bit lines whose wires have a resistance."""

from __future__ import annotations

import ctypes
import threading
import weakref
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _abi
from ._library import Interruptible, Stopped, address, call, lib, numbers, real, refuse, spread, whole
from .array import Array
from .device import Model, program_options

Double = NDArray[np.float64]
SIDES = ("left", "right", "top", "bottom")
_PROGRESS: Any = _abi.syn_progress._fields_[0][1]
SCHEMES = ("half-select", "third-select", "full-select")
PIECE = 1024  # inputs between two calls of progress


def _plain(value: Any, name: str) -> Any:
    """A number, or a tuple of numbers, for a field of Wires."""
    if value is None or np.ndim(value) == 0:
        values: Any = None if value is None else real(value, name)
    else:
        values = tuple(float(x) for x in numbers(value, np.float64, name, (None,)))
    if values is not None and np.isnan(values).any():
        raise refuse(name, f"a number is expected, {values!r} was found")
    return values


@dataclass(frozen=True)
class Wires:
    """The wires of a crossbar and what is at their ends.

    A number stands for all lines; a sequence has one value for each line.

    Attributes
    ----------
    r_wl, r_bl : number or sequence
        ohm per segment of the word lines (one per row) and of the bit lines (one per column).
    left, right, top, bottom : number, sequence or None
        ohm between the end of a line and its source or sense amplifier. None: the end is open. Word lines end at left
        and right, bit lines at top and bottom.
    half_leads : bool
        Whether the wire between an end and its first cell is half a segment long; else it is a whole one.
    gmin : float
        S across each cell.
    access_resistance : float
        ohm in series with each cell, for example of a transistor that is on.
    access_u, access_i : sequence
        V and A: points of the I-V curve of a device in series with each cell, such as a selector. Both rise; (0, 0) is a
        point. Empty: there is none.
    """

    r_wl: Union[float, Sequence[float]] = 0.0
    r_bl: Union[float, Sequence[float]] = 0.0
    left: Union[float, Sequence[float], None] = 0.0
    right: Union[float, Sequence[float], None] = None
    top: Union[float, Sequence[float], None] = None
    bottom: Union[float, Sequence[float], None] = 0.0
    half_leads: bool = False
    gmin: float = 0.0
    access_resistance: float = 0.0
    access_u: Sequence[float] = ()
    access_i: Sequence[float] = ()

    def __post_init__(self) -> None:
        for name in ("r_wl", "r_bl") + SIDES + ("access_u", "access_i"):
            object.__setattr__(self, name, _plain(getattr(self, name), name))
        if len(self.access_u) != len(self.access_i):
            raise refuse("access_i", f"{len(self.access_u)} points are expected, found {len(self.access_i)}")

    def _structure(self, rows: int, cols: int) -> Tuple[Any, List[Any]]:
        """The library's wires, and the memory that they refer to."""
        wires = _abi.syn_wires(rows=rows, cols=cols, half_leads=bool(self.half_leads), gmin=real(self.gmin, "gmin"))
        kept: List[Any] = []

        def line(value: Any, name: str, count: int) -> Any:
            values = spread(value, np.float64, name, (count,))
            kept.append(values)
            return address(values)

        wires.r_wl_each = line(self.r_wl, "r_wl", rows)
        wires.r_bl_each = line(self.r_bl, "r_bl", cols)
        for k, side in enumerate(SIDES):
            value = getattr(self, side)
            wires.end[k] = None if value is None else line(value, side, rows if k < 2 else cols)
        wires.access.resistance = real(self.access_resistance, "access_resistance")
        wires.access.points = len(self.access_u)
        if len(self.access_u):
            wires.access.u = line(self.access_u, "access_u", len(self.access_u))
            wires.access.i = line(self.access_i, "access_i", len(self.access_i))
        return wires, kept


class Solution(NamedTuple):
    """A solution of a crossbar.

    Attributes
    ----------
    left, right : (rows,) array
        A into the array at the ends of the word lines; NaN where open.
    top, bottom : (cols,) array
        The same at the ends of the bit lines.
    u, w : (rows, cols) array
        V at each cell, of its word line and of its bit line.
    cell_u, cell_i : (rows, cols) array
        V across each cell without its access device, and A through it, from word line to bit line.
    power : float
        W, delivered by the sources.
    residual, scale : float
        A: bound of the error of each current; largest current.
    newton, iterations : int
        Linearisations; iterations of the linear solver.
    switched : int
        Cells whose state changed, in `step`.
    """

    left: Double
    right: Double
    top: Double
    bottom: Double
    u: Double
    w: Double
    cell_u: Double
    cell_i: Double
    power: float
    residual: float
    scale: float
    newton: int
    iterations: int
    switched: int


class Noise(NamedTuple):
    """Spectral densities of a sum of currents [A^2/Hz], by origin."""

    thermal: float
    shot: float
    wires: float


class Written(NamedTuple):
    """What writing achieved.

    Attributes
    ----------
    pulses, switched : int
        Voltages applied to the lines; changes of selected cells.
    disturbs : (rows, cols) array or None
        Changes of each cell while it was not selected. Write-verify does not count them by cell.
    disturbed : int
        Cells with at least one.
    wrong : int
        Of bits: cells that are not in the state that was asked for.
    residual : float
        A: the largest of all solutions.
    """

    pulses: int
    switched: int
    disturbs: Optional["NDArray[np.uint32]"]
    disturbed: int
    wrong: int
    residual: float


class Crossbar:
    """Word lines, bit lines and a cell at each crossing. Calls from several threads follow each other.

    Parameters
    ----------
    cells : Array or (rows, cols) array
        The cells of an Array, which are nonlinear and switch in `step`, `write` and `program`; or conductances [S], which
        are linear.
    wires : Wires or None
        None: ideal wires.
    threads : int
        Upper limit; 0: as many as there are processors.

    Raises
    ------
    InputError, OutOfMemory

    Notes
    -----
    `x @ v` reads with voltages at the left ends of the word lines: currents out of the bottom ends of the bit lines. For
    linear cells many inputs are one matrix product after the first call.
    """

    def __init__(self, cells: Union[Array, ArrayLike], wires: Optional[Wires] = None, *, threads: int = 0) -> None:
        self.wires = Wires() if wires is None else wires
        if not isinstance(self.wires, Wires):
            raise refuse("wires", f"Wires are expected, found {wires!r}")
        self.array = cells if isinstance(cells, Array) else None
        g: Any = None if isinstance(cells, Array) else numbers(cells, np.float64, "cells", (None, None))
        self.shape: Tuple[int, int] = self.array.shape if self.array else g.shape
        structure, kept = self.wires._structure(*self.shape)
        self._threads = whole(threads, "threads", 0, 1 << 20)
        handle = ctypes.c_void_p()
        call("syn_crossbar_create", ctypes.byref(structure), self._threads, ctypes.byref(handle))
        del kept
        self._handle = handle
        self._lock = threading.RLock()
        self._changes = -1
        self.reads = 0  # number of the next noisy input
        weakref.finalize(self, lib.syn_crossbar_free, handle)
        if self.array is None:
            call("syn_crossbar_set_conductances", handle, address(g))
        else:
            self._memory = self.array._memory
            with self.array._lock:
                self._bind()

    def _bind(self) -> None:
        """Takes over changes of the array by other calls. To be called with the array's lock."""
        if self.array is None:
            return
        handle = self.array._handle  # refuses an array that was closed
        if self._changes != self.array._changes:
            call("syn_crossbar_bind", self._handle, handle)
            self._changes = self.array._changes

    def _held(self) -> "_Held":
        return _Held(self)

    __array_ufunc__ = None  # NumPy leaves `matrix @ array` to this class

    @property
    def linear(self) -> bool:
        """Whether the cells are linear."""
        return self.array is None

    @property
    def nbytes(self) -> int:
        """Memory in bytes, without the array's."""
        return int(lib.syn_crossbar_bytes(self._handle))

    def _lines(self, side: str) -> int:
        return self.shape[0] if side in ("left", "right") else self.shape[1]

    def _vectors(self, given: Dict[str, Optional[ArrayLike]]) -> Tuple[Any, List[Any]]:
        """Voltages or factors for one solution, as the library takes them, and their memory."""
        table = (ctypes.c_void_p * len(SIDES))()
        kept = []
        for k, side in enumerate(SIDES):
            value = given[side]
            if value is not None:
                each = spread(value, np.float64, side, (self._lines(side),))
                kept.append(each)
                table[k] = address(each)
        return table, kept

    def _solution(self, info: Any) -> Solution:
        ends = []
        for k, side in enumerate(SIDES):
            place = lib.syn_crossbar_current(self._handle, k)
            ends.append(np.array((ctypes.c_double * self._lines(side)).from_address(place)))
        inside = [np.empty(self.shape, np.float64, order="F") for _ in range(4)]
        lib.syn_crossbar_nodes(self._handle, address(inside[0]), address(inside[1]))
        lib.syn_crossbar_cells(self._handle, address(inside[2]), address(inside[3]))
        left, right, top, bottom = ends
        u, w, cell_u, cell_i = inside
        return Solution(left, right, top, bottom, u, w, cell_u, cell_i, info.power, info.residual, info.scale, info.newton, info.iterations,
                        info.switched)

    def _solve(self, function: str, **volts: Optional[ArrayLike]) -> Solution:
        table, kept = self._vectors(volts)
        info = _abi.syn_solution()
        with self._held():
            call(function, self._handle, table, ctypes.byref(info))
            return self._solution(info)

    def solve(self, left: Optional[ArrayLike] = None, right: Optional[ArrayLike] = None,
              top: Optional[ArrayLike] = None, bottom: Optional[ArrayLike] = None) -> Solution:
        """Solves the circuit for the voltages [V] of the sources. The cells do not change.

        Each side takes a number for all its lines, or an array with a value for each line. None: 0 V.
        """
        return self._solve("syn_crossbar_solve", left=left, right=right, top=top, bottom=bottom)

    def step(self, left: Optional[ArrayLike] = None, right: Optional[ArrayLike] = None,
             top: Optional[ArrayLike] = None, bottom: Optional[ArrayLike] = None) -> Solution:
        """One quasi-static step: as `solve`, and the cells of the array switch by their own voltages."""
        with self._held():
            solution = self._solve("syn_crossbar_step", left=left, right=right, top=top, bottom=bottom)
            self._changed()
        return solution

    def _changed(self) -> None:
        """The array has changed through this crossbar, which knows it."""
        if self.array is not None:
            self.array._changes += 1
            self._changes = self.array._changes

    def read(self, v: ArrayLike, tolerance: float = 0, bandwidth: float = 0, index: Optional[int] = None,
             seed: Optional[int] = None, progress: Optional[Callable[[float], Any]] = None) -> Double:
        """Many inputs at once: voltages at the left ends of the word lines, currents out of the bottom ends.

        Parameters
        ----------
        v : (rows,) or (rows, n) array
            V. All other sources are at 0 V.
        tolerance : float
            Bound of the error of each current, as a part of the largest current of a terminal or a cell: 1e-10 .. 1e-3.
            0: 1e-10. Linear cells always reach 1e-10.
        bandwidth : float
            Hz, of the thermal and shot noise of cells and wires at 300 K; 0: no noise. The noise of the ends is
            independent here, see crossbar_batch.h.
        index : int or None
            Number of the first input: it decides the noise, with the seed. None: `reads`, which grows by one at each noisy
            input.
        seed : int or None
            Of the noise. None: that of the array; 0 for linear cells.
        progress : function or None
            Called with the share that is done, 0 .. 1.

        Returns
        -------
        (cols,) or (cols, n) array
            A, positive out of the bit lines.
        """
        volts = numbers(v, np.float64, "v")
        if volts.ndim not in (1, 2) or volts.shape[0] != self.shape[0]:
            raise refuse("v", f"expected ({self.shape[0]},) or ({self.shape[0]}, n), found {volts.shape}")
        if self.wires.bottom is None or self.wires.left is None:
            raise refuse("wires", "the left ends of the word lines and the bottom ends of the bit lines must be closed")
        out = np.empty((self.shape[1],) + volts.shape[1:], np.float64, order="F")
        inputs, outputs = (m.reshape(m.shape[0], -1, order="F") for m in (volts, out))
        count = inputs.shape[1]
        options = _abi.syn_batch_options(tolerance=real(tolerance, "tolerance"), threads=self._threads,
                                         bandwidth=real(bandwidth, "bandwidth"))
        own = self.array.seed if self.array else 0
        options.seed = own if seed is None else whole(seed, "seed", 0, 2**64 - 1)
        if index is None:
            first = self.reads
            self.reads += count if options.bandwidth > 0 else 0
        else:
            first = whole(index, "index", 0, 2**56 - 1)
        step = count if progress is None else PIECE
        for begin in range(0, count, max(step, 1)):
            v_side, i_side = (ctypes.c_void_p * 4)(), (ctypes.c_void_p * 4)()
            part = slice(begin, min(begin + step, count))
            options.index = first + begin
            v_side[0], i_side[3] = address(inputs[:, part]), address(outputs[:, part])
            with self._held():
                call("syn_crossbar_solve_batch", self._handle, v_side, part.stop - begin, i_side, ctypes.byref(options),
                     None)
            if progress is not None and progress(part.stop / count) is False:
                raise Stopped("stopped by the caller", status="SYN_ESTOPPED")
        return np.negative(out, out=out)

    def __matmul__(self, v: ArrayLike) -> Double:
        return self.read(v)

    def transfer(self) -> Double:
        """The matrix t[cols, rows] [S] with `t @ v` = `x @ v`, exact for linear cells.

        For nonlinear cells: at the slopes of the last solution of `solve` or `step`.
        """
        t = np.empty((self.shape[1], self.shape[0]), np.float64, order="F")
        with self._held():
            call("syn_crossbar_transfer", self._handle, _abi.SYN_LEFT, _abi.SYN_BOTTOM, address(t))
        return np.negative(t, out=t)

    def port_matrix(self) -> Double:
        """d I_p / d V_q [S] between all closed ends, in the order left, right, top, bottom. Symmetric."""
        ports = lib.syn_crossbar_ports(self._handle)
        y = np.empty((ports, ports), np.float64, order="F")
        with self._held():
            call("syn_crossbar_port_matrix", self._handle, address(y))
        return y

    def noise(self, left: Optional[ArrayLike] = None, right: Optional[ArrayLike] = None,
              top: Optional[ArrayLike] = None, bottom: Optional[ArrayLike] = None,
              temperature: float = 300.0) -> Noise:
        """Noise of the sum of (factor times current) over the ends, at the last solution of `solve` or `step`.

        Each side takes a factor for all its lines, or an array with a factor for each line. None: 0. For the current
        of bit line j: bottom = np.eye(cols)[j].
        """
        table, kept = self._vectors({"left": left, "right": right, "top": top, "bottom": bottom})
        noise = _abi.syn_noise()
        with self._held():
            call("syn_crossbar_noise", self._handle, table, real(temperature, "temperature"), ctypes.byref(noise))
        return Noise(noise.thermal, noise.shot, noise.wires)

    def select(self, rows: Optional[ArrayLike] = None) -> None:
        """Disconnects the cells of rows whose value is False, as access transistors that are off do. None: all are on."""
        on = None
        if rows is not None:
            on = np.ascontiguousarray(rows, dtype=np.uint8)
            if on.shape != self.shape[:1]:
                raise refuse("rows", f"expected ({self.shape[0]},), found {on.shape}")
        with self._held():
            lib.syn_crossbar_select(self._handle, address(on))

    def _how(self, scheme: str, by_cell: bool, steps: int, **volts: Optional[float]) -> Any:
        if scheme not in SCHEMES:
            raise refuse("scheme", f"expected one of {', '.join(SCHEMES)}, found {scheme!r}")
        if self.array is None:
            raise refuse("cells", "conductances cannot be written; cells of an Array can")
        how = _abi.syn_write()
        lib.syn_write_default(self.array.model._handle, SCHEMES.index(scheme), ctypes.byref(how))
        how.by_cell, how.steps = bool(by_cell), whole(steps, "steps", 0, 1 << 20)
        for name, value in volts.items():
            if value is not None:
                setattr(how, name, real(value, name))
        return how

    def write(self, bits: ArrayLike, scheme: str = "half-select", *, by_cell: bool = False, steps: int = 1,
              u_set: Optional[float] = None, u_reset: Optional[float] = None,
              progress: Optional[Callable[[float], Any]] = None) -> Written:
        """Writes bits row by row through the wires: nonzero is SET, 0 is RESET.

        Parameters
        ----------
        bits : (rows, cols) array
        scheme : "half-select", "third-select" or "full-select"
            What the lines get that are not selected.
        by_cell : bool
            One cell at a time; otherwise all cells of a row at once, first those that SET.
        steps : int
            In which each voltage is approached.
        u_set, u_reset : float or None
            V across a selected cell. None: what suits the statistics of the cells.
        progress : function or None
            Called after each row with the share that is done, 0 .. 1. If it returns False, the call ends with Stopped. Ctrl-C
            ends it after the row.
        """
        given = np.asarray(bits)
        if given.shape != self.shape:
            raise refuse("bits", f"expected {self.shape}, found {given.shape}")
        flags = np.asfortranarray(given != 0).view(np.uint8)
        how = self._how(scheme, by_cell, steps, u_set=u_set, u_reset=u_reset)
        disturbs = np.zeros(self.shape, np.uint32, order="F")
        report = _abi.syn_write_report()
        with self._held(), Interruptible(progress) as asked:
            how.progress.call = _PROGRESS(asked.goes_on)
            try:
                call("syn_crossbar_write", self._handle, address(flags), ctypes.byref(how), address(disturbs),
                     ctypes.byref(report))
            finally:
                self._changed()
        return Written(report.pulses, report.switched, disturbs, report.disturbed, report.wrong, report.residual)

    def program(self, target: ArrayLike, tolerance: float = 0.02, attempts: int = 20, *, scheme: str = "half-select",
                bandwidth: float = 0, u_set: Optional[float] = None, u_reset: Optional[float] = None,
                progress: Optional[Callable[[float], Any]] = None) -> Tuple[int, Double, Written]:
        """Write-verify through the wires, row by row. Arguments as in `Array.program` and `write`.

        Returns
        -------
        reached : int
            Cells whose last verifying read was within the tolerance.
        conductance : (rows, cols) array
            S, of the cells themselves, after all disturbs.
        written : Written
        """
        wish = spread(target, np.float32, "target", self.shape)
        how = self._how(scheme, False, 1, u_set=u_set, u_reset=u_reset)
        model: Model = self.array.model  # type: ignore[union-attr]
        program = program_options(model, tolerance, attempts, bandwidth)
        g = np.empty(self.shape, np.float32, order="F")
        report, written = _abi.syn_program_report(), _abi.syn_write_report()
        with self._held(), Interruptible(progress) as asked:
            how.progress.call = _PROGRESS(asked.goes_on)
            try:
                call("syn_crossbar_program", self._handle, address(wish), ctypes.byref(program), ctypes.byref(how),
                     address(g), ctypes.byref(report), ctypes.byref(written))
            finally:
                self._changed()
        return report.reached, g.astype(np.float64), Written(
            written.pulses, written.switched, None, written.disturbed, written.wrong, written.residual)

    def __repr__(self) -> str:
        cells = "linear cells" if self.array is None else f"cells of {self.array!r}"
        return f"<Crossbar {self.shape[0]} x {self.shape[1]}, {cells}, {self.wires}>"


class _Held:
    """The locks of a crossbar and of its array, with the array's changes taken over."""

    def __init__(self, crossbar: Crossbar) -> None:
        self.crossbar = crossbar

    def __enter__(self) -> None:
        if self.crossbar.array is not None:
            self.crossbar.array._lock.acquire()
        self.crossbar._lock.acquire()
        try:
            self.crossbar._bind()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *unused: Any) -> None:
        self.crossbar._lock.release()
        if self.crossbar.array is not None:
            self.crossbar.array._lock.release()
