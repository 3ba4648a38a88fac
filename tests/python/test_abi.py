# SPDX-License-Identifier: MIT
"""The generated layouts and calls against the C compiler, and how the library is found."""

import ctypes
import os
import re
import subprocess
import sys
import tempfile
import unittest

from synaptogen_c import _abi, _library

LIB = os.path.join(os.environ["srcdir"], "lib")


class Layouts(unittest.TestCase):
    def structures(self):
        return [s for s in vars(_abi).values() if isinstance(s, type) and issubclass(s, ctypes.Structure)
                and s is not ctypes.Structure]

    def test_layouts(self):
        """Every structure and constant has the size, offsets and value that the compiler gives it"""
        claims = [(f"{name} == {value}", name) for name, value in vars(_abi).items() if name.startswith("SYN_")]
        for s in self.structures():
            claims.append((f"sizeof({s.__name__}) == {ctypes.sizeof(s)}", s.__name__))
            for field, *_ in s._fields_:
                place = getattr(s, field)
                member = f"{s.__name__}.{field}"
                claims.append((f"offsetof({s.__name__}, {field}) == {place.offset}", member))
                claims.append((f"sizeof((({s.__name__} *)0)->{field}) == {place.size}", member))
        self.assertGreater(len(claims), 500)
        with tempfile.TemporaryDirectory() as folder:
            source = os.path.join(folder, "claims.c")
            with open(source, "w") as file:
                file.write("#include <stddef.h>\n#include <synaptogen/synaptogen.h>\n")
                file.writelines(f'_Static_assert({claim}, "{name}");\n' for claim, name in claims)
            compiler = os.environ["CC"].split()
            done = subprocess.run(compiler + ["-std=gnu11", "-fsyntax-only", "-I", LIB, source], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_calls(self):
        """Every exported function is declared, and no other"""
        path = os.environ["SYNAPTOGEN_LIBRARY"]
        table = subprocess.run(["nm", "-D", "--defined-only", path], capture_output=True, text=True, check=True).stdout
        exported = set(re.findall(r" T (syn_\w+)", table))
        self.assertEqual(exported, set(_abi.FUNCTIONS))


class Finding(unittest.TestCase):
    def run_with(self, source):
        """What an import says with a library made of this source."""
        with tempfile.TemporaryDirectory() as folder:
            library = os.path.join(folder, "libother.so")
            with open(os.path.join(folder, "other.c"), "w") as file:
                file.write(source)
            subprocess.run(os.environ["CC"].split() + ["-shared", "-fPIC", "-o", library, file.name], check=True)
            return subprocess.run([sys.executable, "-c", "import synaptogen_c"], capture_output=True, text=True,
                                  env={**os.environ, "SYNAPTOGEN_LIBRARY": library})

    def test_other_version(self):
        """A library of another version is refused with both versions"""
        done = self.run_with('const char *syn_version(void) { return "9.9.9"; }')
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, rf"ImportError: .*libother.so is version 9\.9\.9; .*version {re.escape(_abi.VERSION)}")

    def test_other_library(self):
        """A library that is another one, or lacks a function, is refused by its path"""
        self.assertRegex(self.run_with("int x;").stderr, "ImportError: .*libother.so is not the library")
        older = self.run_with(f'const char *syn_version(void) {{ return "{_abi.VERSION}"; }}')
        self.assertRegex(older.stderr, "ImportError: .*libother.so lacks syn_")

    def test_path(self):
        """The library in use is the one of $SYNAPTOGEN_LIBRARY"""
        self.assertEqual(_library.PATH, os.environ["SYNAPTOGEN_LIBRARY"])
