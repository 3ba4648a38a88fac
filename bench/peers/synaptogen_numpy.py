#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The statistics generator as one would write it in NumPy: arrays of all cells, the model's equations line by line.

usage: synaptogen_numpy.py PARAMETERS [CELLS] [REPEATS]

Checks its own statistics, then prints items per second (median, slowest, fastest) as the library's bench programs do.
Equations: Hennen et al., IEEE Trans. Electron Devices 2024, doi:10.1109/TED.2024.3427616.
"""
import json
import sys
import time

import numpy as np

BOLTZMANN_T, CHARGE = 1.380649e-23 * 300, 1.602176634e-19  # J at 300 K, C
BANDWIDTH = 1e8  # Hz
READ = np.float32(0.2)  # V
REAL = np.float32


class Array:
    """Cells that are SET and RESET completely in each cycle. Features: log10 R_HRS, U_SET, R_LRS, U_RESET."""

    def __init__(self, parameters, cells, rng):
        order = max(parameters["var"], key=int)
        self.rng, self.cells, self.cycle = rng, cells, 0
        self.b = np.array(parameters["var"][order]["B"], REAL)
        self.a = np.array(parameters["var"][order]["A"], REAL)  # a[l - 1] multiplies x of l cycles ago
        self.gamma = np.array(parameters["gamma"], REAL)
        self.llrs = np.array(parameters["iv"]["llrs"], REAL)
        self.hhrs = np.array(parameters["iv"]["hhrs"], REAL)
        self.g_llrs = self.curve(self.llrs, READ) / READ
        self.g_hhrs = self.curve(self.hhrs, READ) / READ
        self.u_max = REAL(parameters["u_max"])
        self.draw_devices(parameters["device_gmm"])
        self.x = np.zeros((len(self.a), 4, cells), REAL)
        self.y = self.next_cycle()
        self.r = self.state(10 ** self.y[0])
        self.lrs = np.zeros(cells, bool)

    @staticmethod
    def curve(coefficients, u):
        return np.polynomial.polynomial.polyval(u, coefficients)

    def draw_devices(self, mixture):
        weight = np.array(mixture["weight"])
        component = self.rng.choice(len(weight), self.cells, p=weight / weight.sum())
        z = self.rng.standard_normal((8, self.cells), REAL)
        mean, chol = np.array(mixture["mean"], REAL), np.array(mixture["chol"], REAL)
        v = np.empty_like(z)
        for k in range(len(weight)):
            chosen = component == k
            v[:, chosen] = mean[k][:, None] + chol[k] @ z[:, chosen]
        self.mu, self.sigma = v[:4], np.abs(v[4:])

    def next_cycle(self):
        lags, oldest = len(self.a), self.cycle % len(self.a)
        x = self.b @ self.rng.standard_normal((4, self.cells), REAL)
        for lag in range(1, lags + 1):
            x += self.a[lag - 1] @ self.x[(self.cycle - lag) % lags]
        self.x[oldest] = x
        self.cycle += 1
        u = np.empty_like(x)
        for i in range(4):
            u[i] = np.polynomial.polynomial.polyval(x[i], self.gamma[i])
        return self.mu + self.sigma * u

    def state(self, resistance):
        return (self.g_llrs - 1 / resistance) / (self.g_llrs - self.g_hhrs)

    def set(self, u):
        chosen = ~self.lrs & (u <= self.y[1])
        self.r = np.where(chosen, self.state(self.y[2]), self.r)
        self.lrs |= chosen

    def reset(self, u):
        """A full RESET, u >= u_max; cells that are not in LRS keep their cycle."""
        if u < self.u_max:
            raise ValueError("partial RESETs are not part of this program")
        chosen = self.lrs & (u > self.y[3])
        self.y = np.where(chosen, self.next_cycle(), self.y)
        self.r = np.where(chosen, self.state(10 ** self.y[0]), self.r)
        self.lrs &= ~chosen

    def read(self, noise):
        i = (1 - self.r) * self.curve(self.llrs, READ) + self.r * self.curve(self.hhrs, READ)
        if not noise:
            return i
        sigma = np.sqrt(REAL(BANDWIDTH * 4 * BOLTZMANN_T) * np.abs(i / READ) + REAL(BANDWIDTH * 2 * CHARGE) * np.abs(i))
        return i + sigma * self.rng.standard_normal(self.cells, REAL)


HEADER = ("what,kernel,threads,repeats,items_per_second,slowest,fastest,bytes_per_second,of_read_bandwidth,"
          "of_copy_bandwidth,relative")


def check_means(name, next_features):
    """Stationary moments of the published model within 2 %: the means pool over devices and cycles."""
    means = np.zeros(4)
    cycles = 60
    for _ in range(cycles):
        means += next_features().mean(axis=1) / cycles
    expected = np.array([4.879, -0.679, 4545.0, 0.7342])
    if not np.all(np.abs(means / expected - 1) < 0.02):
        sys.exit(f"{name}: means {means} instead of {expected}")


def timed(what, by, items, repeats, work):
    work()
    rates = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        rates.append(items / (time.perf_counter() - start))
    rates.sort()
    print(f"{what},{by},1,{repeats},{rates[repeats // 2]:.4g},{rates[0]:.4g},{rates[-1]:.4g},,,,", flush=True)


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        parameters = json.load(f)
    cells = int(sys.argv[2]) if len(sys.argv) > 2 else 1 << 20
    repeats = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    few = Array(parameters, 20000, np.random.default_rng(1))

    def features():
        few.set(REAL(-3))
        few.reset(REAL(1.5))
        return few.y

    check_means("synaptogen_numpy.py", features)
    array = Array(parameters, cells, np.random.default_rng(1))

    def cycle():
        array.set(REAL(-1.5))
        array.reset(REAL(1.5))

    print(f"# NumPy {np.__version__}, Python {sys.version.split()[0]}, {cells} cells")
    print(HEADER)
    timed("cycles in one pass each", "numpy", cells, repeats, cycle)
    timed("noiseless reads of 2^20", "numpy", cells, repeats, lambda: array.read(False))
    timed("noisy reads of 2^20", "numpy", cells, repeats, lambda: array.read(True))


if __name__ == "__main__":
    main()
