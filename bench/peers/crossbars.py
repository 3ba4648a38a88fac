#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Crossbars of linear cells with wires: this project beside badcrossbar and CrossSim, currents compared.

usage: crossbars.py [SIZES [LIMIT]]

SIZES: numbers of rows, such as 32,64,128,256. LIMIT: seconds that a run may take, 120 if absent. The variables
SYNAPTOGEN_BADCROSSBAR and SYNAPTOGEN_CROSSSIM name the folders of clones of github.com/joksas/badcrossbar and
github.com/sandialabs/cross-sim; who has none is left out. badcrossbar needs the Python package pathvalidate. The package synaptogen_c must be importable.

n x n cells, resistances log-uniform in 5 .. 75 kohm, 100 inputs uniform in 0 .. 0.2 V, segments of 1 and 5 ohm,
sources at the left, bit lines at 0 V at the bottom. Each run is a process of its own. Its time is processor time of the
second of two calls, with one thread; its memory is the growth of the process. The error is the largest difference from the
currents of a sparse LU of the nodal equations, relative to the largest current.
"""

import json
import os
import resource
import subprocess
import sys
import time

import numpy as np

INPUTS = 100
BY = ("synaptogen_c, single solves", "synaptogen_c, batch", "badcrossbar", "CrossSim, as shipped", "CrossSim, 1e-10")


def case(n):
    """Conductances [S] and voltages [V]."""
    rng = np.random.default_rng(n)
    g = 1 / np.exp(rng.uniform(np.log(5e3), np.log(75e3), (n, n)))
    return g, rng.uniform(0, 0.2, (n, INPUTS))


def sparse_lu(g, v, ohm):
    """Currents out of the bit lines: nodal equations, factorised by SciPy."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import splu

    n, m = g.shape
    word = np.arange(n * m).reshape(n, m)
    bit = word + n * m
    pairs = [(word, bit, g), (word[:, 1:], word[:, :-1], 1 / ohm), (bit[1:], bit[:-1], 1 / ohm)]
    rows, cols, values = [], [], []
    for p, q, conductance in pairs:
        p, q = p.ravel(), q.ravel()
        c = np.broadcast_to(conductance, p.shape if np.ndim(conductance) == 0 else conductance.shape).ravel()
        rows += [p, q, p, q]
        cols += [p, q, q, p]
        values += [c, c, -c, -c]
    ends = np.concatenate([word[:, 0], bit[-1]])
    rows.append(ends)
    cols.append(ends)
    values.append(np.full(len(ends), 1 / ohm))
    y = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(cols)))).tocsc()
    b = np.zeros((2 * n * m, v.shape[1]))
    b[word[:, 0]] = v / ohm
    return splu(y).solve(b)[bit[-1]] / ohm


def own(g, v, ohm, single):
    import synaptogen_c as syn

    x = syn.Crossbar(g, syn.Wires(ohm, ohm), threads=1)
    if not single:
        return lambda: x @ v
    return lambda: np.stack([-x.solve(left=v[:, k]).bottom for k in range(v.shape[1])], axis=1)


def badcrossbar(g, v, ohm):
    sys.path.insert(0, os.environ["SYNAPTOGEN_BADCROSSBAR"])
    import badcrossbar as peer

    return lambda: peer.compute(v, 1 / g, ohm).currents.output.T


def crosssim(g, v, ohm, tolerance):
    sys.path.insert(0, os.environ["SYNAPTOGEN_CROSSSIM"])
    from simulator import CrossSimParameters
    from simulator.backend import ComputeBackend
    from simulator.circuits.array.NonInterleaved_InputSource import NoninterleavedInputSourceArray

    ComputeBackend(use_gpu=False)
    params = CrossSimParameters()
    parasitics = params.xbar.array.parasitics
    parasitics.enable = True
    solver = NoninterleavedInputSourceArray(params)
    largest = g.max()
    solver.Rp_row_norm = solver.Rp_col_norm = ohm * largest
    solver.Rp_row_terminal_norm = solver.Rp_col_terminal_norm = 0
    if tolerance:
        solver.Verr_th = tolerance
    # Its matrix has outputs as rows. Its tolerance is for inputs up to 1.
    matrix, unit = np.ascontiguousarray(g.T / largest), v / v.max()
    return lambda: np.stack([solver.iterative_solve(matrix.copy(), unit[:, k].copy()) for k in range(v.shape[1])],
                            axis=1) * largest * v.max()


def run(by, n, ohm):
    """One run, in this process. Prints its figures."""
    g, v = case(n)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if by.startswith("synaptogen_c"):
        work = own(g, v, ohm, "single" in by)
    elif by == "badcrossbar":
        work = badcrossbar(g, v, ohm)
    else:
        work = crosssim(g, v, ohm, 1e-10 if "1e-10" in by else None)
    begin = time.process_time()
    currents = np.asarray(work())
    first = time.process_time() - begin
    begin = time.process_time()
    if first < 10:
        work()
    seconds = time.process_time() - begin if first < 10 else first
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base
    expected = sparse_lu(g, v, ohm)
    if currents.shape != expected.shape:
        currents = currents.reshape(expected.shape)
    error = float(np.abs(currents - expected).max() / expected.max())
    print(json.dumps({"first": first, "seconds": seconds, "mib": grown / 1024, "error": error}))


def main():
    if len(sys.argv) > 3:
        run(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
        return
    sizes = [int(n) for n in (sys.argv[1] if len(sys.argv) > 1 else "32,64,128,256").split(",")]
    limit = float(sys.argv[2]) if len(sys.argv) > 2 else 120
    have = {"badcrossbar": "SYNAPTOGEN_BADCROSSBAR", "CrossSim": "SYNAPTOGEN_CROSSSIM"}
    print("n,ohm,by,first_seconds,seconds,mib,error")
    for ohm in (1, 5):
        failed = set()
        for n in sizes:
            for by in BY:
                variable = next((name for peer, name in have.items() if by.startswith(peer)), None)
                if by in failed or (variable and not os.environ.get(variable)):
                    continue
                command = [sys.executable, __file__, by, str(n), str(ohm), "run"]
                try:
                    done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=True, env={
                        **os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})
                    f = json.loads(done.stdout.splitlines()[-1])
                    row = f"{f['first']:.3g},{f['seconds']:.3g},{f['mib']:.3g},{f['error']:.1e}"
                except subprocess.TimeoutExpired:
                    failed.add(by)
                    row = f"over {limit:g},,,"
                except subprocess.CalledProcessError as error:
                    failed.add(by)
                    row = f'"failed: {error.stderr.strip().splitlines()[-1]}",,,'
                print(f"{n},{ohm},\"{by}\",{row}", flush=True)


if __name__ == "__main__":
    main()
