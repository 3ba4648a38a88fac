# SPDX-License-Identifier: MIT
"""Weights as conductances, inputs as voltages, and converters, against their definitions."""

import itertools
import unittest

import numpy as np

from synaptogen_c import InputError
from synaptogen_c.coding import Amplitude, BitSerial, PulseCount
from synaptogen_c.mapping import Differential, Offset, Slices
from synaptogen_c.periphery import Adc, Dac, full_scale

LOW, HIGH = 2e-5, 1.5e-4  # S
MAPPINGS = [Differential(), Differential(subtract="digital"), Offset(), Offset(reference="column")]
SLICED = [Slices(bits, count, inner) for bits, count, inner in itertools.product((1, 3), (1, 4), MAPPINGS)]
ROUNDING = 1e-12  # of double precision in sums of some ten numbers of 1


def weights(outputs=7, inputs=5):
    """Weights from -1 to 1, with both ends and 0 among them."""
    w = np.random.default_rng(1).uniform(-1, 1, (outputs, inputs))
    w[0, :3] = -1, 0, 1
    return w


class Mappings(unittest.TestCase):
    def test_inverse(self):
        """Conductances of all mappings lie in the window and give the weights back"""
        for mapping in MAPPINGS:
            g = mapping.conductances(weights(), LOW, HIGH)
            self.assertEqual(g.shape, (5, mapping.columns(7)))
            self.assertTrue((g >= LOW * (1 - ROUNDING)).all() and (g <= HIGH * (1 + ROUNDING)).all())
            np.testing.assert_allclose(mapping.weights(g, LOW, HIGH), weights(), atol=ROUNDING)

    def test_products(self):
        """Column currents give the product of weights and inputs, by one sum for each output"""
        x = np.random.default_rng(2).uniform(-1, 1, (5, 3))
        for mapping in MAPPINGS:
            currents = mapping.conductances(weights(), LOW, HIGH).T @ x
            y = mapping.outputs(mapping.signals(currents), x.sum(axis=0), LOW, HIGH)
            for o, n in itertools.product(range(7), range(3)):
                self.assertAlmostEqual(y[o, n], sum(weights()[o, i] * x[i, n] for i in range(5)), delta=ROUNDING)

    def test_differential(self):
        """A differential pair holds a weight in one of its cells and the smallest conductance in the other"""
        g = Differential().conductances(np.array([[0.5], [-0.25]]), LOW, HIGH)
        step = HIGH - LOW
        np.testing.assert_allclose(g, [[LOW + 0.5 * step, LOW, LOW, LOW + 0.25 * step]], rtol=ROUNDING)

    def test_slices(self):
        """Slices hold the digits of the weights, and give the weights back within half of the last digit"""
        for mapping in SLICED:
            bits = mapping.bits * mapping.count
            levels = 2**bits - 1 if isinstance(mapping.inner, Differential) else (2**bits - 1) / 2
            g = mapping.conductances(weights(), LOW, HIGH)
            self.assertEqual(g.shape, (5, mapping.columns(7)))
            found = mapping.weights(g, LOW, HIGH)
            np.testing.assert_allclose(found, weights(), atol=0.5 / levels + ROUNDING)
            # each cell has one of 2^bits conductances; the middle is that of a reference column
            digit = (g - LOW) / (HIGH - LOW) * (2**mapping.bits - 1)
            near = np.abs(digit - np.rint(digit)) < 1e-9
            middle = np.abs(digit - (2**mapping.bits - 1) / 2) < 1e-9
            self.assertTrue((near | middle).all())

    def test_slice_by_hand(self):
        """A weight of 11/15 in two slices of two bits has the digits 3 and 2"""
        g = Slices(2, 2, Differential()).conductances(np.array([[11 / 15]]), LOW, HIGH)
        np.testing.assert_allclose((g - LOW) / (HIGH - LOW), [[1, 0, 2 / 3, 0]], atol=ROUNDING)

    def test_mean_per_output(self):
        """The mean over the columns of an output is that of its own columns"""
        for mapping in MAPPINGS + SLICED:
            columns = mapping.columns(7)
            # what belongs to output o is worth o: found by the columns that change with its weights
            base = mapping.conductances(np.full((7, 1), 1.0), LOW, HIGH)
            owner = np.zeros((columns, 1))
            for o in range(7):
                other = np.full((7, 1), 1.0)
                other[o] = -1.0
                owner[(mapping.conductances(other, LOW, HIGH) != base)[0]] = o
            np.testing.assert_array_equal(mapping.per_output(owner, 7)[:, 0], np.arange(7))

    def test_refused(self):
        """Windows and choices that do not exist are refused by name"""
        for make, field in (
            (lambda: Differential(g_min=-1.0), "g_min"), (lambda: Offset(2e-4, 1e-4), "g_min"),
            (lambda: Differential(subtract="by hand"), "subtract"), (lambda: Offset(reference="none"), "reference"),
            (lambda: Slices(bits=0), "bits"), (lambda: Slices(8, 5), "count"),
            (lambda: Slices(inner=Slices()), "inner"),
        ):  # fmt: skip
            with self.assertRaises(InputError) as caught:
                make()
            self.assertEqual(caught.exception.field, field)


class Codings(unittest.TestCase):
    X = np.array([[-1.0, -0.3, 0.0, 0.2], [0.5, 0.7, 1.0, 0.01]])

    def test_amplitude(self):
        """Amplitudes are the inputs themselves"""
        np.testing.assert_array_equal(Amplitude().represented(self.X), self.X)

    def test_bits(self):
        """Bit-serial phases are 0 or 1 with the input's sign, and add up to the input within half a step"""
        for bits in (1, 4, 9):
            phases = list(BitSerial(bits).phases(self.X))
            self.assertEqual(len(phases), bits)
            for _, volts in phases:
                self.assertTrue(set(np.unique(volts)) <= {-1.0, 0.0, 1.0})
            off = np.abs(BitSerial(bits).represented(self.X) - self.X).max()
            self.assertLessEqual(off, 0.5 / (2**bits - 1) + ROUNDING)

    def test_pulses(self):
        """The number of pulses of a row is the rounded input"""
        count = sum(volts for _, volts in PulseCount(10).phases(self.X))
        np.testing.assert_array_equal(count, [[-10, -3, 0, 2], [5, 7, 10, 0]])


class Converters(unittest.TestCase):
    def test_adc_levels(self):
        """An ADC gives the nearest of its levels, and the ends beyond its range"""
        ranges = np.array([[-1.0, 2.0], [0.0, 1.0]])
        values = np.random.default_rng(3).uniform(-2, 3, (2, 1000))
        found = Adc(3).convert(values, ranges)
        for line, (lo, hi) in enumerate(ranges):
            levels = np.linspace(lo, hi, 8)
            nearest = levels[np.abs(levels[:, None] - values[line]).argmin(axis=0)]
            np.testing.assert_allclose(found[line], nearest, atol=1e-6)  # single precision

    def test_dac_zero(self):
        """A DAC for inputs with a sign has a level at 0, at 1 and at -1"""
        for bits in (2, 5, 8):
            np.testing.assert_allclose(Dac(bits).convert(np.array([[-1.0, 0.0, 1.0]]), True), [[-1, 0, 1]], atol=1e-6)
            np.testing.assert_allclose(Dac(bits).convert(np.array([[0.0, 1.0]]), False), [[0, 1]], atol=1e-6)

    def test_dac_step(self):
        """A DAC is at most half a step off"""
        x = np.random.default_rng(4).uniform(-1, 1, (3, 500))
        off = np.abs(Dac(5).convert(x, True) - x).max()
        self.assertLessEqual(off, 0.5 * 2 / (2**5 - 2) + 1e-6)
        self.assertGreater(off, 0.4 * 2 / (2**5 - 2))

    def test_calibration(self):
        """Calibrated ranges reach from the smallest to the largest sample, of all lines or of each"""
        sample = np.random.default_rng(5).normal(size=(3, 400)).astype(np.float32).astype(float)
        shared = Adc(8).calibrate(sample)
        np.testing.assert_allclose(shared, [[sample.min(), sample.max()]] * 3, rtol=1e-6)
        own = Adc(8, shared=False).calibrate(sample)
        np.testing.assert_allclose(own, np.column_stack([sample.min(axis=1), sample.max(axis=1)]), rtol=1e-6)
        np.testing.assert_array_equal(Adc(8, range=(0, 1)).calibrate(sample), [[0, 1]] * 3)

    def test_least(self):
        """The range of least error has no more of it than the whole range"""
        sample = np.random.default_rng(6).standard_t(3, size=(1, 5000))
        converters = Adc(4), Adc(4, clip=None)
        errors = [np.mean((adc.convert(sample, adc.calibrate(sample)) - sample) ** 2) for adc in converters]
        self.assertLess(errors[1], 0.5 * errors[0])

    def test_errors_of_lines(self):
        """Offset and gain errors of the lines have their standard deviations, and follow from the key alone"""
        lines = 4000
        adc = Adc(20, offset_sd=1000.0, gain_sd=0.01)
        ranges = np.tile((-1.0, 1.0), (lines, 1))
        step = 2 / (2**20 - 1)
        low, high = (adc.convert(np.full((lines, 1), v), ranges, (1, 2))[:, 0] for v in (-0.5, 0.5))
        # v becomes (1 + gain) v + offset. The standard error of a standard deviation of 4000 is 1.1 %; five of them.
        self.assertAlmostEqual(np.std((high + low) / 2) / (1000 * step), 1, delta=0.06)
        self.assertAlmostEqual(np.std(high - low) / 0.01, 1, delta=0.06)
        again = adc.convert(np.full((lines, 1), 0.5), ranges, (1, 2))[:, 0]
        other = adc.convert(np.full((lines, 1), 0.5), ranges, (1, 3))[:, 0]
        np.testing.assert_array_equal(again, high)
        self.assertGreater(np.abs(other - high).max(), 0.001)

    def test_full_scale(self):
        """The range without calibration is what the worst inputs reach"""
        g = np.random.default_rng(7).normal(size=(4, 6))
        for signed, voltages in ((True, (-0.2, 0.2)), (False, (0.0, 0.2))):
            reached = np.array([g @ np.array(v) for v in itertools.product(voltages, repeat=6)])
            ends = np.column_stack([reached.min(axis=0), reached.max(axis=0)])
            np.testing.assert_allclose(full_scale(g, 0.2, signed), ends, atol=ROUNDING)

    def test_refused(self):
        """Converters that cannot be are refused by name"""
        for make, field in ((lambda: Adc(0), "bits"), (lambda: Adc(8, clip=1.0), "clip"),
                            (lambda: Adc(8, range=(1, 0)), "range"),
                            (lambda: Dac(8, gain_error=1.0), "gain_error"), (lambda: Dac(8, offset=np.nan), "offset"),
                            (lambda: Dac(1).convert(np.zeros((1, 1)), True), "dac.bits")):  # fmt: skip
            with self.assertRaises(InputError) as caught:
                make()
            self.assertEqual(caught.exception.field, field)


if __name__ == "__main__":
    unittest.main()
