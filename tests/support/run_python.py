# SPDX-License-Identifier: MIT
"""Runs a file of unittest cases and prints TAP: run_python.py FILE

Each method is a test, and the first line of its docstring is its claim. The package is put together from the source
tree and the build tree, and uses the library of the build tree.
"""

import importlib.util
import os
import sys
import tempfile
import time
import unittest


def stage(folder):
    """Makes the package of both trees importable, also for programs that the tests start."""
    for tree in ("srcdir", "builddir"):
        for package, _, files in os.walk(os.path.join(os.path.abspath(os.environ[tree]), "lib/python/synaptogen_c")):
            place = os.path.join(folder, "synaptogen_c")
            os.makedirs(place, exist_ok=True)
            for name in files:
                if not name.endswith(".pyc") and not os.path.lexists(os.path.join(place, name)):
                    os.symlink(os.path.join(package, name), os.path.join(place, name))
    sys.path.insert(0, folder)
    sys.path.insert(1, os.path.join(os.environ["srcdir"], "tests/python"))
    os.environ["PYTHONPATH"] = folder
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True
    library = os.path.join(os.environ["builddir"], "lib/.libs/libsynaptogen.so.0")
    os.environ.setdefault("SYNAPTOGEN_LIBRARY", os.path.abspath(library))


class Tap(unittest.TestResult):
    """Prints each result as it comes."""

    count = 0

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()

    def line(self, test, good, more=""):
        self.count += 1
        claim = test.shortDescription() or test.id()
        took = time.monotonic() - getattr(self, "started", time.monotonic())
        print(f"{'ok' if good else 'not ok'} {self.count} - {claim}{more or f'  ({took:.2f}s)'}", flush=True)

    def bad(self, test, error):
        self.line(test, False)
        text = self._exc_info_to_string(error, test).rstrip()
        print("\n".join("# " + part for part in text.split("\n")[-30:]), flush=True)

    def addSuccess(self, test):
        self.line(test, True)

    def addError(self, test, error):
        super().addError(test, error)
        self.bad(test, error)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.bad(test, error)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.bad(subtest, error)

    def addSkip(self, test, reason):
        self.line(test, True, f" # SKIP {reason}")


def main():
    file = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        stage(folder)
        spec = importlib.util.spec_from_file_location(os.path.basename(file)[:-3], file)
        module = importlib.util.module_from_spec(spec)
        result = Tap()
        try:
            spec.loader.exec_module(module)
            unittest.defaultTestLoader.loadTestsFromModule(module).run(result)
        except unittest.SkipTest as reason:
            print(f"ok 1 - {os.path.basename(file)} # SKIP {reason}")
            result.count = 1
        print(f"1..{result.count}")


if __name__ == "__main__":
    main()
