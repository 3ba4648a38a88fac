# SPDX-License-Identifier: MIT
"""Matrices on tiles of cells, against plain products and sums over the tiles."""

import copy
import json
import pathlib
import pickle
import tempfile
import threading
import unittest
import warnings

import numpy as np

from synaptogen_c import (Adc, AnalogMatrix, BitSerial, Crossbar, Dac, Differential, Drift, Hardware, InputError, Model,
                          Offset, PulseCount, Slices, Stopped, WindowWarning, Wires, reachable_window)

RNG = np.random.default_rng(1)
W = RNG.normal(size=(13, 50))
X = RNG.normal(size=(50, 9))
TILE = (16, 10)  # the matrix needs 4 x 3 tiles, the last ones are smaller
MAPPINGS = [Differential(), Differential(subtract="digital"), Offset(), Offset(reference="column"), Slices(6, 5)]
WIRES = Wires(r_wl=2, r_bl=3, left=10, bottom=5)
IDEAL = Hardware(cells="ideal", tile=TILE)
SINGLE = 1e-6  # what single precision leaves in a sum of 50 products, as a part of the largest


def largest(a, b):
    """The largest difference as a part of the largest number."""
    return np.abs(a - b).max() / np.abs(b).max()


class Products(unittest.TestCase):
    def test_ideal(self):
        """With ideal cells, wires and converters the product is W @ x to single precision, with every mapping"""
        for mapping in MAPPINGS:
            A = AnalogMatrix(W, IDEAL.replace(mapping=mapping))
            self.assertLess(largest(A @ X, W @ X), SINGLE)
            self.assertLess(largest(A @ X[:, 0], W @ X[:, 0]), SINGLE)
            self.assertEqual((A @ X[:, 0]).shape, (13,))

    def test_scale_by_output(self):
        """With a scale for each output every output uses the whole window"""
        A = AnalogMatrix(W * np.arange(1, 14)[:, None], IDEAL.replace(scale="output"))
        self.assertLess(largest(A @ X, (W * np.arange(1, 14)[:, None]) @ X), SINGLE)
        top = max(tile.target[:, 0::2].max() for tile in A.tiles)
        for o in range(13):
            of_output = [tile.target[:, 2 * (o - tile.outputs.start):][:, :2].max() for tile in A.tiles
                         if tile.outputs.start <= o < tile.outputs.stop]
            self.assertAlmostEqual(max(of_output), top, delta=1e-12)

    def test_zero(self):
        """A matrix of zeros gives zeros"""
        A = AnalogMatrix(np.zeros((2, 3)), IDEAL)
        np.testing.assert_allclose(A @ np.ones(3), 0, atol=1e-12)

    def test_cells(self):
        """Products of written cells are those of the conductances that the arrays report"""
        A = AnalogMatrix(W, Hardware(tile=TILE, seed=3))
        low, high = A.window
        y = np.zeros((13, 9))
        for tile in A.tiles:
            g = tile.array.conductance()
            for k in range(tile.outputs.stop - tile.outputs.start):
                y[tile.outputs.start + k] += (g[:, 2 * k] - g[:, 2 * k + 1]) @ X[tile.inputs]
        y *= np.abs(W).max() / (high - low)
        self.assertLess(largest(A @ X, y), SINGLE)
        self.assertEqual(len(A.tiles), 12)
        self.assertEqual(A.report.cells, 2 * W.size)
        self.assertGreater(A.report.reached, 0.99 * A.report.cells)
        off = np.concatenate([(tile.array.conductance() / tile.target - 1).ravel() for tile in A.tiles])
        self.assertAlmostEqual(A.report.conductance_error, np.sqrt(np.mean(off**2)), delta=1e-6)
        self.assertEqual(A.report.reached, np.sum(np.abs(off) <= 0.02))

    def test_wires(self):
        """With wires every tile gives the currents of its crossbar, and the tiles add up"""
        for mapping in (Differential(), Offset(reference="column")):
            A = AnalogMatrix(W, Hardware(tile=TILE, mapping=mapping, wires=WIRES, seed=3))
            low, high = A.window
            y = np.zeros((13, 9))
            for tile in A.tiles:
                x = Crossbar(tile.array.conductance(), WIRES)
                i = np.column_stack([-x.solve(left=0.01 * X[tile.inputs, n]).bottom for n in range(9)]) / 0.01
                if isinstance(mapping, Differential):
                    y[tile.outputs] += (i[0::2] - i[1::2]) / (high - low)
                else:
                    y[tile.outputs] += (i[:-1] - i[-1]) / ((high - low) / 2)
            y *= np.abs(W).max()
            self.assertLess(largest(A @ X, y), SINGLE)
            self.assertLess(largest(A.effective @ X, y), SINGLE)
            self.assertGreater(largest(A @ X, W @ X), 0.005)

    def test_exact(self):
        """With exact=True every cell follows its own I-V curve, with and without wires"""
        for wires in (None, WIRES):
            A = AnalogMatrix(W, Hardware(tile=TILE, wires=wires, exact=True, seed=3))
            low, high = A.window
            y, top = np.zeros((13, 9)), np.abs(X).max()
            for tile in A.tiles:
                x = Crossbar(tile.array, wires)
                i = np.column_stack([-x.solve(left=0.2 * X[tile.inputs, n] / top).bottom for n in range(9)])
                y[tile.outputs] += (i[0::2] - i[1::2]) / (0.2 / top) / (high - low)
            y *= np.abs(W).max()
            self.assertLess(largest(A @ X, y), SINGLE)
            self.assertGreater(largest(A @ X, A.effective @ X), 1e-4)

    def test_pieces(self):
        """A large batch gives the products of its parts"""
        A = AnalogMatrix(W, Hardware(tile=TILE, dac=Dac(8), adc=Adc(8), seed=3)).calibrate(X)
        many = RNG.normal(size=(50, 12000))  # three pieces
        whole = A @ many
        for part in (slice(0, 1), slice(5000, 6000), slice(11999, 12000)):
            # sums in another order can put a current at the edge of two levels into the other one
            self.assertGreater(np.mean(np.abs(whole[:, part] - A @ many[:, part]) < 1e-9), 0.999)

    def test_attenuation(self):
        """What the wires leave of a weight is the same part as of its cells"""
        A = AnalogMatrix(W, IDEAL.replace(wires=WIRES))
        tile = A.tiles[1]
        x = Crossbar(tile.target, WIRES)
        t = np.column_stack([-x.solve(left=np.eye(16)[k]).bottom for k in range(16)])
        part = (t / tile.target.T).reshape(-1, 2, 16).mean(axis=1)
        np.testing.assert_allclose(A.attenuation[tile.outputs, tile.inputs], part, rtol=1e-8)


class Periphery(unittest.TestCase):
    def test_dac(self):
        """With a DAC the product is that of the rounded inputs"""
        step = np.abs(X).max() / 15
        for mapping in (Differential(), Offset()):
            A = AnalogMatrix(W, IDEAL.replace(dac=Dac(5), mapping=mapping))
            self.assertLess(largest(A @ X, W @ (np.rint(X / step) * step)), 1e-5)

    def test_codings(self):
        """Bits and pulses give the product of the rounded inputs, also with an offset mapping"""
        top = np.abs(X).max()
        for mapping in (Differential(), Offset()):
            for coding, levels in ((BitSerial(5), 31), (PulseCount(12), 12)):
                A = AnalogMatrix(W, IDEAL.replace(coding=coding, mapping=mapping))
                self.assertLess(largest(A @ X, W @ (np.rint(X / top * levels) * top / levels)), SINGLE)

    def test_adc(self):
        """With an ADC each tile's difference of currents is rounded on its own, then the tiles add up"""
        A = AnalogMatrix(W, IDEAL.replace(adc=Adc(6))).calibrate(X)
        y, top = np.zeros((13, 9)), np.abs(W).max()
        for tile in A.tiles:
            s = W[tile.outputs, tile.inputs] @ X[tile.inputs]
            step = (s.max() - s.min()) / 63
            y[tile.outputs] += s.min() + np.rint((s - s.min()) / step) * step
        self.assertLess(np.abs(A @ X - y).max() / top, 1e-5)

    def test_phases_are_converted(self):
        """An ADC converts each bit of the inputs, but the charge of all pulses once"""
        serial = AnalogMatrix(W, IDEAL.replace(coding=BitSerial(3), adc=Adc(4))).calibrate(X)
        top = np.abs(X).max()
        whole = np.rint(np.abs(X) / top * 7).astype(int)
        planes = [np.sign(X) * (whole >> b & 1) for b in range(3)]
        y = np.zeros((13, 9))
        for tile in serial.tiles:
            parts = [W[tile.outputs, tile.inputs] @ plane[tile.inputs] for plane in planes]
            low, high = min(p.min() for p in parts), max(p.max() for p in parts)
            step = (high - low) / 15
            rounded = [low + np.rint((part - low) / step) * step for part in parts]
            y[tile.outputs] += sum(2**b / 7 * part for b, part in enumerate(rounded)) * top
        # a sum can be at the edge of two levels
        self.assertGreater(np.mean(np.abs(serial @ X - y) < 1e-5 * np.abs(y).max()), 0.98)
        pulses = AnalogMatrix(W, IDEAL.replace(coding=PulseCount(7), adc=Adc(14))).calibrate(X)
        self.assertLess(largest(pulses @ X, W @ (np.sign(X) * whole * top / 7)), 1e-3)

    def test_uncalibrated_covers_all(self):
        """Without calibration no input is clipped: the error is that of rounding alone"""
        A = AnalogMatrix(W, IDEAL.replace(adc=Adc(12)))
        worst = np.sign(W[3])[:, None] * np.abs(X).max()
        # 4 tiles are each at most half a step off
        step = 2 * np.abs(X).max() * max(np.abs(W[t.outputs, t.inputs]).sum(axis=1).max() for t in A.tiles) / 4095
        self.assertLess(np.abs(A @ worst - W @ worst).max(), 4 * 0.51 * step)

    def test_clipping(self):
        """Inputs beyond the calibrated range are clipped to it"""
        A = AnalogMatrix(W, IDEAL).calibrate(X)
        top = np.abs(X).max()
        self.assertLess(largest(A @ (3 * X), W @ np.clip(3 * X, -top, top)), SINGLE)

    def test_noise(self):
        """Noise has the variance of thermal and shot noise of all cells of a column"""
        k, q = 1.380649e-23, 1.602176634e-19
        bandwidth, n = 1e9, 20000
        A = AnalogMatrix(W, Hardware(tile=TILE, bandwidth=bandwidth, seed=3)).calibrate(X)
        x = np.repeat(X[:, :1], n, axis=1)
        low, high = A.window
        variance = np.zeros(13)
        volts = 0.2 * X[:, 0] / np.abs(X).max()
        for tile in A.tiles:
            g = tile.array.conductance().astype(float)
            column = bandwidth * (4 * k * 300 * g.sum(axis=0) + 2 * q * np.abs(volts[tile.inputs]) @ g)
            variance[tile.outputs] += column[0::2] + column[1::2]
        sd = np.sqrt(variance) * np.abs(W).max() / (high - low) / 0.2 * np.abs(X).max()
        y = A @ x
        # the standard error of a standard deviation of 20,000 is 0.5 %; five of them, and four of a mean
        np.testing.assert_allclose(y.std(axis=1), sd, rtol=0.025)
        self.assertTrue((np.abs(y.mean(axis=1) - A.effective @ X[:, 0]) < 4 * sd / np.sqrt(n)).all())
        self.assertLess(np.abs(np.corrcoef(y[:, 1:], y[:, :-1])[:13, 13:]).max(), 5 / np.sqrt(n))

    def test_noise_of_wires(self):
        """With wires the noise of a tile is that of its crossbar, and that of two tiles is independent"""
        n, bandwidth = 20000, 1e9
        hardware = Hardware(tile=(25, 26), wires=WIRES, bandwidth=bandwidth, seed=3)
        A = AnalogMatrix(W, hardware).calibrate(X)
        low, high = A.window
        volts = 0.2 * X[:, 0] / np.abs(X).max()
        variance = np.zeros(13)
        for tile in A.tiles:
            x = Crossbar(tile.array.conductance(), WIRES)
            x.solve(left=volts[tile.inputs])
            for o in range(13):
                for column in (2 * o, 2 * o + 1):
                    variance[o] += bandwidth * sum(x.noise(bottom=np.eye(26)[column]))
        sd = np.sqrt(variance) * np.abs(W).max() / (high - low) / 0.2 * np.abs(X).max()
        y = A @ np.repeat(X[:, :1], n, axis=1)
        self.assertEqual(len(A.tiles), 2)
        np.testing.assert_allclose(y.std(axis=1), sd, rtol=0.025)  # five standard errors

    def test_noise_goes_on(self):
        """Two reads have different noise, numbered by the inputs, and a copy repeats it"""
        A = AnalogMatrix(W, Hardware(tile=TILE, bandwidth=1e9, seed=3)).calibrate(X)
        B = A.copy()
        first = A @ X
        self.assertEqual((A.reads, B.reads), (9, 0))
        second = A @ X
        self.assertTrue((first != second).all())
        np.testing.assert_array_equal(B @ X, first)


class Cells(unittest.TestCase):
    def test_one_seed(self):
        """One seed decides everything, and different tiles and matrices have different cells"""
        hardware = Hardware(tile=TILE, dac=Dac(8, offset_sd=1), adc=Adc(8, gain_sd=0.01), bandwidth=1e8, seed=5)
        a, b = (AnalogMatrix(W, hardware).calibrate(X) for _ in range(2))
        np.testing.assert_array_equal(a @ X, b @ X)
        other = AnalogMatrix(W, hardware.replace(seed=6))
        self.assertFalse(np.array_equal(a.programmed, other.programmed))
        c = AnalogMatrix(W, hardware, first=a.cells)
        firsts = [(tile.array.first, tile.array.first + tile.array.size) for tile in a.tiles + c.tiles]
        self.assertEqual(firsts[0][0], 0)
        for (_, end), (begin, _) in zip(firsts, firsts[1:]):
            self.assertEqual(begin, end)

    def test_programmed_again(self):
        """New weights are written into the same cells, and equal weights write nothing"""
        A = AnalogMatrix(W, Hardware(tile=TILE, seed=3))
        arrays = [tile.array for tile in A.tiles]
        report = A.program(-W)
        self.assertTrue(all(tile.array is array for tile, array in zip(A.tiles, arrays)))
        self.assertGreater(report.pulses, 1)
        self.assertLess(largest(A @ X, -W @ X), 0.05)
        before = A.programmed
        reached = A.report.reached
        unreached = A.report.cells - reached
        again = A.program(-W)
        self.assertLessEqual(again.pulses * again.cells, unreached * 2000)
        self.assertLess(np.mean(A.programmed != before), 0.02)

    def test_window_of_the_law(self):
        """Nearly all cells reach both ends of the default window"""
        low, high = reachable_window(Model())
        share = Model().window([low, high], cells=5000, seed=99)
        # 99.9 % of other cells were found to: 5000 cells have a standard error of 0.045 %
        self.assertGreater(share.min(), 0.997)
        self.assertLess(low, 2e-5)
        self.assertGreater(high, 1.5e-4)

    def test_window_too_wide(self):
        """A window that some cells do not reach warns with their share; one that most do not reach is refused"""
        with self.assertWarnsRegex(WindowWarning, r"g_min: only 9\d\.\d% of the cells reach 1e-05 S"):
            AnalogMatrix(W, Hardware(tile=TILE, mapping=Differential(g_min=1e-5)))
        with self.assertRaisesRegex(InputError, r"mapping.g_min: .* only \d\.\d% of the cells reach 5e-06 S"):
            AnalogMatrix(W, Hardware(mapping=Differential(g_min=5e-6)))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            AnalogMatrix(W, Hardware(tile=TILE, mapping=Differential(2e-5, 1.5e-4)))

    def test_stuck(self):
        """The given shares of cells are stuck, and are not at their targets"""
        A = AnalogMatrix(W, Hardware(tile=TILE, stuck_hrs=0.05, stuck_lrs=0.1, seed=3))
        missing = A.report.cells - A.report.reached
        n = A.report.cells
        # 1300 cells: 15 % with a standard error of 1 %; a stuck cell can be right by chance, most seldom
        self.assertAlmostEqual(missing / n, 0.15, delta=0.05)
        self.assertGreater(A.report.weight_error, 0.05)

    def test_drift(self):
        """Cells that drift have the conductances of the law at the time of the read"""
        A = AnalogMatrix(W, Hardware(tile=TILE, seed=3))
        drift = Drift(nu_mean=0.05, t0=2.0)
        B = A.reread(drift=drift, time=200.0)
        left = 100**-0.05
        np.testing.assert_allclose(B.programmed, left * A.programmed, rtol=1e-4, atol=1e-7)
        spread = A.reread(drift=Drift(relaxation=0.1, t0=2.0), time=200.0)
        parts = [spread.tiles[k].conductance(spread.hardware, 0.2) / tile.conductance(A.hardware, 0.2)
                 for k, tile in enumerate(A.tiles)]
        ratio = np.concatenate([part.ravel() for part in parts])
        # 1300 cells: the standard error of a standard deviation is 2 %; four of them
        self.assertAlmostEqual(ratio.std() / (0.1 * np.sqrt(2)), 1, delta=0.08)
        self.assertAlmostEqual(ratio.mean(), 1, delta=4 * 0.14 / np.sqrt(1300))

    def test_cells_change(self):
        """A product follows what other calls do to the cells of a tile"""
        for exact in (False, True):
            A = AnalogMatrix(W, Hardware(tile=TILE, wires=WIRES, exact=exact, seed=3)).calibrate(X)
            before, tile = A @ X, A.tiles[0]
            tile.array.apply([-1.5])
            expected = AnalogMatrix.__new__(AnalogMatrix)
            expected.__setstate__(pickle.loads(pickle.dumps(A.__getstate__())))
            np.testing.assert_allclose(A @ X, expected @ X, rtol=1e-9)
            self.assertGreater(np.abs(A @ X - before).max(), 1)

    def test_reread(self):
        """Cells that are read by other hardware give what a matrix written for it gives"""
        A = AnalogMatrix(W, Hardware(tile=TILE, seed=3))
        B = A.reread(wires=WIRES, adc=Adc(6)).calibrate(X)
        C = AnalogMatrix(W, Hardware(tile=TILE, seed=3, wires=WIRES, adc=Adc(6))).calibrate(X)
        np.testing.assert_array_equal(B @ X, C @ X)
        before = B @ X
        A.program(-W)
        np.testing.assert_array_equal(B @ X, before)
        with self.assertRaisesRegex(InputError, "cells: expected cells that can be written"):
            B.program(W)
        with self.assertRaisesRegex(InputError, "tile"):
            A.reread(tile=(8, 8))


class Keeping(unittest.TestCase):
    HARDWARE = Hardware(tile=TILE, wires=WIRES, dac=Dac(8, offset_sd=1), adc=Adc(8, shared=False), seed=5)

    def test_copies(self):
        """Copies, pickles and saved matrices go on as the original would"""
        A = AnalogMatrix(W, self.HARDWARE, first=1000).calibrate(X)
        with tempfile.TemporaryDirectory() as folder:
            A.save(folder)
            loaded = AnalogMatrix.load(folder)
        others = [A.copy(), copy.deepcopy(A), pickle.loads(pickle.dumps(A)), loaded]
        for other in others:
            np.testing.assert_array_equal(other @ X, A @ X)
            self.assertEqual(other.report, A.report)
        expected = A.copy()
        expected.program(2 * W[::-1])
        for other in others:
            other.program(2 * W[::-1])
            np.testing.assert_array_equal(other.programmed, expected.programmed)
        np.testing.assert_array_equal(A.weights, W)

    def test_state_files(self):
        """A saved folder has a state file for each tile, which loads as an array"""
        import synaptogen_c as syn

        A = AnalogMatrix(W, Hardware(tile=TILE, seed=5))
        with tempfile.TemporaryDirectory() as folder:
            A.save(folder)
            states = sorted(pathlib.Path(folder).glob("*.state"))
            self.assertEqual(len(states), len(A.tiles))
            for path, tile in zip(states, A.tiles):
                np.testing.assert_array_equal(syn.load(path).state, tile.array.state)

    def test_hardware_file(self):
        """A description survives its JSON file, with all its parts"""
        other = Hardware(coding=BitSerial(4), mapping=Slices(2, 3, Offset(2e-5, 1e-4)), adc=Adc(7, range=(0, 1e-4)),
                         wires=Wires(r_wl=[1.0, 2.0]), cells="ideal", scale="output", seed=2**63)  # fmt: skip
        for hardware in (Hardware(), self.HARDWARE, other):
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder) / "hardware.json"
                hardware.save(path)
                json.loads(path.read_text())
                self.assertEqual(Hardware.load(path), hardware)

    def test_hardware_file_refused(self):
        """A file with an unknown member is refused by the member's name"""
        for values, field in (({"adc": {"kind": "Adc", "bitz": 3}}, "adc.bitz"), ({"tiles": 3}, "tiles"),
                              ({"mapping": {"kind": "Magic"}}, "mapping.kind"), ({"format": "other"}, "format")):
            with self.assertRaises(InputError) as caught:
                Hardware.from_dict({"format": "synaptogen-hardware 1", **values})
            self.assertEqual(caught.exception.field, field)

    def test_damaged_files(self):
        """A damaged folder is refused with the file, and the line or the member"""
        A = AnalogMatrix(W, Hardware(tile=TILE, seed=5))
        with tempfile.TemporaryDirectory() as folder:
            A.save(folder)
            path = pathlib.Path(folder) / "matrix.json"
            text = path.read_text()
            path.write_text(text.replace('"window"', '"windows"'))
            with self.assertRaisesRegex(InputError, "matrix.json: window: expected this member") as caught:
                AnalogMatrix.load(folder)
            self.assertEqual((caught.exception.file, caught.exception.field), (str(path), "window"))
            path.write_text(text.replace('"window": [', '"window": [,'))
            with self.assertRaisesRegex(InputError, r"matrix.json:\d+: ") as caught:
                AnalogMatrix.load(folder)
            self.assertIn('"window"', text.split("\n")[caught.exception.line - 1])
            path.write_text(text)
            state = pathlib.Path(folder) / "tile_0003.state"
            state.write_bytes(state.read_bytes()[:-5])
            with self.assertRaisesRegex(InputError, "tile_0003.state"):
                AnalogMatrix.load(folder)
            state.unlink()
            with self.assertRaises(OSError):
                AnalogMatrix.load(folder)

    def test_threads(self):
        """Products from several threads are those of one thread"""
        A = AnalogMatrix(W, Hardware(tile=TILE, wires=WIRES, adc=Adc(8), seed=5)).calibrate(X)
        expected, found = A @ X, []
        threads = [threading.Thread(target=lambda: found.extend(A @ X for _ in range(20))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(found), 80)
        for y in found:
            np.testing.assert_array_equal(y, expected)

    def test_shown(self):
        """The text of a matrix tells shape, state and seed"""
        A = AnalogMatrix(W, Hardware(tile=TILE, seed=5))
        self.assertRegex(repr(A), r"AnalogMatrix 13 x 50, 12 tiles, 1300 cells .*reached, not calibrated, seed 5")
        self.assertRegex(repr(A.calibrate(X)), "inputs up to")


class Others(unittest.TestCase):
    def test_foreign_tiles(self):
        """Cells of another tile, seed or number in a saved folder are refused"""
        matrix = AnalogMatrix(W, Hardware(tile=TILE, seed=5))
        with tempfile.TemporaryDirectory() as folder:
            matrix.save(folder)
            first, second = (pathlib.Path(folder) / f"tile_000{k}.state" for k in (0, 1))
            kept = first.read_bytes()
            first.write_bytes(second.read_bytes())
            with self.assertRaisesRegex(InputError, "tile_0000.state: expected cells .* from number 0 of seed 5"):
                AnalogMatrix.load(folder)
            first.write_bytes(kept)
            self.assertTrue((AnalogMatrix.load(folder).effective == matrix.effective).all())

    def test_numpy_functions(self):
        """NumPy's own products are refused: they would bypass converters and noise"""
        matrix = AnalogMatrix(W, IDEAL)
        for bypass in (lambda: np.matmul(matrix, X), lambda: X.T @ matrix.__class__(W.T, IDEAL)):
            with self.assertRaises(TypeError):
                bypass()
        self.assertLess(largest(np.asarray(matrix), W), SINGLE)

    def test_empty_batch(self):
        """A batch without inputs has a result without columns"""
        self.assertEqual((AnalogMatrix(W, IDEAL) @ np.zeros((50, 0))).shape, (13, 0))

    def test_interrupted(self):
        """A writing that was stopped does not count as reached"""
        matrix = AnalogMatrix(W, Hardware(tile=TILE, seed=5))
        with self.assertRaises(Stopped):
            matrix.program(-W, progress=lambda share: False)
        self.assertEqual(matrix.report.reached, 0)

    def test_huge_tile(self):
        """Tiles larger than the matrix are as large as the matrix"""
        self.assertEqual(len(AnalogMatrix(W, IDEAL.replace(tile=(1 << 20, 1 << 20))).tiles), 1)
        with self.assertRaisesRegex(InputError, "tile"):
            Hardware(tile=(1 << 40, 3))

    def test_kinds(self):
        """Members of another kind and open ends are refused by name"""
        wrong = {"wires": (1, 1), "coding": "x", "adc": 5, "dac": 1.5, "params": 5, "exact": "no", "mapping": "x",
                 "seed": 1.5, "tolerance": "x", "bandwidth": None, "drift": "x", "tile": (2.5, 3)}  # fmt: skip
        for name, value in wrong.items():
            with self.assertRaisesRegex(InputError, name, msg=name):
                Hardware(**{name: value})
        for wires in (Wires(1, 1, left=None), Wires(1, 1, bottom=None)):
            with self.assertRaisesRegex(InputError, "wires"):
                Hardware(wires=wires)


class Refused(unittest.TestCase):
    def refused(self, make, field, text=""):
        with self.assertRaisesRegex(InputError, text) as caught:
            make()
        self.assertEqual(caught.exception.field, field)

    def test_weights(self):
        """Weights that are not finite or not a matrix are refused, with their place"""
        wrong = W.copy()
        wrong[3, 7] = np.nan
        self.refused(lambda: AnalogMatrix(wrong), "weights[3][7]", "found nan")
        self.refused(lambda: AnalogMatrix(W[0]), "weights", "shape")
        self.refused(lambda: AnalogMatrix(np.zeros((0, 4))), "weights")
        self.refused(lambda: AnalogMatrix(W, IDEAL).program(W.T), "weights", "shape")

    def test_inputs(self):
        """Inputs of another shape or that are not finite are refused"""
        A = AnalogMatrix(W, IDEAL)
        self.refused(lambda: A @ X.T, "x", r"\(50,\) or \(50, n\), found \(9, 50\)")
        self.refused(lambda: A @ np.full(50, np.inf), "x[0]")
        self.refused(lambda: A.calibrate(np.zeros((50, 0))), "x")

    def test_hardware(self):
        """Descriptions that cannot be are refused by name"""
        for values, field in (({"tile": (4, 1)}, "tile"), ({"scale": "row"}, "scale"), ({"cells": "new"}, "cells"),
                              ({"u_read": -1}, "u_read"), ({"tolerance": 0}, "tolerance"),
                              ({"attempts": 0}, "attempts"),
                              ({"bandwidth": np.inf}, "bandwidth"), ({"seed": -1}, "seed"),
                              ({"stuck_hrs": 0.7, "stuck_lrs": 0.7}, "stuck_hrs and stuck_lrs"),
                              ({"coding": BitSerial(4), "dac": Dac(4)}, "dac")):  # fmt: skip
            self.refused(lambda: Hardware(**values), field)


if __name__ == "__main__":
    unittest.main()
