"""A model that is ready to predict, by one engine on one device; `load_predictor` chooses them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError, OutputError, WeightsError, check_name
from gazemap.models.conditions import ViewingCondition, Weights
from gazemap.models.files import DEFAULT_MODEL, check_exists, form_beside, located
from gazemap.models.known_conditions import AS_TRAINED, KnownConditions, split_condition
from gazemap.prediction.engines.description import NetworkDescription
from gazemap.prediction.engines.grids import Engine
from gazemap.prediction.engines.onnx import OpenForm, described_form, open_form
from gazemap.prediction.engines.opening import OpenedOnce
from gazemap.prediction.engines.openvino import open_form_by_openvino
from gazemap.system.extras import require
from gazemap.system.files import cache_folder, replacing
from gazemap.system.fingerprint import digest, file_digest

if TYPE_CHECKING:
    from gazemap.models.base import SaliencyModel

ENGINES = ("onnx", "torch", "openvino", "openvino-bf16")
DEVICES = ("auto", "cpu", "cuda")
_BF16 = "openvino-bf16"
_FORMS: dict[str, Callable[..., OpenForm]] = {
    "onnx": open_form,
    "openvino": open_form_by_openvino,
    _BF16: partial(open_form_by_openvino, precision="bf16"),
}
_KEPT = 2  # predictors that stay open, so that `predict` in a loop opens nothing anew
_kept: dict[object, Predictor] = {}
_one_by_one = threading.Lock()
_of_parents: list[Predictor] = []  # they compute, but to close them would wait for threads that are not there


def _unlock() -> None:
    """In a forked process: a thread that is not there may hold the lock."""
    global _one_by_one
    _one_by_one = threading.Lock()
    _of_parents.extend(_kept.values())


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_unlock)


@dataclass(frozen=True, eq=False)
class Predictor(NetworkDescription):
    """A model that is ready to predict; made by `load_predictor`.

    Attributes:
        engine: which of `ENGINES` computes it.
        device: where: "cpu" or "cuda".
        opened: gives what computes the network with some weights in the place of its own, see `OpenedOnce`.
        computing: a context to put around several calls; keeps a PyTorch model in eval mode.
    """

    engine: str
    device: str
    opened: Callable[[Weights], Engine]
    computing: Callable[[], AbstractContextManager[None]] = nullcontext

    @property
    def compute(self) -> Engine:
        """The network with the weights of the viewing condition, if it has any, and without all else of it.

        Images in the network's frame, uint8 (N, 3, H, W), RGB -> float32 (N, h, w). A regression's are mapped
        to [0, 1]. Several threads may call it at once.
        """
        return self.opened(self.conditions.weights)

    @property
    def center_bias(self) -> bool:
        """Whether a center bias of its own is in its predictions, which `center_bias=False` leaves out."""
        prior = self.log_prior
        if self.condition is not None and self.condition.log_prior is not None:
            prior = self.condition.log_prior
        return prior is not None and bool(prior.min() < prior.max())

    def grids(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What is predicted for some frames, under the viewing condition: (N, 3, H, W) -> (N, h, w)."""
        return self.used(self.compute(frames))

    def as_trained(self) -> Predictor:
        """The same without a viewing condition."""
        return replace(self, conditions=replace(self.conditions, default=None))

    @property
    def fingerprint(self) -> str:
        """A digest of all that its grids depend on; in bfloat16 they are others."""
        full = super().fingerprint
        return digest([full.encode(), _BF16.encode()]) if self.engine == _BF16 else full

    def __repr__(self) -> str:
        height, width = self.input_size
        return f"<Predictor {self.name}: {width} x {height}, engine {self.engine} on {self.device}>"


ModelLike: TypeAlias = "str | os.PathLike[str] | SaliencyModel | Predictor"


def load_predictor(
    model: ModelLike = DEFAULT_MODEL,
    *,
    condition: str | None = None,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    threads: int = 0,
) -> Predictor:
    """A model that is ready to predict.

    Args:
        model: the name of a model that comes with gazemap, a run folder, a weights file, or an ONNX file
            that `gazemap export` wrote; or a model in memory, which is left as it is. What exists at a
            path comes before a name; "shipped:gazenet" always means the model that comes with gazemap.
            "gazenet@web-page" names its viewing condition, too.
        condition: the name of the viewing condition, such as "web-page"; "as-trained" for none. By default
            that of the file, which for the models that come with gazemap is "free-viewing".
        engine: a key of `ENGINES`. "auto" is ONNX Runtime for the models that come with gazemap and for
            ONNX files, and PyTorch for all else. Their numbers are equal within 1e-4, but for
            "openvino-bf16", which computes in bfloat16: see docs/how-to/gpu.md.
        device: "cpu", "cuda", or "auto": the GPU where the engine has one; of a model in memory, where it is.
        center_bias: False leaves out where people look anyway: for images that are parts of others.
        threads: that one call of ONNX Runtime or OpenVINO may use; 0: as many as there are cores.

    Raises:
        WeightsError: nothing is there, it is damaged, or it does not fit the network that it names.
        InputError: no such engine or device, the engine has no such device here, the model has no such
            viewing condition, or no center bias that could be left out.
        MissingPackageError: the engine is not installed; says what to install.
    """
    if engine != "auto":
        check_name("engine", engine, ENGINES)
    if device not in DEVICES:
        raise InputError(f"device must be auto, cpu or cuda, got {device!r}.")
    if isinstance(model, Predictor):
        predictor = _as_asked(model, engine, device)
    elif isinstance(model, str | os.PathLike):
        predictor = _opened_once(model, engine, device, threads, condition)
    else:
        predictor = _of_network(model, engine, device, threads)
    if condition is not None:
        predictor = _under(predictor, condition)
    predictor.opened(predictor.conditions.weights)  # now, so that nothing is refused later
    return predictor if center_bias else _without_center_bias(predictor)


def _opened_once(
    model: str | os.PathLike[str], engine: str, device: str, threads: int, asked: str | None
) -> Predictor:
    """As `load_predictor`; `asked` is the viewing condition whose weights are opened first."""
    file, name, condition = located(model)
    check_exists(file)
    state = file.stat()
    key = (file.absolute(), state.st_mtime_ns, state.st_size, name, engine, device, threads)
    with _one_by_one:
        if key not in _kept:
            made = _of_file(file, name, engine, device, threads, condition or asked)
            while len(_kept) >= _KEPT:
                del _kept[next(iter(_kept))]
            _kept[key] = made
        predictor = _kept[key]
    return predictor if condition is None else _under(predictor, condition)


def onnx_form(model: str | os.PathLike[str]) -> bytes:
    """The ONNX form of a model, as a file holds it; made if there is none yet.

    Args:
        model: a name or a path, as `load_predictor` takes it.

    Raises:
        WeightsError: there is no such model.
        MissingPackageError: the form must be made, and PyTorch or the extra "export" is not installed.
    """
    file = located(model).file
    check_exists(file)
    form = file if file.suffix == ".onnx" else form_beside(file) or _made_form(file)
    return form if isinstance(form, bytes) else form.read_bytes()


def _as_asked(predictor: Predictor, engine: str, device: str) -> Predictor:
    if engine not in ("auto", predictor.engine) or device not in ("auto", predictor.device):
        raise InputError(
            f"{predictor!r} computes by engine {predictor.engine} on {predictor.device}, not by {engine} on "
            f"{device}. Load it anew: load_predictor(model, engine=..., device=...)."
        )
    return predictor


def _of_file(
    file: Path, name: str, engine: str, device: str, threads: int, condition: str | None
) -> Predictor:
    form = file if file.suffix == ".onnx" else form_beside(file)
    if engine == "auto":
        engine = "torch" if form is None else "onnx"
    if engine in _FORMS:
        return _of_form(form or _made_form(file), name, engine, device, threads, condition)
    if file.suffix == ".onnx":
        raise InputError(f"{file} is an ONNX form, which PyTorch cannot compute. Take the engine onnx.")
    require("torch", f"The model {name} by engine torch")
    from gazemap.models.weights import load_model
    from gazemap.system.device import choose_device

    network = load_model(file).to(choose_device(device))
    network.name = name
    return _of_network(network, "torch", "auto", threads)


def _of_network(model: SaliencyModel, engine: str, device: str, threads: int) -> Predictor:
    """Of a model in memory: PyTorch, where it is; or by its ONNX form."""
    require("torch", "A model in memory")
    from gazemap.models.base import SaliencyModel as Network
    from gazemap.prediction.engines import pytorch

    if not isinstance(model, Network):
        raise InputError(
            "A model must be a name, a path, a SaliencyModel or a Predictor, got "
            f"{type(model).__name__}. The image comes first: predict(image, model=...)."
        )
    if engine in _FORMS:
        from gazemap.prediction.engines.to_onnx import to_onnx

        return _of_form(to_onnx(model), model.name, engine, device, threads)
    own = next(model.parameters()).device.type
    if device not in ("auto", own):
        raise InputError(f"{model.name} is on {own}, not on {device}. Move it: model.to({device!r}).")
    opened = OpenedOnce(partial(pytorch.computed_with, model), {}, pytorch.computed_with(model, {}))
    made = _predictor(pytorch.describe_network(model), "torch", own, opened)
    return replace(made, computing=partial(pytorch.evaluating, model))


def _of_form(
    form: Path | bytes, name: str, engine: str, device: str, threads: int, condition: str | None = None
) -> Predictor:
    """Of an ONNX form; opened with the weights of the viewing condition, by default of that of the file."""
    known = described_form(form, name).conditions
    weights = (known if condition is None else known.under(condition, name)).weights
    first = _FORMS[engine](form, name, weights=weights, device=device, threads=threads)

    def opener(others: Weights) -> Engine:
        found = _FORMS[engine](form, name, weights=others, device=device, threads=threads)
        if found.network.digest != first.network.digest:
            raise WeightsError(f"{form!s} is another file than when it was opened. Open it anew.")
        return found.compute

    return _predictor(first.network, engine, first.device, OpenedOnce(opener, weights, first.compute))


def _predictor(
    network: NetworkDescription, engine: str, device: str, opened: Callable[[Weights], Engine]
) -> Predictor:
    described = {field.name: getattr(network, field.name) for field in fields(NetworkDescription)}
    return Predictor(**described, engine=engine, device=device, opened=opened)


def _made_form(file: Path) -> Path | bytes:
    """The ONNX form of a weights file, from the cache: making it takes some seconds, and PyTorch."""
    kept = cache_folder("onnx") / f"{version('gazemap')}-{file_digest(file).hex()}.onnx"
    if kept.is_file():
        return kept
    require("torch", "Making an ONNX form")
    from gazemap.models.weights import load_model
    from gazemap.prediction.engines.to_onnx import to_onnx

    form = to_onnx(load_model(file))
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with replacing(kept) as temporary:
            temporary.write_bytes(form)
    except (OSError, OutputError):
        return form  # a cache that cannot be written costs seconds, no more
    return kept


def _without_center_bias(predictor: Predictor) -> Predictor:
    """The same without the center bias that its log density is the sum of; its name says so.

    Raises:
        InputError: it has none.
    """
    if predictor.log_prior is None:
        raise InputError(f"{predictor.name} has no fixed center bias that could be left out.")
    if not predictor.center_bias:
        return predictor
    height, width = predictor.log_prior.shape
    condition = predictor.condition or ViewingCondition(AS_TRAINED)
    bare = condition.without_center_bias((height, width))
    known = KnownConditions({bare.name: bare}, bare.name)
    return replace(predictor, name=f"{predictor.name}-no-center-bias", conditions=known)


def _under(predictor: Predictor, condition: str) -> Predictor:
    """The same under the viewing condition of that name, which its own name says.

    Raises:
        InputError: it has none of that name, or another one was named with the model.
    """
    name, asked = split_condition(predictor.name)
    if asked not in (AS_TRAINED, *predictor.conditions.by_name):
        name = predictor.name  # of a folder such as runs@home
    elif asked != condition:
        raise InputError(f"{predictor.name} names the condition {asked}, not {condition}. Name it once.")
    conditions = predictor.conditions.under(condition, name)
    return replace(predictor, name=f"{name}@{condition}", conditions=conditions)
