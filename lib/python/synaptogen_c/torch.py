# SPDX-License-Identifier: MIT
"""Layers of PyTorch whose weights are cells.

>>> from synaptogen_c import Hardware, Wires
>>> from synaptogen_c.torch import convert
>>> analog = convert(model, Hardware(wires=Wires(r_wl=1, r_bl=1), seed=7), calibration=images)   # doctest: +SKIP
>>> accuracy = (analog(images).argmax(1) == labels).float().mean()                               # doctest: +SKIP

The forward pass goes through the cells, wires and converters. The backward pass uses the effective weights, which the
cells have through the wires: converters and noise count as identity. So a network can be fine-tuned for its hardware:
train as usual, then :func:`program` writes the new weights into the cells.

While a layer is in training mode, a change of its weights since the last writing counts in full: it is added to what
the cells give, weakened as the wires weaken each weight. In evaluation mode only the cells count. A layer warns if
its weights have changed and were not written.

Biases and everything between the layers are digital. This module needs PyTorch, from 1.11 on.
"""
from __future__ import annotations

import copy
import io
import math
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ._check import fail
from .array import bar
from .hardware import Hardware
from .matrix import AnalogMatrix, Progress

__all__ = ["AnalogConv1d", "AnalogConv2d", "AnalogLinear", "NotWrittenWarning", "RemainsDigitalWarning", "calibrate",
           "convert", "effective", "layers", "program", "reread"]

_LONG = 250_000  # weights from which converting shows a progress bar
_SAMPLE = 1 << 25  # numbers of unfolded images that a calibration looks at: more images are taken evenly spaced
_PIECE = 1 << 20  # numbers of unfolded images that are worked at once: they stay in the cache


class NotWrittenWarning(UserWarning):
    """The weights of a layer have changed since they were written into the cells."""


class RemainsDigitalWarning(UserWarning):
    """A module with weights that `convert` cannot place on cells."""


class _Product(torch.autograd.Function):
    """x (n, inputs) times a matrix of cells: (n, outputs). Backward by the effective weights."""

    @staticmethod
    def forward(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        x, weight, layer, group = args
        matrix: AnalogMatrix = layer.matrices[group]
        given = _numbers(x).T
        if not (matrix.calibrated or matrix.hardware.linear):
            fail("hardware", "calibrated ranges: call calibrate(model, typical_inputs), or give them to convert()",
                 f"{layer}")
        y = torch.from_numpy(np.ascontiguousarray((matrix @ given).T)).to(x)
        seen, left = (part.to(x) for part in layer.seen(group))
        if layer.training:
            change = left * (weight.detach() - torch.from_numpy(matrix.weights).to(x))
            y += x.detach() @ change.T
            seen = seen + change
        ctx.save_for_backward(x, seen, left)
        return y

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        x, seen, left = ctx.saved_tensors
        gradient = gradients[0]
        return gradient @ seen, left * (gradient.T @ x), None, None


class _Analog(nn.Module):
    """What the layers have in common: weights, their matrices of cells, and one matrix for each group.

    Attributes
    ----------
    weight, bias : Parameter
        As in the layer of PyTorch with the same name; bias may be None. Both can be trained.
    matrices : list of AnalogMatrix
        The cells, a matrix for each group.
    """

    weight: nn.Parameter
    bias: nn.Parameter | None
    groups: int

    def _take(self, digital: Any, hardware: Hardware | None, first: int, progress: Progress | None) -> None:
        """Takes over the parameters of a layer of PyTorch and writes the cells."""
        self.weight = nn.Parameter(digital.weight.detach().clone(), digital.weight.requires_grad)
        self.register_parameter("bias", None if digital.bias is None else nn.Parameter(
            digital.bias.detach().clone(), digital.bias.requires_grad))
        self.matrices: list[AnalogMatrix] = []
        self._seen: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
        self.calibrating = False
        self.train(digital.training)
        for part in self._parts():
            done = len(self.matrices) / self.groups
            tell = None if progress is None else (lambda s, done=done: progress(done + s / self.groups))
            self.matrices.append(AnalogMatrix(_numbers(part), hardware, first=first, progress=tell))
            first += self.matrices[-1].cells

    def _parts(self) -> Iterator[torch.Tensor]:
        """The weights of each group as a matrix (outputs, inputs)."""
        yield from self.weight.reshape(self.groups, self.weight.shape[0] // self.groups, -1)

    @property
    def hardware(self) -> Hardware:
        """The description that the cells were made by."""
        return self.matrices[0].hardware

    @property
    def cells(self) -> int:
        """Number of cells."""
        return sum(matrix.cells for matrix in self.matrices)

    @property
    def written(self) -> bool:
        """Whether the weights are those that were written into the cells."""
        return all(np.array_equal(_numbers(part), matrix.weights) for part, matrix in zip(self._parts(), self.matrices))

    def program(self, progress: Progress | None = None) -> None:
        """Writes the weights into the cells. Ranges of a calibration stay."""
        for part, matrix in zip(self._parts(), self.matrices):
            matrix.program(_numbers(part), progress)
        self._seen = {}

    def seen(self, group: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Returns the effective weights (outputs, inputs) of a group, and what the wires leave of each weight."""
        if group not in self._seen:
            matrix = self.matrices[group]
            self._seen[group] = torch.from_numpy(matrix.effective), torch.from_numpy(matrix.attenuation)
        return self._seen[group]

    def _multiply(self, x: torch.Tensor) -> torch.Tensor:
        """x (n, groups, inputs) to (n, groups * outputs), with the bias."""
        if not self.training and not self.written:
            warnings.warn(f"the weights of {self} have changed and are not in the cells: call program()",
                          NotWrittenWarning, stacklevel=4)
        parts = [_Product.apply(x[:, k], part, self, k) for k, part in enumerate(self._parts())]
        y = torch.cat(parts, 1)
        return y if self.bias is None else y + self.bias

    def _calibrate(self, x: torch.Tensor) -> None:
        """Finds the ranges of all groups from x (n, groups, inputs)."""
        for k, matrix in enumerate(self.matrices):
            matrix.calibrate(_numbers(x[:, k]).T)

    def get_extra_state(self) -> torch.Tensor:
        """The cells, hardware and ranges for state_dict(): the files of AnalogMatrix.save, zipped, as bytes."""
        buffer = io.BytesIO()
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(buffer, "w") as archive:
            for group, matrix in enumerate(self.matrices):
                matrix.save(Path(folder) / str(group))
            for path in sorted(Path(folder).rglob("*")):
                archive.write(path, path.relative_to(folder))
        return torch.frombuffer(bytearray(buffer.getvalue()), dtype=torch.uint8)

    def set_extra_state(self, state: Any) -> None:
        """The inverse of :meth:`get_extra_state`."""
        with tempfile.TemporaryDirectory() as folder:
            with zipfile.ZipFile(io.BytesIO(state.cpu().numpy().tobytes())) as archive:
                archive.extractall(folder)
            matrices = [AnalogMatrix.load(Path(folder) / str(group)) for group in range(self.groups)]
        for matrix, own in zip(matrices, self.matrices):
            if matrix.shape != own.shape:
                fail("state_dict", f"cells for a matrix of shape {own.shape}", matrix.shape)
        self.matrices, self._seen = matrices, {}

    def extra_repr(self) -> str:
        ranges = "calibrated" if self.matrices[0].calibrated else "not calibrated"
        tiles = sum(len(matrix.tiles) for matrix in self.matrices)
        return f"{self._geometry()}, {self.cells} cells in {tiles} tiles, {ranges}, seed {self.hardware.seed}"

    def _geometry(self) -> str:
        raise NotImplementedError


def _numbers(weights: torch.Tensor) -> Any:
    return weights.detach().cpu().double().numpy()


class AnalogLinear(_Analog):
    """torch.nn.Linear on cells: x (..., in_features) to (..., out_features).

    Parameters
    ----------
    in_features, out_features, bias
        As in torch.nn.Linear.
    hardware : Hardware, optional
        None: all defaults.
    first : int
        Number of the first cell, as in AnalogMatrix.

    See Also
    --------
    convert : makes such layers from a trained network.
    """

    groups = 1

    def __init__(self, in_features: int, out_features: int, bias: bool = True, hardware: Hardware | None = None, *,
                 first: int = 0) -> None:
        super().__init__()
        self._take(nn.Linear(in_features, out_features, bias), hardware, first, None)

    @classmethod
    def from_digital(cls, layer: nn.Linear, hardware: Hardware | None = None, *, first: int = 0,
                     progress: Progress | None = None) -> AnalogLinear:
        """Makes a layer with copies of the parameters of a torch.nn.Linear."""
        self = cls.__new__(cls)
        nn.Module.__init__(self)
        self._take(layer, hardware, first, progress)
        return self

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., in_features). Returns (..., out_features)."""
        if x.dim() < 1 or x.shape[-1] != self.weight.shape[1]:
            fail("x", f"the shape (..., {self.weight.shape[1]})", tuple(x.shape))
        inputs = x.reshape(-1, 1, x.shape[-1])
        if self.calibrating:
            self._calibrate(inputs)
        return self._multiply(inputs).reshape(x.shape[:-1] + self.weight.shape[:1])

    def _geometry(self) -> str:
        return f"{self.weight.shape[1]}, {self.weight.shape[0]}, bias={self.bias is not None}"


class AnalogConv2d(_Analog):
    """torch.nn.Conv2d on cells: every position of the kernel is one input vector of a matrix.

    Each group has a matrix of its own, with in_channels / groups times the size of the kernel inputs. Images are
    unfolded in pieces, so that memory stays bounded without gradients.

    Parameters
    ----------
    in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode
        As in torch.nn.Conv2d.
    hardware : Hardware, optional
        None: all defaults.
    first : int
        Number of the first cell, as in AnalogMatrix.
    """

    _digital: Any = nn.Conv2d
    _axes = 2

    def __init__(self, *arguments: Any, hardware: Hardware | None = None, first: int = 0, **options: Any) -> None:
        super().__init__()
        self._copy(self._digital(*arguments, **options), hardware, first, None)

    def _copy(self, layer: Any, hardware: Hardware | None, first: int, progress: Progress | None) -> None:
        self.groups = layer.groups
        self.in_channels, self.out_channels = layer.in_channels, layer.out_channels
        self.kernel_size, self.stride, self.dilation = layer.kernel_size, layer.stride, layer.dilation
        self.padding, self.padding_mode = layer.padding, layer.padding_mode
        self._take(layer, hardware, first, progress)

    @classmethod
    def from_digital(cls, layer: Any, hardware: Hardware | None = None, *, first: int = 0,
                     progress: Progress | None = None) -> Any:
        """Makes a layer with copies of the geometry and the parameters of the layer of PyTorch."""
        self = cls.__new__(cls)
        nn.Module.__init__(self)
        self._copy(layer, hardware, first, progress)
        return self

    def _margins(self) -> list[int]:
        """Padding as torch.nn.functional.pad takes it: the last axis first, before and after."""
        margins: list[int] = []
        for axis in reversed(range(self._axes)):
            if self.padding == "same":
                whole = self.dilation[axis] * (self.kernel_size[axis] - 1)
                margins += [whole // 2, whole - whole // 2]
            else:
                margins += [0, 0] if self.padding == "valid" else [self.padding[axis]] * 2
        return margins

    def _padded(self, x: torch.Tensor) -> torch.Tensor:
        margins = self._margins()
        if not any(margins):
            return x
        return F.pad(x, margins, mode="constant" if self.padding_mode == "zeros" else self.padding_mode)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (n, in_channels, height, width), or without n. Returns the same with out_channels."""
        if x.dim() == self._axes + 1:
            result: torch.Tensor = self.forward(x[None])[0]
            return result
        if x.dim() != self._axes + 2 or x.shape[1] != self.in_channels:
            fail("x", f"the shape (n, {self.in_channels}" + ", any" * self._axes + ")", tuple(x.shape))
        images, kernel, stride, dilation = self._as_images(self._padded(x))
        size = [(images.shape[2 + k] - dilation[k] * (kernel[k] - 1) - 1) // stride[k] + 1 for k in (0, 1)]
        if min(size) < 1:
            fail("x", f"images of at least the kernel, {self.kernel_size}", tuple(x.shape))
        if len(images) == 0:
            return x.new_zeros((0, self.out_channels, *size[2 - self._axes:]))
        numbers = images.shape[1] * math.prod(kernel) * math.prod(size)  # of an unfolded image
        if self.calibrating:
            some = images[:: 1 + len(images) * numbers // _SAMPLE]
            self._calibrate(self._columns(F.unfold(some, kernel, dilation, 0, stride)))
        parts = []
        for piece in torch.split(images, max(1, _PIECE // numbers)):
            products = self._multiply(self._columns(F.unfold(piece, kernel, dilation, 0, stride)))
            parts.append(products.reshape(len(piece), -1, self.out_channels).transpose(1, 2))
        y = torch.cat(parts).reshape(len(images), self.out_channels, *size)
        return y if self._axes == 2 else y[:, :, 0]

    def _as_images(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """Images with kernel, stride and dilation in two axes."""
        return x, self.kernel_size, self.stride, self.dilation

    def _columns(self, unfolded: torch.Tensor) -> torch.Tensor:
        """Unfolded images (n, groups * inputs, positions) to (n * positions, groups, inputs)."""
        n, _, positions = unfolded.shape
        return unfolded.transpose(1, 2).reshape(n * positions, self.groups, -1)

    def _geometry(self) -> str:
        return (f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}, "
                f"padding={self.padding!r}, dilation={self.dilation}, groups={self.groups}, "
                f"bias={self.bias is not None}, padding_mode={self.padding_mode!r}")


class AnalogConv1d(AnalogConv2d):
    """torch.nn.Conv1d on cells. Parameters as there, and `hardware` and `first` as in AnalogConv2d."""

    _digital: Any = nn.Conv1d
    _axes = 1

    def _as_images(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        return x[:, :, None], (1, *self.kernel_size), (1, *self.stride), (1, *self.dilation)


# Only these themselves: a class derived from one of them may do something else with its weights.
_KINDS: dict[type[Any], Any] = {nn.Linear: AnalogLinear, nn.Conv1d: AnalogConv1d, nn.Conv2d: AnalogConv2d}


def layers(model: nn.Module) -> dict[str, Any]:
    """Returns the analogue layers of a network by name."""
    return {name: module for name, module in model.named_modules() if isinstance(module, _Analog)}


def convert(model: nn.Module, hardware: Hardware | None = None, *, calibration: torch.Tensor | None = None,
            skip: Iterable[str] = (), progress: Progress | None = None) -> Any:
    """Makes a copy of a network with its Linear, Conv1d and Conv2d layers on cells.

    Parameters
    ----------
    model : Module
        A trained network. It does not change.
    hardware : Hardware, optional
        For all layers. Its seed decides all draws: each layer has cells of its own. None: all defaults.
    calibration : Tensor, optional
        Typical inputs of the network: the ranges of inputs and converters of each layer follow from them, see
        :func:`calibrate`.
    skip : names
        Layers that stay digital, by the names that model.named_modules() gives them.
    progress : function, optional
        Called with the share of the layers that is written. None: a progress bar on a terminal, from 250,000
        weights on.

    Returns
    -------
    Module
        The copy, in the mode (training or evaluation) of `model`.

    Raises
    ------
    InputError
        There is no such layer, a name in `skip` does not exist, or a weight is not finite.

    Warns
    -----
    RemainsDigitalWarning
        A module has weights that stay digital although it is not in `skip`.
    """
    chosen, skipped = dict(model.named_modules()), set(skip)
    for name in skipped - set(chosen):
        fail("skip", "names of modules of the network", name)
    names = [name for name, module in chosen.items() if type(module) in _KINDS and name not in skipped]
    if progress is None and sum(chosen[name].weight.numel() for name in names) >= _LONG:
        progress = bar
    if not names:
        fail("model", "a network with a Linear, Conv1d or Conv2d layer that is not skipped", type(model).__name__)
    result, first = copy.deepcopy(model), 0
    for count, name in enumerate(names):
        module = result.get_submodule(name)
        tell = None if progress is None else (lambda s, count=count: progress((count + s) / len(names)))
        try:
            layer = _KINDS[type(module)].from_digital(module, hardware, first=first, progress=tell)
        except ValueError as error:
            raise type(error)(f"{name}: {error}") from error
        first += layer.cells
        result = _replace(result, module, layer)
    rest = {name: module for name, module in result.named_modules()
            if name not in skipped and not isinstance(module, _Analog)}
    digital = [name for name, module in rest.items() if any(p.dim() > 1 for p in module.parameters(recurse=False))]
    if digital:
        warnings.warn(f"these modules stay digital: {', '.join(digital)}", RemainsDigitalWarning, stacklevel=2)
    if calibration is not None:
        calibrate(result, calibration)
    return result


def _replace(model: nn.Module, old: nn.Module, new: nn.Module) -> nn.Module:
    """Puts a module in the place of another one, wherever that stands."""
    if model is old:
        return new
    for parent in list(model.modules()):
        for name, child in list(parent._modules.items()):
            if child is old:
                parent._modules[name] = new
    return model


def calibrate(model: nn.Module, inputs: torch.Tensor) -> None:
    """Finds the ranges of inputs and converters of all analogue layers from typical inputs of the network.

    Runs the network once in evaluation mode. Each layer is calibrated with what the layers before it give, so that
    they are calibrated when their results count. Of very many images a convolution takes some, evenly spaced. A layer
    that stands at two places is calibrated at the last one. Modes and gradients do not change.
    """
    found, mode = layers(model), {module: module.training for module in model.modules()}
    if not found:
        fail("model", "a network with analogue layers, as convert() makes it", type(model).__name__)
    model.eval()
    try:
        for layer in found.values():
            layer.calibrating = True
        with torch.no_grad():
            model(inputs)
    finally:
        for layer in found.values():
            layer.calibrating = False
        for module, training in mode.items():
            module.training = training


def reread(model: nn.Module, *, calibration: torch.Tensor | None = None, **changes: Any) -> Any:
    """Makes a copy of a network on the same cells, read by other hardware: for sweeps over wires and converters.

    Its cells are read-only copies, so that its weights cannot be written.

    Parameters
    ----------
    model : Module
        A network with analogue layers.
    calibration : Tensor, optional
        Typical inputs of the network, see :func:`calibrate`.
    **changes
        Members of Hardware that say how cells are read: wires, coding, dac, adc, u_read, bandwidth, exact, drift, time.
    """
    result = copy.deepcopy(model, {id(layer): layer for layer in layers(model).values()})
    for name, layer in layers(model).items():
        other = copy.copy(layer)
        other._seen = {}
        other.matrices = [matrix.reread(**changes) for matrix in layer.matrices]
        result = _replace(result, result.get_submodule(name), other)
    if calibration is not None:
        calibrate(result, calibration)
    return result


def program(model: nn.Module, progress: Callable[[float], Any] | None = None) -> None:
    """Writes the weights of all analogue layers into their cells, for example after fine-tuning."""
    found = layers(model)
    for count, layer in enumerate(found.values()):
        layer.program(None if progress is None else (lambda s, count=count: progress((count + s) / len(found))))


def effective(model: nn.Module) -> Any:
    """Makes an ordinary network with the effective weights of the analogue layers, without converters and noise."""
    result = copy.deepcopy(model)
    for layer in layers(result).values():
        digital: Any
        if isinstance(layer, AnalogConv2d):
            digital = layer._digital(
                layer.in_channels, layer.out_channels, layer.kernel_size, layer.stride, layer.padding, layer.dilation,
                layer.groups, layer.bias is not None, layer.padding_mode)
        else:
            digital = nn.Linear(layer.weight.shape[1], layer.weight.shape[0], layer.bias is not None)
        digital.to(layer.weight)
        with torch.no_grad():
            weights = torch.cat([layer.seen(group)[0] for group in range(layer.groups)])
            digital.weight.copy_(weights.reshape(layer.weight.shape))
            if layer.bias is not None:
                digital.bias.copy_(layer.bias)
        digital.train(layer.training)
        result = _replace(result, layer, digital)
    return result
