# SPDX-License-Identifier: MIT
"""Checks of arguments that name the argument, what is expected and what was found."""

import json
import os
from typing import Any, Dict, NoReturn, Sequence

import numpy as np
from numpy.typing import NDArray

from ._library import InputError, numbers, refuse


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


def json_members(path: "str | os.PathLike[str]", members: Sequence[str] = ()) -> Dict[str, Any]:
    """The members of a JSON file. Refuses what is not JSON, with its line, and a file without one of `members`."""
    name = os.fspath(path)
    with open(path, encoding="utf-8") as file:
        try:
            values = json.load(file)
        except ValueError as error:
            line = getattr(error, "lineno", 0)
            raise InputError(f"{name}:{line}: {error}", file=name, line=line, text=str(error)) from None
    for member in members:
        if not isinstance(values, dict) or member not in values:
            text = "expected this member, found none"
            raise InputError(f"{name}: {member}: {text}", file=name, field=member, text=text)
    return dict(values)
