#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The public NumPy package of the model's authors, timed as synaptogen_numpy.py times its own program.

usage: synaptogen_public.py FOLDER [CELLS] [REPEATS]

FOLDER holds the package `synaptogen`: Synaptogen.py/src of a clone of github.com/thennen/Synaptogen, or where it is
installed.
"""
import sys

import numpy as np
from synaptogen_numpy import HEADER, check_means, timed

BY = "public NumPy package"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.path.insert(0, sys.argv[1])
    import synaptogen as public  # the folder is known only now

    cells = int(sys.argv[2]) if len(sys.argv) > 2 else 1 << 20
    repeats = int(sys.argv[3]) if len(sys.argv) > 3 else 5

    def cycle(array):
        public.applyVoltage(array, np.float32(-1.5))
        public.applyVoltage(array, np.float32(1.5))

    few = public.CellArrayCPU(20000)

    def features():
        public.applyVoltage(few, np.float32(-3))
        public.applyVoltage(few, np.float32(1.5))
        return np.vstack([np.log10(few.y[0]), few.y[1:]])

    check_means("synaptogen_public.py", features)
    array = public.CellArrayCPU(cells)
    print(f"# {BY}, NumPy {np.__version__}, Python {sys.version.split()[0]}, {cells} cells")
    print(HEADER)
    timed("cycles in one pass each", BY, cells, repeats, lambda: cycle(array))
    timed("noiseless reads of 2^20", BY, cells, repeats, lambda: public.I(array, np.float32(0.2)))
    timed("noisy reads of 2^20", BY, cells, repeats, lambda: public.Iread(array))


if __name__ == "__main__":
    main()
