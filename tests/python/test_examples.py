# SPDX-License-Identifier: MIT
"""The examples run, and show what they are for."""

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import unittest

EXAMPLES = os.path.join(os.environ["srcdir"], "lib/python/examples")
IMAGES = "/usr/share/datasets/fashion-mnist"


def needs(*packages):
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    return unittest.skipIf(missing, f"without {', '.join(missing)}")


def run(name, *arguments, folder):
    """Returns what an example prints."""
    done = subprocess.run([sys.executable, os.path.join(EXAMPLES, name), *arguments], cwd=folder, text=True,
                          capture_output=True, env={**os.environ, "MPLBACKEND": "Agg"})
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout


def is_picture(path):
    with open(path, "rb") as file:
        return file.read(8) == b"\x89PNG\r\n\x1a\n" and os.path.getsize(path) > 5000


class Examples(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = place.name

    @needs("sklearn", "matplotlib")
    def test_digits(self):
        """Digits: written cells keep the accuracy, and few bits of the converters lose it"""
        text = run("digits.py", "digits.png", folder=self.folder)
        software = float(re.search(r"software +([\d.]+)", text)[1])
        worst = {name.strip(): float(low) for name, low in re.findall(r"^  (.*?) +([\d.]+) \.\.", text, re.M)}
        # 597 images: the standard error of an accuracy of 0.98 is 0.006; two of them
        self.assertGreater(software, 0.95)
        for name in ("2 %", "8 bits", "1 GHz"):
            self.assertGreater(worst[name], software - 0.012)
        self.assertLess(worst["3 bits"], software - 0.012)
        self.assertTrue(is_picture(os.path.join(self.folder, "digits.png")))

    @needs("sklearn", "torch", "matplotlib")
    def test_wires(self):
        """Wires: the accuracy falls with the resistance"""
        text = run("wires.py", folder=self.folder)
        found = [float(value) for value in re.findall(r": ([\d.]+)", text)]
        self.assertGreater(found[0], 0.93)
        self.assertLess(found[-1], 0.6)
        self.assertTrue(is_picture(os.path.join(self.folder, "wires.png")))

    @needs("torch", "matplotlib")
    @unittest.skipUnless(os.path.isdir(IMAGES), "without dataset-fashion-mnist")
    def test_fashion(self):
        """Fashion-MNIST: wires of large tiles take accuracy, and training through the cells gives part of it back"""
        text = run("fashion.py", "--quick", "--output", "fashion.png", folder=self.folder)
        software = [float(value) for value in re.findall(r": ([\d.]+) in software", text)]
        small, large = (float(re.search(rf"^ +{size} +([\d.]+)$", text, re.M)[1]) for size in (64, 256))
        # 1000 images: the standard error of a difference of two accuracies is at most 0.018
        self.assertGreater(small, software[0] - 0.04)
        self.assertLess(large, software[0] - 0.2)
        rounds = [float(value) for value in text.strip().split("\n")[-1].split()]
        self.assertLess(rounds[0], software[1] - 0.06)
        self.assertGreater(rounds[-1], rounds[0] + 0.02)
        self.assertTrue(is_picture(os.path.join(self.folder, "fashion.png")))

    @unittest.skipUnless(os.environ.get("NGSPICE"), "without ngspice")
    def test_tile(self):
        """Tile: the column currents of ngspice agree with those of Python to nine digits of the largest"""
        text = run("tile.py", self.folder, folder=self.folder)
        # ngspice prints nine digits, and both solvers promise 1e-10
        self.assertLess(float(re.search(r"largest difference: (\S+)", text)[1]), 1e-8)


if __name__ == "__main__":
    unittest.main()
