# SPDX-License-Identifier: MIT
"""Fashion-MNIST on stochastic cells: what array size, wires, converters and write attempts do to the accuracy.

    python3 fashion.py [--quick] [--output picture.png]

1. A fully connected network (784-128-10, 203,264 cells): accuracy over tile size, resistance of the wires and bits of
   the converters.
2. The same network: accuracy over the number of SET pulses that write-verify may use, mean and range of three seeds.
3. A convolutional network (104,080 cells) on tiles whose wires take much: training goes on through the cells, and
   the weights are written again after each round.

Needs PyTorch and the images (Debian: dataset-fashion-mnist); --images names another folder. The picture needs
matplotlib. --quick works with fewer images and cases.
"""
import argparse
import gzip
import pathlib
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from synaptogen_c import Adc, Differential, Hardware, Model, WindowWarning, Wires, reachable_window
from synaptogen_c.torch import convert, layers, program, reread


def load(folder, kind, count):
    """Returns the first images (count, 1, 28, 28) of 0 to 1 and their classes (count,)."""
    with gzip.open(pathlib.Path(folder) / f"{kind}-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 1, 28, 28)
    with gzip.open(pathlib.Path(folder) / f"{kind}-labels-idx1-ubyte.gz") as file:
        classes = np.frombuffer(file.read(), np.uint8, offset=8)
    return torch.tensor(images[:count] / 255, dtype=torch.float32), torch.tensor(classes[:count], dtype=torch.int64)


def train(network, images, classes):
    """Goes once through the images, by Adam in batches of 64."""
    network.train()
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    for batch in torch.randperm(len(images)).split(64):
        optimizer.zero_grad()
        F.cross_entropy(network(images[batch]), classes[batch]).backward()
        optimizer.step()


def accuracy(network, images, classes):
    """Returns the share of images whose class is found."""
    network.eval()
    with torch.no_grad():
        return (network(images).argmax(1) == classes).float().mean().item()


def dense():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def convolutional():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU(),
        nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip


def over_wires(network, test, sample, sizes, ohms, bits):
    """Returns accuracies (bits, sizes, ohms). The cells of a size are written once."""
    found = np.empty((len(bits), len(sizes), len(ohms)))
    for s, size in enumerate(sizes):
        analog = convert(network, Hardware(tile=(size, size), seed=1))
        for r, ohm in enumerate(ohms):
            wired = reread(analog, wires=Wires(r_wl=ohm, r_bl=ohm))
            for b, adc in enumerate(bits):
                read = reread(wired, adc=adc and Adc(adc), calibration=sample)
                found[b, s, r] = accuracy(read, *test)
    return found


def over_attempts(network, test, attempts, seeds):
    """Returns accuracy and share of cells that reached their targets (attempts, seeds, 2)."""
    window = Differential(*reachable_window(Model()))
    found = np.empty((len(attempts), len(seeds), 2))
    for place in np.ndindex(found.shape[:2]):
        hardware = Hardware(mapping=window, attempts=attempts[place[0]], seed=seeds[place[1]])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", WindowWarning)  # that few attempts are not enough is the point
            analog = convert(network, hardware)
        reports = [matrix.report for layer in layers(analog).values() for matrix in layer.matrices]
        found[place] = accuracy(analog, *test), sum(r.reached for r in reports) / sum(r.cells for r in reports)
    return found


def tune(network, hardware, images, classes, test, rounds):
    """Returns the accuracies on the cells: before training, and after each round of training and writing."""
    analog = convert(network, hardware)
    found = [accuracy(analog, *test)]
    for part in torch.arange(len(images)).chunk(rounds):
        train(analog, images[part], classes[part])
        program(analog)
        found.append(accuracy(analog, *test))
    return found


def study(folder, quick):
    """Returns all figures."""
    torch.manual_seed(0)
    images, classes = load(folder, "train", 6000 if quick else 60000)
    test = load(folder, "t10k", 1000 if quick else 3000)
    networks = dense(), convolutional()
    for network in networks:
        for _ in range(3):
            train(network, images, classes)
    result = {
        "sizes": (64, 256) if quick else (32, 64, 128, 256),
        "ohms": (5,) if quick else (0.5, 1, 2, 5, 10),
        "bits": (None, 4) if quick else (None, 6, 4),
        "attempts": (1, 20) if quick else (1, 2, 3, 5, 10, 20),
        "software": [accuracy(network, *test) for network in networks],
        "tile": 256,
        "ohm": 5,
    }
    result["wires"] = over_wires(networks[0], test, images[:1000], result["sizes"], result["ohms"], result["bits"])
    result["written"] = over_attempts(networks[0], test, result["attempts"], (1,) if quick else (1, 2, 3))
    hardware = Hardware(tile=(256, 256), wires=Wires(r_wl=5, r_bl=5), seed=1)
    result["tuned"] = tune(networks[1], hardware, images, classes, test, 3 if quick else 6)
    return result


def show(r):
    print(f"fully connected: {r['software'][0]:.3f} in software")
    print("on cells, by rows and columns of a tile and by ohm of the wires per cell:")
    for bits, table in zip(r["bits"], r["wires"]):
        print(f"  {f'{bits} bits' if bits else 'ideal':10s}" + "".join(f"{ohm:>8g}" for ohm in r["ohms"]))
        for size, line in zip(r["sizes"], table):
            print(f"  {size:10d}" + "".join(f"{value:8.3f}" for value in line))
    print("SET pulses at most, accuracy, cells that reached their targets:")
    for attempts, (value, share) in zip(r["attempts"], r["written"].mean(axis=1)):
        print(f"  {attempts:10d}{value:8.3f}{share:8.1%}")
    print(f"convolutional: {r['software'][1]:.3f} in software")
    print(f"on tiles of {r['tile']} with {r['ohm']} ohm, before and after each round of training:")
    print("  " + " ".join(f"{value:.3f}" for value in r["tuned"]))


def draw(r, path):
    from matplotlib import pyplot

    columns = len(r["bits"])
    figure = pyplot.figure(figsize=(3.6 * columns, 6.4), layout="constrained")
    grid = figure.add_gridspec(2, 2 * columns)
    lowest = r["wires"].min()
    for k, (bits, table) in enumerate(zip(r["bits"], r["wires"])):
        axes = figure.add_subplot(grid[0, 2 * k : 2 * k + 2])
        image = axes.imshow(table, vmin=lowest, vmax=r["software"][0], cmap="viridis", aspect="auto")
        for (s, o), value in np.ndenumerate(table):
            dark = value < (lowest + r["software"][0]) / 2
            axes.text(o, s, f"{value:.2f}", ha="center", va="center", color="white" if dark else "black")
        axes.set_xticks(range(len(r["ohms"])), [f"{ohm:g}" for ohm in r["ohms"]])
        axes.set_yticks(range(len(r["sizes"])), r["sizes"])
        axes.set_title(f"{bits} bits" if bits else "ideal converters", fontsize="medium")
        axes.set_xlabel("wire [ohm per cell]")
        axes.set_ylabel("rows and columns of a tile" if k == 0 else "")
    figure.colorbar(image, ax=axes, label="accuracy")
    axes = figure.add_subplot(grid[1, :columns])
    value, share = r["written"].mean(axis=1).T
    low, high = r["written"][:, :, 0].min(axis=1), r["written"][:, :, 0].max(axis=1)
    axes.errorbar(r["attempts"], value, (value - low, high - value), fmt="o-", capsize=3, label="accuracy, three seeds")
    axes.plot(r["attempts"], share, "s:", label="cells within 2 %")
    axes.set_xscale("log")
    axes.axhline(r["software"][0], color="k", linewidth=0.8, linestyle="--", label="software")
    axes.set_xticks(r["attempts"], r["attempts"])
    axes.minorticks_off()
    axes.set_xlabel("SET pulses at most")
    axes.legend()
    axes = figure.add_subplot(grid[1, columns:])
    axes.plot(r["tuned"], "o-", label="on the cells")
    axes.axhline(r["software"][1], color="k", linewidth=0.8, linestyle="--", label="software")
    axes.set_xlabel("rounds of training through the cells")
    axes.set_ylabel("accuracy")
    title = f"convolutional network, tiles of {r['tile']} x {r['tile']}, {r['ohm']} ohm per cell"
    axes.set_title(title, fontsize="medium")
    axes.legend()
    figure.savefig(path, dpi=100)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", default="/usr/share/datasets/fashion-mnist", help="folder of the images")
    parser.add_argument("--output", help="picture")
    parser.add_argument("--quick", action="store_true", help="fewer images and cases")
    options = parser.parse_args()
    result = study(options.images, options.quick)
    show(result)
    if options.output:
        draw(result, options.output)


if __name__ == "__main__":
    main()
