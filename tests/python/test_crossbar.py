# SPDX-License-Identifier: MIT
"""Wires and Crossbar against a dense solution of the nodal equations, closed forms, and the command."""

import math
import os
import signal
import subprocess
import tempfile
import unittest

import numpy as np
import synaptogen_c as syn

SYNAPTOGEN = os.environ["SYNAPTOGEN"]


def dense(g, v, r_wl, r_bl):
    """Currents out of the bottom ends: Kirchhoff's law at every node, by a dense solution. Sources left, 0 ohm."""
    rows, cols = g.shape
    n = rows * cols
    y, b = np.zeros((2 * n, 2 * n)), np.zeros(2 * n)

    def join(p, q, conductance):
        for k, m in ((p, q), (q, p)):
            y[k, k] += conductance
            y[k, m] -= conductance

    for i in range(rows):
        for j in range(cols):
            word, bit = i * cols + j, n + i * cols + j
            join(word, bit, g[i, j])
            if j:
                join(word, word - 1, 1 / r_wl)
            else:
                y[word, word] += 1 / r_wl
                b[word] += v[i] / r_wl
            if i < rows - 1:
                join(bit, bit + cols, 1 / r_bl)
            else:
                y[bit, bit] += 1 / r_bl
    return np.linalg.solve(y, b)[n + (rows - 1) * cols:] / r_bl


class Linear(unittest.TestCase):
    def setUp(self):
        rng = np.random.default_rng(1)
        self.g = rng.uniform(1e-5, 2e-4, (7, 5))
        self.v = rng.uniform(-0.2, 0.3, (7, 9))

    def test_dense(self):
        """Currents of single and of many inputs are those of a dense solution"""
        crossbar = syn.Crossbar(self.g, syn.Wires(r_wl=3, r_bl=7))
        many = crossbar @ self.v
        transfer = crossbar.transfer()
        for k in range(9):
            expected = dense(self.g, self.v[:, k], 3, 7)
            for found in (many[:, k], crossbar @ self.v[:, k], transfer @ self.v[:, k],
                          -crossbar.solve(left=self.v[:, k]).bottom):
                self.assertTrue(np.allclose(found, expected, rtol=0, atol=1e-10 * np.abs(expected).max()))

    def test_ideal(self):
        """With ideal wires a crossbar is the product with its conductances"""
        found = syn.Crossbar(self.g) @ self.v
        self.assertTrue(np.allclose(found, self.g.T @ self.v, rtol=1e-12, atol=0))

    def test_conservation(self):
        """Currents into the array sum to zero, and the power of the sources is the heat"""
        crossbar = syn.Crossbar(self.g, syn.Wires(3, 7, right=20, top=(1, 2, 3, 4, 5)))
        left, top = self.v[:, 0], self.v[:5, 1]
        s = crossbar.solve(left=left, top=top, right=0.1)
        self.assertLess(abs(s.left.sum() + s.right.sum() + s.top.sum() + s.bottom.sum()), 1e-9 * s.scale)
        power = left @ s.left + top @ s.top + 0.1 * s.right.sum()
        self.assertAlmostEqual(power / s.power, 1, delta=1e-12)
        self.assertTrue(np.allclose(s.cell_i, self.g * s.cell_u, rtol=1e-12, atol=0))
        self.assertTrue(np.allclose(s.u - s.w, s.cell_u, rtol=1e-9, atol=1e-14))
        self.assertTrue(np.isnan(syn.Crossbar(self.g).solve(left=0.1).top).all())

    def test_ports(self):
        """The port matrix is symmetric and gives the currents of all ends"""
        crossbar = syn.Crossbar(self.g, syn.Wires(3, 7))
        y = crossbar.port_matrix()
        self.assertTrue((y == y.T).all())
        s = crossbar.solve(left=self.v[:, 0], bottom=self.v[:5, 1])
        found = y @ np.concatenate([self.v[:, 0], self.v[:5, 1]])
        self.assertTrue(np.allclose(found, np.concatenate([s.left, s.bottom]), rtol=0, atol=1e-9 * s.scale))

    def test_nyquist(self):
        """The noise of linear cells with ideal wires and 0 V is 4 k T times the conductance of the column"""
        crossbar = syn.Crossbar(self.g)
        crossbar.solve()
        noise = crossbar.noise(bottom=np.eye(5)[2])
        expected = 4 * 1.380649e-23 * 300 * self.g[:, 2].sum()
        self.assertAlmostEqual(noise.thermal / expected, 1, delta=1e-9)
        self.assertEqual(noise.shot, 0)

    def test_batch_noise(self):
        """Noise of many inputs has the variance of each input's own solution, goes on, and repeats by its number"""
        crossbar = syn.Crossbar(self.g, syn.Wires(3, 7))
        v = np.tile(self.v[:, :1], (1, 4000))
        noise = crossbar.read(v, bandwidth=1e8) - crossbar.read(v)
        crossbar.solve(left=self.v[:, 0])
        for j in range(5):
            parts = crossbar.noise(bottom=np.eye(5)[j])
            # variance of the sample variance of 4000 normals: 2 / 4000
            self.assertLess(abs(noise[j].var() / (1e8 * sum(parts)) - 1), 5 * math.sqrt(2 / 4000))
        self.assertEqual(crossbar.reads, 4000)
        again = crossbar.read(v[:, :3], bandwidth=1e8, index=7, progress=lambda share: True)
        # few inputs are solved one by one, many by solutions for 1 V at each line, which have a tolerance of 1e-7
        difference = again - crossbar.read(v[:, :3]) - noise[:, 7:10]
        self.assertLess(np.abs(difference).max(), 1e-7 * np.abs(noise).max())

    def test_progress(self):
        """Inputs in pieces give the same currents, and a caller that says False stops them"""
        crossbar = syn.Crossbar(self.g, syn.Wires(3, 7))
        v = np.random.default_rng(2).uniform(0, 0.2, (7, 2500))
        shares = []
        self.assertTrue((crossbar.read(v, progress=shares.append) == crossbar.read(v)).all())
        self.assertEqual(len(shares), 3)
        with self.assertRaises(syn.Error) as caught:
            crossbar.read(v, progress=lambda share: False)
        self.assertEqual(caught.exception.status, "SYN_ESTOPPED")


class Cells(unittest.TestCase):
    def setUp(self):
        self.array = syn.Array((24, 20), seed=3).apply([-1.0, 1.0])

    def test_nonlinear(self):
        """Currents of a batch are those of single solutions within the tolerance, and of the cells' own curves"""
        crossbar = syn.Crossbar(self.array, syn.Wires(5, 5))
        v = np.random.default_rng(3).uniform(-0.3, 0.3, (24, 20))
        for tolerance in (0, 1e-6):
            batch = crossbar.read(v, tolerance)
            for k in range(20):
                s = crossbar.solve(left=v[:, k])
                self.assertLess(np.abs(batch[:, k] + s.bottom).max(), (tolerance or 2e-10) * s.scale)
        law = self.array.model.current(self.array.state, s.cell_u)
        self.assertTrue(np.allclose(s.cell_i, law, rtol=1e-8, atol=1e-14))

    def test_command(self):
        """The command reads the same currents from the state file"""
        with tempfile.TemporaryDirectory() as folder:
            state, volts, out = (os.path.join(folder, name) for name in ("a.state", "v.npy", "i.npy"))
            self.array.save(state)
            v = np.random.default_rng(4).uniform(0, 0.2, (24, 3))
            np.save(volts, v.T)
            subprocess.run([SYNAPTOGEN, "crossbar", "read", state, "--r-wl", "5", "--r-bl", "5", "--voltages", volts, "-o", out], check=True)
            expected = np.load(out).T
        found = syn.Crossbar(self.array, syn.Wires(5, 5)) @ v
        # the command writes single precision
        self.assertTrue(np.allclose(found, expected, rtol=0, atol=1e-7 * found.max()))

    def test_changes(self):
        """A crossbar sees what other calls do to its array, and the array sees what the crossbar does"""
        crossbar = syn.Crossbar(self.array)
        v = np.full(24, 0.1)
        before = crossbar @ v
        self.array.apply(-2.0)
        after = crossbar @ v
        self.assertTrue((after > before).all())
        expected = self.array.read(0.1).sum(axis=0)
        self.assertTrue(np.allclose(after, expected, rtol=1e-5, atol=0))
        crossbar.step(left=1.6)
        self.assertTrue((self.array.mode == 0).all())
        self.assertTrue(np.allclose(crossbar @ v, self.array.read(0.1).sum(axis=0), rtol=1e-5, atol=0))

    def test_write(self):
        """Bits are written through the wires and counted; write-verify reaches its targets"""
        crossbar = syn.Crossbar(self.array, syn.Wires(0.1, 0.1))
        bits = np.random.default_rng(5).random((24, 20)) < 0.5
        shares = []
        done = crossbar.write(bits, "full-select", progress=shares.append)
        wrong = (self.array.mode == 1) != bits
        self.assertEqual((done.wrong, done.disturbed), (int(wrong.sum()), 0))
        self.assertEqual(len(shares), 24)
        self.assertLess(done.wrong, 5)
        small = syn.Array((6, 5), seed=8)
        target = np.full((6, 5), 50e-6)
        reached, g, written = syn.Crossbar(small, syn.Wires(0.1, 0.1)).program(target, 0.05, scheme="full-select")
        self.assertGreater(reached, 27)
        self.assertTrue(np.allclose(g, small.conductance(), rtol=1e-5, atol=0))
        self.assertGreater(written.pulses, 30)

    def test_select(self):
        """Rows that are off carry no current"""
        crossbar = syn.Crossbar(self.array)
        on = np.arange(24) < 3
        crossbar.select(on)
        found = crossbar @ np.full(24, 0.1)
        self.assertTrue(np.allclose(found, self.array.read(0.1)[on].sum(axis=0), rtol=1e-5, atol=0))

    def test_access(self):
        """A resistance and a device in series with each cell: one cell against its closed form"""
        g = np.array([[1e-4]])
        x = syn.Crossbar(g, syn.Wires(access_resistance=5000, access_u=(-1, 0, 1), access_i=(-1e-4, 0, 2e-4)))
        # 10 kohm + 5 kohm + 5 kohm (positive slope of the curve)
        self.assertAlmostEqual(float((x @ [0.2])[0]), 0.2 / 20000, delta=1e-15)
        self.assertAlmostEqual(float((x @ [-0.2])[0]), -0.2 / 25000, delta=1e-15)


class Stopping(unittest.TestCase):
    def setUp(self):
        # a run in the background ignores Ctrl-C
        self.addCleanup(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler))
        self.crossbar = syn.Crossbar(syn.Array((24, 24), seed=1), syn.Wires(1, 1))
        self.calls = {
            "write": lambda progress: self.crossbar.write(np.eye(24), progress=progress),
            "program": lambda progress: self.crossbar.program(np.full((24, 24), 5e-5), scheme="full-select",
                                                              progress=progress),
        }  # fmt: skip

    def test_interrupt(self):
        """Ctrl-C ends writing and write-verify after the row, with KeyboardInterrupt"""
        for name, work in self.calls.items():
            shares = []

            def third_row(share, shares=shares):
                shares.append(share)
                if len(shares) == 3:
                    os.kill(os.getpid(), signal.SIGINT)

            with self.assertRaises(KeyboardInterrupt, msg=name):
                work(third_row)
            self.assertIn(len(shares), (3, 4), name)
            self.assertIs(signal.getsignal(signal.SIGINT), signal.default_int_handler)

    def test_exception(self):
        """What a caller's function raises comes up, and False ends the call with Stopped"""
        for name, work in self.calls.items():
            with self.assertRaises(ZeroDivisionError, msg=name):
                work(lambda share: 1 / 0)
            with self.assertRaises(syn.Stopped, msg=name) as caught:
                work(lambda share: False)
            self.assertEqual(caught.exception.status, "SYN_ESTOPPED")


class BadInput(unittest.TestCase):
    def test_arguments(self):
        """What is wrong is refused by name, as a ValueError"""
        array = syn.Array((4, 3), seed=1)
        x, linear = syn.Crossbar(array, syn.Wires(1, 1)), syn.Crossbar(np.ones((4, 3)) * 1e-5)
        cases = [
            (lambda: syn.Crossbar(np.ones(4)), "cells"), (lambda: syn.Crossbar(-np.ones((4, 3))), "g"),
            (lambda: syn.Crossbar([[math.nan]]), "g"), (lambda: syn.Crossbar(array, wires=3), "wires"),
            (lambda: syn.Crossbar(array, syn.Wires(-1)), "r_wl"), (lambda: syn.Wires("x"), "r_wl"),
            (lambda: syn.Crossbar(array, syn.Wires((1, 2, 3))), "r_wl"), (lambda: syn.Wires(top="a"), "top"),
            (lambda: syn.Wires(access_u=(0, 1)), "access_i"), (lambda: syn.Wires(math.nan), "r_wl"),
            (lambda: x @ np.ones(3), "v"), (lambda: x @ [0, 0, math.nan, 0], "left"),
            (lambda: x.solve(left=[1, 2]), "left"), (lambda: x.solve(bottom=math.inf), "bottom"),
            (lambda: x.read(np.ones(4), 1), "tolerance"), (lambda: x.write(np.ones((3, 4))), "bits"),
            (lambda: x.write(np.ones((4, 3)), "half"), "scheme"), (lambda: x.write(np.ones((4, 3)), u_set=1), "u_set"),
            (lambda: linear.write(np.ones((4, 3))), "cells"), (lambda: x.select([True]), "rows"),
            (lambda: syn.Crossbar(array, syn.Wires(bottom=None)) @ np.ones(4), "wires"),
            (lambda: x.program(np.ones((4, 3)) * math.nan), "target"),
        ]  # fmt: skip
        for k, (wrong, field) in enumerate(cases):
            with self.assertRaises(ValueError, msg=k) as caught:
                wrong()
            self.assertIn(field, caught.exception.field or str(caught.exception), k)

    def test_closed(self):
        """A crossbar whose array was closed is refused, not a crash"""
        array = syn.Array((4, 3), seed=1)
        x = syn.Crossbar(array)
        array.close()
        with self.assertRaisesRegex(syn.Error, "closed"):
            x @ np.ones(4)


if __name__ == "__main__":
    unittest.main()
