# SPDX-License-Identifier: MIT
"""The shared library: where it is, its calls with their types, and its errors as exceptions."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from typing import Any, Callable, Optional, Sequence, Tuple

import numpy as np

from . import _abi

NAMES = ("libsynaptogen.0.dylib",) if sys.platform == "darwin" else ("libsynaptogen.so.0",)


class Error(Exception):
    """What the library refuses.

    It also is a ValueError (an argument, a file's contents), OSError (a file), MemoryError or FloatingPointError (no
    solution was found).

    Attributes
    ----------
    status : str
        Name of the status, such as "SYN_EINVAL".
    file : str
        The file in question; empty if there is none.
    line : int
        1-based line in it; 0 if there is none.
    field : str
        Argument, or path in a JSON file, such as "device_gmm.chol[1][3]"; may be empty.
    text : str
        What was expected and what was found.
    """

    def __init__(self, message: str, status: str = "SYN_EINVAL", file: str = "", line: int = 0, field: str = "",
                 text: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.file = file
        self.line = line
        self.field = field
        self.text = text or message

    def __reduce__(self) -> Tuple[Any, ...]:
        return type(self), (self.args[0], self.status, self.file, self.line, self.field, self.text)


class InputError(Error, ValueError):
    """An argument, or the contents of a file or a measurement."""


class FileError(Error, OSError):
    """A file that cannot be read or written."""


class OutOfMemory(Error, MemoryError):
    """There is not enough memory."""


class Stopped(Error):
    """A long call that its caller stopped."""


class NoSolution(Error, FloatingPointError):
    """No solution was found."""



_CLASSES = {
    _abi.SYN_ENOMEM: OutOfMemory,
    _abi.SYN_EIO: FileError,
    _abi.SYN_ENUMERIC: NoSolution,
    _abi.SYN_ESTOPPED: Stopped,
}
_STATUS = {value: name for name, value in vars(_abi).items() if name == "SYN_OK" or name.startswith("SYN_E")}


def refuse(field: str, text: str) -> InputError:
    """The error of an argument."""
    return InputError(f"{field}: {text}", field=field, text=text)


def _load() -> Tuple[ctypes.CDLL, str]:
    """The library and its path: $SYNAPTOGEN_LIBRARY, beside this package, where it was installed, or the loader's choice."""
    given = os.environ.get("SYNAPTOGEN_LIBRARY")
    here = os.path.dirname(os.path.abspath(__file__))
    folders = [here]
    if os.path.exists(os.path.join(here, "libdir")):  # `make install` writes it
        with open(os.path.join(here, "libdir"), encoding="utf-8") as file:
            folders.append(file.read().strip())
    places = [given] if given else [os.path.join(d, name) for d in folders for name in NAMES] + list(NAMES)
    problem: Optional[OSError] = None
    for place in places:
        if os.path.isabs(place) and not given and not os.path.exists(place):
            continue
        try:
            return ctypes.CDLL(place), place
        except OSError as error:
            problem = error
    raise ImportError(f"the library {NAMES[0]} cannot be loaded: {problem}. SYNAPTOGEN_LIBRARY can hold its path") from problem


def _declare() -> Tuple[ctypes.CDLL, str]:
    library, path = _load()
    try:
        version = library.syn_version
    except AttributeError:
        raise ImportError(f"{path} is not the library of Synaptogen") from None
    version.restype = ctypes.c_char_p
    found = version().decode()
    if found != _abi.VERSION:
        raise ImportError(f"{path} is version {found}; this package is for version {_abi.VERSION}")
    for name, (result, arguments) in _abi.FUNCTIONS.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise ImportError(f"{path} lacks {name}: it is not the library of this package") from None
        function.restype, function.argtypes = result, arguments
    return library, path


lib, PATH = _declare()


def call(name: str, *arguments: Any) -> None:
    """Calls a function that returns a status; its last argument is the error. Raises if it fails."""
    error = _abi.syn_error()
    status = getattr(lib, name)(*arguments, ctypes.byref(error))
    if status == _abi.SYN_OK:
        return
    error.status = status
    buffer = ctypes.create_string_buffer(1024)
    lib.syn_error_format(ctypes.byref(error), buffer, len(buffer))
    message = buffer.value.decode(errors="replace") or lib.syn_strstatus(status).decode()
    raise _CLASSES.get(status, InputError)(
        message, _STATUS.get(status, str(status)), error.file.decode(errors="replace"), error.line,
        error.field.decode(errors="replace"), error.text.decode(errors="replace"))


class Interruptible:
    """A long call of the library that asks now and then whether to go on: what its caller's function raises, and Ctrl-C, come
    up after the call. An exception cannot pass through the library, and Python would drop it.
    """

    def __init__(self, progress: Optional[Callable[[float], Any]]) -> None:
        self.progress = progress
        self.error: Optional[BaseException] = None
        self.interrupted = False
        self._before: Any = None

    def goes_on(self, _: Any, share: float) -> bool:
        """What the library calls."""
        try:
            if self.progress is not None and self.progress(share) is False:
                return False
        except BaseException as error:  # noqa: BLE001
            self.error = error
        return self.error is None and not self.interrupted

    def _interrupt(self, *unused: Any) -> None:
        self.interrupted = True

    def __enter__(self) -> Interruptible:
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *unused: Any) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        if self.error is not None:
            raise self.error
        if self.interrupted:
            raise KeyboardInterrupt


def path_bytes(path: Any) -> bytes:
    """A path as the library takes it."""
    name = os.fsencode(path)
    if b"\0" in name:
        raise refuse("path", "it holds a zero byte")
    return name


def numbers(values: Any, kind: Any, field: str, shape: Optional[Sequence[Optional[int]]] = None) -> "np.ndarray[Any, Any]":
    """`values` as an array of `kind` in Fortran order, without a copy if it is one. None in `shape` is any length.

    The numbers themselves are the library's to check, except that a finite number must stay finite in single precision.
    """
    try:
        given = np.asarray(values)
        if np.iscomplexobj(given) or given.dtype.kind not in "biuf":
            raise TypeError(f"real numbers are expected, {given.dtype} was found")
        with np.errstate(over="ignore"):
            array = np.asarray(given, dtype=kind, order="F")
    except (TypeError, ValueError) as error:
        raise refuse(field, str(error)) from None
    if shape is not None and (array.ndim != len(shape) or any(n not in (None, m) for n, m in zip(shape, array.shape))):
        wish = ", ".join("any" if n is None else str(n) for n in shape)
        raise refuse(field, f"expected the shape ({wish}{',' if len(shape) == 1 else ''}), found {array.shape}")
    if kind is np.float32 and not np.array_equal(np.isinf(array), np.isinf(given)):
        raise refuse(field, "a number is too large for single precision")
    return array


def spread(value: Any, kind: Any, field: str, shape: Sequence[int]) -> "np.ndarray[Any, Any]":
    """`value` as an array of this shape; a number stands for all its places."""
    return numbers(np.full(shape, value) if np.ndim(value) == 0 else value, kind, field, shape)


def address(array: "Optional[np.ndarray[Any, Any]]") -> Optional[int]:
    """Where the numbers of an array are, for the library; None stays None."""
    return None if array is None else array.ctypes.data


def whole(value: Any, field: str, low: int, high: int) -> int:
    """`value` as an integer within [low, high]."""
    try:
        number = int(value)
        if number != value:
            raise TypeError
    except (TypeError, ValueError, OverflowError):
        raise refuse(field, f"an integer is expected, {value!r} was found") from None
    if not low <= number <= high:
        raise refuse(field, f"expected {low} to {high}, found {number}")
    return number


def real(value: Any, field: str) -> float:
    """`value` as a real number, which may be infinite or NaN."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise refuse(field, f"a number is expected, {value!r} was found") from None
