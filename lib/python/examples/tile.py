# SPDX-License-Identifier: MIT
"""One tile of a network in ngspice: the same cells, wires, drivers and sense amplifiers, and the same currents.

    python3 tile.py [folder]

A matrix of weights goes to tiles of 64 x 64 cells. The state file of one of them goes into a netlist, which
`synaptogen netlist crossbar` writes. ngspice reads all columns, and so does Python. Needs `synaptogen` and
`ngspice`; the environment variables SYNAPTOGEN and NGSPICE can name others.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

from synaptogen_c import AnalogMatrix, Crossbar, Hardware, Wires

OHM, DRIVER, SENSE = 1.0, 50.0, 20.0  # of a wire per cell, of the drivers, of the inputs of the sense amplifiers


def run(*command, folder):
    """Runs a program in the folder; its message goes into the exception if it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr or done.stdout}")


def in_ngspice(array, volts, folder):
    """Returns the column currents [A] of the array in ngspice."""
    array.save(folder / "tile.state")
    np.save(folder / "volts.npy", volts)
    command = [os.environ.get("SYNAPTOGEN", "synaptogen"), "netlist", "crossbar", "--mode", "read", "--cells", "array"]
    command += ["--state", "tile.state", "--voltages", "volts.npy", "--r-wl", str(OHM), "--r-bl", str(OHM)]
    command += ["--driver", str(DRIVER), "--sense", str(SENSE), "-o", "tile.cir"]
    if "SYNAPTOGEN_LIB" in os.environ:
        command += ["--library", os.environ["SYNAPTOGEN_LIB"]]
    run(*command, folder=folder)
    run(os.environ.get("NGSPICE", "ngspice"), "-b", "tile.cir", folder=folder)
    return np.loadtxt(folder / "tile.data")[:, 1]


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    weights = np.random.default_rng(1).normal(size=(100, 200))
    matrix = AnalogMatrix(weights, Hardware(tile=(64, 64), seed=7))
    tile = matrix.tiles[5]
    print(matrix)
    print(tile)

    # The netlist has six digits for a voltage. These have no more.
    volts = np.round(np.random.default_rng(2).uniform(0, matrix.u_read, tile.array.shape[0]), 4)
    python = Crossbar(tile.array, Wires(r_wl=OHM, r_bl=OHM, left=DRIVER, bottom=SENSE)) @ volts
    ngspice = in_ngspice(tile.array, volts, folder)

    print(f"{'column':>6s} {'Python [A]':>14s} {'ngspice [A]':>14s}")
    for column in range(0, len(python), 9):
        print(f"{column:6d} {python[column]:14.7e} {ngspice[column]:14.7e}")
    print(f"largest difference: {np.abs(python - ngspice).max() / np.abs(python).max():.1e} of the largest current")


if __name__ == "__main__":
    main()
