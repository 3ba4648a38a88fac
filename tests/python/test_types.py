# SPDX-License-Identifier: MIT
"""The types and the texts of the package."""

import importlib
import importlib.util
import inspect
import os
import pkgutil
import subprocess
import sys
import unittest

import synaptogen_c


def modules():
    """All modules of the package that can be imported here."""
    for info in pkgutil.iter_modules(synaptogen_c.__path__):
        if info.name == "torch" and importlib.util.find_spec("torch") is None:
            continue
        if not info.name.startswith("_"):
            yield importlib.import_module(f"synaptogen_c.{info.name}")


class Types(unittest.TestCase):
    @unittest.skipUnless(importlib.util.find_spec("mypy"), "no mypy")
    @unittest.skipUnless(importlib.util.find_spec("torch"), "no torch, whose types mypy needs")
    def test_types(self):
        """mypy --strict finds nothing"""
        folder = os.path.dirname(synaptogen_c.__path__[0])
        done = subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", "--cache-dir", os.devnull, "-p", "synaptogen_c"],
            cwd=folder, capture_output=True, text=True)  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_marker(self):
        """The package says that it has types"""
        self.assertTrue(os.path.exists(os.path.join(synaptogen_c.__path__[0], "py.typed")))


class Texts(unittest.TestCase):
    def test_docstrings(self):
        """Every public class, function, method and property of the package has a text"""
        missing, seen = [], 0
        for module in modules():
            self.assertTrue(module.__doc__, module.__name__)
            for name, value in vars(module).items():
                own = getattr(value, "__module__", None) == module.__name__
                if name.startswith("_") or not own or not (inspect.isclass(value) or inspect.isfunction(value)):
                    continue
                things = {name: value}
                if inspect.isclass(value):
                    things.update({f"{name}.{k}": v for k, v in vars(value).items() if not k.startswith("_") and (
                        inspect.isfunction(v) or isinstance(v, (property, classmethod)))})
                seen += len(things)
                missing += [f"{module.__name__}.{k}" for k, v in things.items() if not inspect.getdoc(v)]
        self.assertGreater(seen, 100)
        self.assertEqual(missing, [])

    def test_exports(self):
        """Every name of __all__ exists"""
        for module in [synaptogen_c, *modules()]:
            for name in getattr(module, "__all__", ()):
                self.assertTrue(hasattr(module, name), f"{module.__name__}.{name}")


if __name__ == "__main__":
    unittest.main()
