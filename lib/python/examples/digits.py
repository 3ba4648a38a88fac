# SPDX-License-Identifier: MIT
"""Accuracy of a small network on stochastic cells: write-verify, converters, noise.

A network for scikit-learn's handwritten digits (64-128-10, 18,944 cells) is trained in software. Then its weights go to
differential pairs, and the test images through the cells. Each figure is the range over three seeds: three sets of
devices.

    python3 digits.py [picture.png]

Needs scikit-learn; the picture needs matplotlib.
"""
import sys
import warnings

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

from synaptogen_c import Adc, AnalogMatrix, Hardware

TRAINED = 1200  # images; the other 597 test
SEEDS = (1, 2, 3)


def train():
    """Returns weights (outputs, inputs) and biases of each layer, images (pixels, n) of 0 to 1, and their digits."""
    pixels, digits = load_digits(return_X_y=True)
    mixed = np.random.default_rng(0).permutation(len(digits))  # writers follow each other in the set
    images, digits = pixels[mixed] / 16, digits[mixed]
    network = MLPClassifier((128,), random_state=1, max_iter=40, learning_rate_init=0.005)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 40 rounds are enough, although the loss still falls
        network.fit(images[:TRAINED], digits[:TRAINED])
    layers = [(w.T, b[:, None]) for w, b in zip(network.coefs_, network.intercepts_)]
    return layers, images.T, digits


def write(layers, hardware):
    """Writes the weights of each layer into cells of their own."""
    matrices, first = [], 0
    for weights, _ in layers:
        matrices.append(AnalogMatrix(weights, hardware, first=first))
        first += matrices[-1].cells
    return matrices


def read(matrices, layers, images, **changes):
    """Returns the layers on these cells, read by other hardware, and calibrated one after the other with images."""
    found, x = [], images
    for matrix, (_, bias) in zip(matrices, layers):
        found.append((matrix.reread(**changes).calibrate(x), bias))
        x = np.maximum(found[-1][0] @ x + bias, 0)
    return found


def accuracy(layers, images, digits):
    """Returns the share of images (pixels, n) whose digit is found; a layer is weights or cells, and a bias."""
    x = images
    for k, (weights, bias) in enumerate(layers):
        x = weights @ x + bias
        if k < len(layers) - 1:
            x = np.maximum(x, 0)
    return float(np.mean(x.argmax(axis=0) == digits))


def run():
    """Returns the accuracy in software, and {title: {case: accuracies of the seeds}}."""
    layers, images, digits = train()
    test, some = (images[:, TRAINED:], digits[TRAINED:]), images[:, :300]

    def of(cells, **changes):
        return [accuracy(read(matrices, layers, some, **changes), *test) for matrices in cells]

    def written(**how):
        return [write(layers, Hardware(seed=seed, **how)) for seed in SEEDS]

    cells = written()
    return accuracy(layers, *test), {
        "write-verify within": {
            "50 %, one attempt": of(written(tolerance=0.5, attempts=1)),
            "10 %": of(written(tolerance=0.1)),
            "2 %": of(cells),
        },
        "converter, within 2 %": {f"{bits} bits": of(cells, adc=Adc(bits)) for bits in (3, 4, 6, 8)},
        "bandwidth of a read, within 2 %": {f"{ghz} GHz": of(cells, bandwidth=ghz * 1e9) for ghz in (1, 10, 100)},
    }


def draw(software, found, path):
    """Draws a panel for each title."""
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, len(found), figsize=(11, 3.4), sharey=True, layout="constrained")
    for axes, (title, cases) in zip(panels, found.items()):
        for name, values in cases.items():
            axes.plot([name] * len(values), values, "o", color="C0", markersize=5, alpha=0.6)
        axes.axhline(software, color="k", linewidth=0.8, linestyle="--", label="software")
        axes.set_title(title, fontsize="medium")
        axes.tick_params(axis="x", rotation=20)
    panels[0].set_ylabel("accuracy")
    panels[0].legend()
    figure.savefig(path, dpi=100)


def main():
    software, found = run()
    print(f"{'software':36s} {software:.3f}")
    for title, cases in found.items():
        print(title)
        for name, values in cases.items():
            print(f"  {name:34s} {min(values):.3f} .. {max(values):.3f}")
    if len(sys.argv) > 1:
        draw(software, found, sys.argv[1])


if __name__ == "__main__":
    main()
