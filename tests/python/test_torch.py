# SPDX-License-Identifier: MIT
"""Layers of PyTorch on cells, against PyTorch's own layers with the effective weights, and numeric differences."""

import copy
import io
import pickle
import unittest
import warnings

import numpy as np

try:
    import torch
except ImportError as reason:
    raise unittest.SkipTest(f"no PyTorch: {reason}") from None
from torch import nn
from torch.nn import functional as F

from synaptogen_c import Adc, Amplitude, BitSerial, Dac, Hardware, InputError, Slices, Wires
from synaptogen_c.torch import (AnalogConv1d, AnalogConv2d, AnalogLinear, NotWrittenWarning, RemainsDigitalWarning,
                                calibrate, convert, effective, layers, program, reread)

HARDWARE = Hardware(tile=(16, 12), wires=Wires(r_wl=2, r_bl=2), seed=3)
CONVERTERS = HARDWARE.replace(dac=Dac(8), adc=Adc(8))
SINGLE = 2e-5  # what single precision leaves in a sum of some hundred products of about 1
CASES = [
    (nn.Linear(11, 7), (5, 11)),
    (nn.Linear(11, 7, bias=False), (2, 3, 11)),
    (nn.Linear(11, 7), (11,)),
    (nn.Conv2d(3, 4, 3), (2, 3, 8, 9)),
    (nn.Conv2d(3, 4, (3, 2), stride=(2, 1), padding=(1, 2), bias=False), (2, 3, 8, 9)),
    (nn.Conv2d(4, 6, 3, padding="same", dilation=(1, 2), groups=2), (2, 4, 8, 9)),
    (nn.Conv2d(4, 4, 2, padding="same", groups=4, padding_mode="circular"), (2, 4, 8, 9)),
    (nn.Conv2d(4, 8, 3, padding=1, groups=4, padding_mode="reflect"), (2, 4, 8, 9)),
    (nn.Conv2d(2, 3, 3, padding="valid", dilation=2, stride=2), (1, 2, 11, 9)),
    (nn.Conv2d(3, 4, 3, padding=1), (3, 8, 9)),
    (nn.Conv1d(3, 5, 4), (3, 12)),
    (nn.Conv1d(4, 6, 3, stride=2, padding=2, dilation=2, groups=2), (2, 4, 12)),
    (nn.Conv1d(2, 2, 4, padding="same", padding_mode="replicate"), (3, 2, 12)),
]


def network():
    torch.manual_seed(1)
    return nn.Sequential(nn.Conv2d(1, 4, 3, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(36, 10), nn.ReLU(),
                         nn.Linear(10, 3)).eval()


def images(n=20):
    return torch.rand(n, 1, 8, 8, generator=torch.Generator().manual_seed(2))


def quiet(model, x):
    with torch.no_grad():
        return model(x)


class Forward(unittest.TestCase):
    def test_own_layers(self):
        """Layers of all shapes are PyTorch's own with the effective weights"""
        for layer, shape in CASES:
            x = torch.rand(shape, generator=torch.Generator().manual_seed(2)) - 0.3
            analog = convert(layer.eval(), HARDWARE)
            y, own = quiet(analog, x), quiet(effective(analog), x)
            self.assertEqual(y.shape, quiet(layer, x).shape, layer)
            self.assertLess((y - own).abs().max(), SINGLE, layer)
            self.assertGreater((y - quiet(layer, x)).abs().max(), 1e-4, layer)

    def test_ideal(self):
        """Layers on ideal cells are PyTorch's own"""
        for layer, shape in CASES:
            x = torch.rand(shape, generator=torch.Generator().manual_seed(2)) - 0.3
            analog = convert(layer.eval(), Hardware(cells="ideal"))
            self.assertLess((quiet(analog, x) - quiet(layer, x)).abs().max(), SINGLE, layer)

    def test_kinds(self):
        """Layers can be made without a network, with the options of PyTorch"""
        self.assertEqual(AnalogLinear(5, 2, hardware=HARDWARE)(torch.rand(3, 5)).shape, (3, 2))
        self.assertEqual(AnalogConv1d(2, 4, 3, groups=2, hardware=HARDWARE)(torch.rand(3, 2, 9)).shape, (3, 4, 7))
        same = AnalogConv2d(2, 4, 3, padding=1, hardware=HARDWARE)
        self.assertEqual(same(torch.rand(3, 2, 9, 9)).shape, (3, 4, 9, 9))

    def test_pieces(self):
        """A batch of images that is worked in pieces gives what its parts give"""
        analog = convert(nn.Conv2d(8, 4, 3, padding=1).eval(), CONVERTERS, calibration=torch.rand(4, 8, 64, 64))
        x = torch.rand(12, 8, 64, 64)  # 3.5 million unfolded numbers: four pieces
        parts = torch.cat([quiet(analog, x[k : k + 1]) for k in range(12)])
        self.assertEqual((quiet(analog, x) - parts).abs().max(), 0)

    def test_seed(self):
        """One seed decides a network, and its layers have different cells"""
        a, b = (convert(network(), CONVERTERS, calibration=images()) for _ in range(2))
        self.assertTrue(torch.equal(quiet(a, images()), quiet(b, images())))
        c = convert(network(), CONVERTERS.replace(seed=4), calibration=images())
        self.assertFalse(torch.equal(quiet(a, images()), quiet(c, images())))
        grouped = convert(nn.Sequential(nn.Conv1d(4, 4, 3, groups=2), nn.Conv1d(4, 4, 3)), HARDWARE)
        tiles = [tile for model in (a, grouped) for layer in layers(model).values() for matrix in layer.matrices
                 for tile in matrix.tiles]
        arrays = [tile.array for tile in tiles]
        for array, following in zip(arrays, arrays[1:]):
            self.assertIn(following.first, (array.first + array.size, 0))
        self.assertEqual([array.first for array in arrays].count(0), 2)

    def test_one_layer_twice(self):
        """A layer that stands at two places stays one layer"""
        shared = nn.Linear(6, 6)
        analog = convert(nn.Sequential(shared, nn.ReLU(), shared).eval(), HARDWARE)
        self.assertIs(analog[0], analog[2])

    def test_reread(self):
        """A network that is read by other hardware has the same cells, and the original stays"""
        analog = convert(network(), HARDWARE)
        before = quiet(analog, images())
        other = reread(analog, wires=None)
        expected = quiet(convert(network(), HARDWARE.replace(wires=None)), images())
        self.assertTrue(torch.equal(quiet(other, images()), expected))
        self.assertTrue(torch.equal(quiet(analog, images()), before))


class Empty(unittest.TestCase):
    def test_empty(self):
        """Batches without inputs have results of the shape of PyTorch's"""
        for digital, x in ((nn.Linear(5, 3), torch.zeros(0, 5)), (nn.Conv2d(1, 2, 3), torch.zeros(0, 1, 5, 5)),
                           (nn.Conv1d(1, 2, 3), torch.zeros(0, 1, 5))):  # fmt: skip
            self.assertEqual(convert(digital, Hardware(cells="ideal"))(x).shape, digital(x).shape)


class Backward(unittest.TestCase):
    def test_numeric(self):
        """Gradients of inputs, weights and biases are those of numeric differences"""
        for layer, shape in CASES[:1] + CASES[4:6] + CASES[10:11]:
            analog = convert(copy.deepcopy(layer).double().train(), HARDWARE)
            x = torch.rand(shape, dtype=torch.double, generator=torch.Generator().manual_seed(2)) - 0.3
            x.requires_grad_()
            parameters = [p for p in (analog.weight, analog.bias) if p is not None]

            def changed(x, *values):
                """The layer with other parameters."""
                moved = copy.copy(analog)
                moved._parameters = dict(zip(("weight", "bias"), (*values, None)))
                return moved(x)

            self.assertTrue(torch.autograd.gradcheck(changed, (x, *parameters)))

    def test_effective(self):
        """The gradient of the inputs goes through the effective weights, also with converters"""
        for hardware in (HARDWARE, CONVERTERS):
            analog = convert(network(), hardware, calibration=images())
            x, own = images().requires_grad_(), images().requires_grad_()
            analog[0](x).square().sum().backward()
            y = analog[0](x).detach()
            (effective(analog)[0](own) * 2 * y).sum().backward()
            self.assertLess((x.grad - own.grad).abs().max(), 1e-4 * own.grad.abs().max())

    def test_effective_is_current(self):
        """The gradient of the inputs follows changes in training, writing and loading"""
        analog = convert(nn.Linear(8, 4), HARDWARE).train()
        matrix, x = analog.matrices[0], torch.rand(1, 8)

        def gradient():
            given = x.clone().requires_grad_()
            analog(given)[0, 2].backward()
            return given.grad[0].numpy()

        np.testing.assert_allclose(gradient(), matrix.effective[2], atol=1e-6)
        state = analog.state_dict()
        change = matrix.attenuation[2, 3] * 0.5
        before = matrix.effective[2]
        with torch.no_grad():
            analog.weight[2, 3] += 0.5
        np.testing.assert_allclose(gradient() - before, change * (np.arange(8) == 3), atol=1e-6)
        program(analog)
        np.testing.assert_allclose(gradient(), matrix.effective[2], atol=1e-6)
        analog.load_state_dict(state)
        with torch.no_grad():
            analog.weight[2, 3] -= 0.5  # the state held the parameter itself
        np.testing.assert_allclose(gradient(), before, atol=1e-6)

    def test_training_counts_changes(self):
        """In training mode a change of a weight counts at once, as the wires leave it; in evaluation mode not"""
        analog = convert(nn.Linear(8, 4), HARDWARE).train()
        x = torch.rand(5, 8)
        before = quiet(analog, x)
        with torch.no_grad():
            analog.weight[2, 3] += 0.5
        left = analog.matrices[0].attenuation[2, 3]
        found = quiet(analog, x) - before
        np.testing.assert_allclose(found[:, 2], 0.5 * left * x[:, 3], atol=1e-5)
        self.assertEqual(found[:, [0, 1, 3]].abs().max(), 0)
        with self.assertWarns(NotWrittenWarning):
            self.assertTrue(torch.allclose(quiet(analog.eval(), x), before, atol=1e-6))

    def test_fine_tuning(self):
        """Training through the cells and writing again takes back what the wires took from a fit"""
        torch.manual_seed(5)
        layer, x = nn.Linear(32, 8), torch.rand(200, 32)
        aim = quiet(layer, x)
        analog = convert(layer, Hardware(tile=(64, 64), wires=Wires(r_wl=20, r_bl=20), seed=3))
        losses = [F.mse_loss(quiet(analog.eval(), x), aim).item()]
        for _ in range(3):
            analog.train()
            optimizer = torch.optim.Adam(analog.parameters(), 0.01)
            for _ in range(200):
                optimizer.zero_grad()
                F.mse_loss(analog(x), aim).backward()
                optimizer.step()
            program(analog)
            self.assertTrue(analog.written)
            losses.append(F.mse_loss(quiet(analog.eval(), x), aim).item())
        self.assertLess(losses[-1], 0.1 * losses[0])


class Keeping(unittest.TestCase):
    def test_state_dict(self):
        """state_dict() holds weights, cells and ranges: a network of another seed becomes the same"""
        analog = convert(network(), CONVERTERS, calibration=images())
        buffer = io.BytesIO()
        torch.save(analog.state_dict(), buffer)
        other = convert(network(), CONVERTERS.replace(seed=9), calibration=images())
        self.assertFalse(torch.equal(quiet(other, images()), quiet(analog, images())))
        buffer.seek(0)
        other.load_state_dict(torch.load(buffer))
        self.assertTrue(torch.equal(quiet(other, images()), quiet(analog, images())))
        self.assertEqual(layers(other)["3"].hardware, CONVERTERS)

    def test_copies(self):
        """Copies and pickles go on as the original, with cells of their own"""
        analog = convert(network(), CONVERTERS, calibration=images())
        expected = quiet(analog, images())
        others = [copy.deepcopy(analog), pickle.loads(pickle.dumps(analog))]
        with torch.no_grad():
            layers(analog)["3"].weight.neg_()
        program(analog)
        self.assertFalse(torch.equal(quiet(analog, images()), expected))
        for other in others:
            self.assertTrue(torch.equal(quiet(other, images()), expected))

    def test_original_stays(self):
        """convert() does not change the network, and keeps its mode"""
        model = network().train()
        before = copy.deepcopy(model.state_dict())
        analog = convert(model, HARDWARE)
        self.assertTrue(analog.training and analog[0].training)
        for name, value in model.state_dict().items():
            self.assertTrue(torch.equal(value, before[name]))
        self.assertIsInstance(model[0], nn.Conv2d)

    def test_calibration_keeps_modes(self):
        """calibrate() leaves modes as they are"""
        analog = convert(network(), CONVERTERS).train()
        analog[3].eval()
        calibrate(analog, images())
        self.assertEqual([analog.training, analog[0].training, analog[3].training], [True, True, False])
        self.assertTrue(all(matrix.calibrated for layer in layers(analog).values() for matrix in layer.matrices))


class Refused(unittest.TestCase):
    def test_not_calibrated(self):
        """Hardware with converters, rounding, noise or I-V curves refuses to run without calibration"""
        for changes in ({"adc": Adc(8)}, {"dac": Dac(8)}, {"bandwidth": 1e8}, {"exact": True},
                        {"coding": BitSerial(4)}):
            analog = convert(nn.Linear(3, 2), Hardware(**changes))
            with self.assertRaisesRegex(InputError, r"hardware: .*calibrate\(model"):
                analog(torch.rand(1, 3))
        convert(nn.Linear(3, 2), Hardware(coding=Amplitude(), mapping=Slices(4, 2)))(torch.rand(1, 3))

    def test_weights(self):
        """A weight that is not finite is refused with its layer and place"""
        model = network()
        with torch.no_grad():
            model[3].weight[1, 2] = np.nan
        with self.assertRaisesRegex(InputError, r"3: weights\[1\]\[2\]: expected a finite number, found nan"):
            convert(model, HARDWARE)

    def test_networks(self):
        """A network without layers for cells, and names that do not exist, are refused"""
        with self.assertRaisesRegex(InputError, "model: "):
            convert(nn.ReLU(), HARDWARE)
        with self.assertRaisesRegex(InputError, "skip: .*'9'"):
            convert(network(), HARDWARE, skip=["9"])
        with self.assertRaisesRegex(InputError, "model: "):
            calibrate(network(), images())

    def test_shapes(self):
        """Inputs of another shape are refused with both shapes"""
        analog = convert(network(), HARDWARE)
        with self.assertRaisesRegex(InputError, r"x: expected the shape \(n, 1, any, any\), found \(2, 3, 8, 8\)"):
            analog(torch.rand(2, 3, 8, 8))
        with self.assertRaisesRegex(InputError, r"x: expected the shape \(..., 36\), found \(2, 5\)"):
            analog[3](torch.rand(2, 5))
        with self.assertRaisesRegex(InputError, "x: expected images of at least the kernel"):
            analog[0](torch.rand(2, 1, 2, 2))

    def test_stays_digital(self):
        """Layers that stay digital are named, unless they are skipped on purpose"""
        model = nn.Sequential(nn.Linear(4, 4), nn.Bilinear(4, 4, 2))
        with self.assertWarnsRegex(RemainsDigitalWarning, "these modules stay digital: 1"):
            convert(model, HARDWARE)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            analog = convert(network(), HARDWARE, skip=["0"])
        self.assertIsInstance(analog[0], nn.Conv2d)
        self.assertEqual(list(layers(analog)), ["3", "5"])


if __name__ == "__main__":
    unittest.main()
