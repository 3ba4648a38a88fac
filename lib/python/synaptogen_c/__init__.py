# SPDX-License-Identifier: MIT
"""Stochastic ReRAM cells, arrays and crossbars: the library of Synaptogen for ngspice from Python.

>>> import numpy as np
>>> import synaptogen_c as syn
>>> a = syn.Array((256, 128), seed=1)                      # cells in HRS
>>> a.apply([-1.5, 1.5])                                   # SET and RESET all, in turn
>>> done = a.program(np.full(a.shape, 60e-6))              # write-verify to 60 uS
>>> i = a.read(0.2, bandwidth=1e8)                         # A, with noise
>>> x = syn.Crossbar(a, syn.Wires(r_wl=1, r_bl=1))         # wires of 1 ohm per segment
>>> currents = x @ np.full(256, 0.2)                       # 256 voltages in, 128 currents out
>>> a.save("weights.state")                                # for `synaptogen` and ngspice

Matrices of any size on tiles of cells, with converters (`synaptogen_c.torch` has layers, `synaptogen_c.plot`
pictures):

>>> hardware = syn.Hardware(tile=(128, 128), wires=syn.Wires(r_wl=1, r_bl=1), adc=syn.Adc(bits=8), seed=7)
>>> weights, x = np.random.default_rng(0).normal(size=(10, 300)), np.ones((300, 5))
>>> m = syn.AnalogMatrix(weights, hardware).calibrate(x)   # write-verify of 6000 cells
>>> y = m @ x                                              # nearly weights @ x

The same seed gives the same cells here, in the command `synaptogen` and in ngspice. Units are SI. Errors are
`synaptogen_c.Error`, which also is a ValueError, OSError, MemoryError or FloatingPointError. Source of the model:
Hennen et al., IEEE Trans. Electron Devices 2024, doi:10.1109/TED.2024.3427616.
"""

from ._abi import VERSION as __version__
from ._library import Error, FileError, InputError, NoSolution, OutOfMemory, Stopped
from .array import Array, Programmed, bar, load
from .coding import Amplitude, BitSerial, PulseCount
from .crossbar import Crossbar, Solution, Wires
from .device import FEATURES, Memory, Model, Spread
from .drift import Drift
from .hardware import Hardware
from .mapping import Differential, Offset, Slices
from .matrix import AnalogMatrix, Report, Tile, WindowWarning, reachable_window
from .periphery import Adc, Dac

__all__ = ["Adc", "Amplitude", "AnalogMatrix", "Array", "BitSerial", "Crossbar", "Dac", "Differential", "Drift",
           "Error", "FEATURES", "FileError", "Hardware", "InputError", "Memory", "Model", "NoSolution", "Offset",
           "OutOfMemory", "Programmed", "PulseCount", "Report", "Slices", "Solution", "Spread", "Tile", "WindowWarning",
           "Wires", "__version__", "bar", "load", "reachable_window"]
