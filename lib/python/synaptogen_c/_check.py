# SPDX-License-Identifier: MIT
"""Checks of arguments that name the argument, what is expected and what was found."""

from typing import Any, NoReturn, Sequence

import numpy as np
from numpy.typing import NDArray

from ._library import numbers, refuse


def fail(field: str, expected: str, found: Any) -> NoReturn:
    """Refuses an argument."""
    raise refuse(field, f"expected {expected}, found {found!r}")


def finite(values: Any, field: str, shape: "Sequence[int | None] | None" = None) -> NDArray[np.float64]:
    """`values` as finite numbers in double precision. Names the first that is not. None in `shape` is any length."""
    array: NDArray[np.float64] = numbers(values, np.float64, field, shape)
    wrong = ~np.isfinite(array)
    if wrong.any():
        place = np.argwhere(wrong)[0]
        index = "".join(f"[{k}]" for k in place)
        fail(f"{field}{index}", "a finite number", float(array[tuple(place)]))
    return array
