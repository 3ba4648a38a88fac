# SPDX-License-Identifier: MIT
"""Pictures show the numbers that they are made of."""

import os
import subprocess
import sys
import unittest

os.environ["MPLBACKEND"] = "Agg"
try:
    from matplotlib import pyplot
except ImportError as reason:
    raise unittest.SkipTest(f"no matplotlib: {reason}") from None
import numpy as np

from synaptogen_c import AnalogMatrix, Crossbar, Hardware, InputError, Wires, plot

W = np.random.default_rng(1).normal(size=(6, 10))


class Pictures(unittest.TestCase):
    def tearDown(self):
        pyplot.close("all")

    def test_conductances(self):
        """The map of an array, a tile or a matrix has the conductances in microsiemens, word lines downwards"""
        tile = AnalogMatrix(W, Hardware(seed=1)).tiles[0]
        for cells in (tile, tile.array, tile.array.conductance()):
            image = plot.conductances(cells).images[0]
            np.testing.assert_allclose(image.get_array(), 1e6 * tile.array.conductance(), rtol=1e-6)
            self.assertEqual(image.origin, "upper")

    def test_ir_drop(self):
        """The map of the wires has the voltage of each cell as a part of that of its word line"""
        g, volts = np.full((4, 3), 1e-4), np.array([0.1, 0.2, -0.1, 0.2])
        x = Crossbar(g, Wires(r_wl=50, r_bl=20))
        found = np.asarray(plot.ir_drop(x, volts).images[0].get_array())
        s = x.solve(left=volts)
        np.testing.assert_allclose(found, 100 * (s.u - s.w) / volts[:, None], rtol=1e-9)
        with self.assertRaisesRegex(InputError, r"v\[1\]"):
            plot.ir_drop(x, [0.1, 0, 0.1, 0.1])

    def test_transfer(self):
        """Products of the cells stand over the exact products"""
        A, x = AnalogMatrix(W, Hardware(seed=1)), np.random.default_rng(2).normal(size=(10, 7))
        line = plot.transfer(A, x).lines[0]
        np.testing.assert_allclose(line.get_xdata(), (W @ x).ravel())
        np.testing.assert_allclose(line.get_ydata(), (A @ x).ravel())

    def test_errors(self):
        """The histograms count every weight, of the cells and through the wires, in the axes that are given"""
        for wires, count in ((None, 1), (Wires(r_wl=5, r_bl=5), 2)):
            axes = pyplot.subplots()[1]
            self.assertIs(plot.errors(AnalogMatrix(W, Hardware(wires=wires, seed=1)), axes), axes)
            self.assertEqual(len(axes.get_legend().get_texts()), count)

    def test_without_matplotlib(self):
        """Without matplotlib the package works, and a picture is refused by its name"""
        program = ("import sys; sys.modules['matplotlib'] = None\n"
                   "from synaptogen_c import Array, plot\n"
                   "plot.conductances(Array((2, 2)))")
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        self.assertRegex(done.stderr.strip().split("\n")[-1], "InputError: matplotlib: expected this package")


if __name__ == "__main__":
    unittest.main()
