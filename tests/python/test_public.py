# SPDX-License-Identifier: MIT
"""The names of the public NumPy package: its example runs, its parameter files are read, and draws repeat."""

import json
import os
import tempfile
import unittest

import numpy as np
from synaptogen_c import public
from synaptogen_c.public import *  # noqa: F403


def public_file(folder):
    """The built-in set in the layout of the public package's parameter file."""
    with open(os.path.join(os.environ["srcdir"], "params/hfo2-1t1r.json"), encoding="utf-8") as file:
        own = json.load(file)
    chol = np.array(own["device_gmm"]["chol"])  # component, row, column
    theirs = {
        "HHRS": own["iv"]["hhrs"][::-1], "LLRS": own["iv"]["llrs"][::-1], "η": own["eta"], "U₀": own["u0"],
        "Umax": own["u_max"], "γ": [row[::-1] for row in own["gamma"]], "wk": own["device_gmm"]["weight"],
        "μDtD": np.transpose(own["device_gmm"]["mean"]).tolist(),
        # a row of this matrix: for each component the columns of its factor
        "LDtD": np.concatenate(list(chol), axis=1).tolist(),
    }  # fmt: skip
    for order, var in own["var"].items():
        theirs[f"VAR_{int(order):03}"] = np.concatenate([var["B"], *var["A"][::-1]], axis=1).tolist()
    path = os.path.join(folder, "default_params.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(theirs, file)
    return path


class Public(unittest.TestCase):
    def test_example(self):
        """The example of the public package's manual runs, and its figures are those of the library"""
        m = 64 * 64
        cells = CellArrayCPU(m, seed=1)
        applyVoltage(cells, -2)
        self.assertTrue(cells.inLRS.all() and not cells.inHRS.any())
        self.assertTrue(np.allclose(0.2 / I(cells, 0.2), LRS(cells), rtol=1e-4))
        applyVoltage(cells, np.random.default_rng(1).standard_normal(m))
        read = Iread(cells)
        self.assertEqual((read.shape, read.dtype, len(cells)), ((m,), np.float32, m))
        volts = np.random.default_rng(2).standard_normal(64) * 0.2
        currents = cells @ volts
        brute = I(cells, np.repeat(volts, 64)).reshape(64, 64, order="F").sum(axis=1)
        sigma = np.sqrt(64 * 1e8 * (4 * 1.38e-23 * 300 * 3e-4 + 2 * 1.6e-19 * 2e-4))  # above that of any row
        self.assertLess(np.abs(currents - brute).max(), 6 * sigma)
        self.assertGreater(np.abs(currents - brute).max(), 0)

    def test_fresh(self):
        """A positive pulse changes no fresh cell"""
        cells = CellArrayCPU(1000, seed=1)
        before = cells.r.copy()
        applyVoltage(cells, 1.0)
        self.assertTrue((cells.r == before).all() and not cells.n.any())

    def test_features(self):
        """HRS, US, LRS and UR are the features of the present cycles and decide what a cell does"""
        cells = CellArrayCPU(2000, seed=2)
        us = US(cells)
        applyVoltage(cells, np.nextafter(us, np.float32(0)) + np.float32(4e-6))
        self.assertFalse(cells.inLRS.any())
        applyVoltage(cells, us - np.float32(4e-6))
        self.assertTrue(cells.inLRS.all())
        ur = UR(cells)
        self.assertTrue((cells.UR == ur).all())
        applyVoltage(cells, ur + np.float32(4e-6))
        self.assertTrue((cells.n == 1).all())
        applyVoltage(cells, 1.5)
        self.assertTrue(cells.inHRS.all())
        self.assertTrue(np.allclose(0.2 / I(cells, 0.2), HRS(cells), rtol=1e-2))
        self.assertTrue(np.allclose(cells.y, [HRS(cells), US(cells), LRS(cells), UR(cells)]))

    def test_seed(self):
        """Programs repeat: arrays take one seed after the other"""
        public.seed(5)
        first, second = CellArrayCPU(100), CellArrayCPU(100)
        self.assertTrue((first.y != second.y).any())
        self.assertTrue((CellArrayCPU(100, seed=5).y == first.y).all())
        self.assertTrue((CellArrayCPU(100, seed=6).y == second.y).all())
        with self.assertRaises(ValueError):
            public.seed(-1)

    def test_params(self):
        """A parameter file of the public package gives the cells that the same set gives in this project's format"""
        with tempfile.TemporaryDirectory() as folder:
            theirs = load_params(public_file(folder), p=4)
        ours = load_params(p=4)
        self.assertEqual((theirs.p, theirs.Umax, theirs.U0), (4, ours.Umax, ours.U0))
        a, b = CellArrayCPU(500, theirs, seed=3), CellArrayCPU(500, ours, seed=3)
        for u in (-2, 1.2, -2, 1.6, -0.7):
            applyVoltage(a, u)
            applyVoltage(b, u)
        self.assertTrue((a.r == b.r).all() and (a.y == b.y).all())

    def test_adc(self):
        """The converter gives the nearest of its levels, clamped"""
        found = ADC(np.array([0, 1e-6, 2.7e-6, 5e-5, 1]), 1e-6, 16e-6, 4)
        self.assertTrue(np.allclose(found, [1e-6, 1e-6, 3e-6, 16e-6, 16e-6]))

    def test_bad(self):
        """Wrong files and lengths are refused by name"""
        cells = CellArrayCPU(10, seed=1)
        for wrong in (lambda: applyVoltage(cells, np.zeros(9)), lambda: cells @ np.zeros(3), lambda: CellArrayCPU(0),
                      lambda: cells @ np.zeros(0)):
            with self.assertRaises(ValueError):
                wrong()
        with self.assertRaises(OSError):
            load_params("/nowhere.json")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "p.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump({"γ": [[1]]}, file)
            with self.assertRaisesRegex(ValueError, "p.json"):
                load_params(path)


if __name__ == "__main__":
    unittest.main()
