"""Networks of timm and the ImageNet weights that they start from: downloaded by timm, or from a file."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from gazemap.errors import WeightsError
from gazemap.system.device import register_vision_operators
from gazemap.system.extras import require
from gazemap.system.progress import say

TIMM = "timm"  # in the place of a file: timm's own weights
_PATIENCE = 5.0  # seconds that a server has to answer
_CLASSIFIERS = ("classifier.", "fc.", "head.", "last_linear.")  # layers that no encoder has


def timm_network(name: str, weights: str | None, **options: Any) -> nn.Module:  # noqa: ANN401 - timm's
    """A network of timm without its classifier.

    Args:
        name: of the network in timm.
        weights: a file for `load_encoder_weights`; "timm" downloads timm's own; None draws them at random.
        options: for timm's constructor.

    Raises:
        WeightsError: as `load_encoder_weights`, or timm's weights cannot be downloaded.
    """
    timm = import_timm()
    if weights == TIMM and not torch.empty(0).is_meta:  # on the meta device there are only shapes
        return _downloaded(name, options)
    network: nn.Module = timm.create_model(name, num_classes=0, pretrained=False, **options)
    if weights is not None and weights != TIMM:
        load_encoder_weights(network, Path(weights))
    return network


def _downloaded(name: str, options: dict[str, Any]) -> nn.Module:
    """The network with timm's weights, of which a copy may be kept from an earlier time."""
    source, file = _source(name)
    say(f"The ImageNet weights of {name} come from {source}, unless they are there already.", progress=True)
    try:
        with _no_waiting_for(source):
            network: nn.Module = import_timm().create_model(name, num_classes=0, pretrained=True, **options)
    except Exception as error:  # of the libraries' own kinds, which are many
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise WeightsError(
            f"The ImageNet weights of {name} cannot be fetched from {source} ({reason}). Connect to the "
            f"internet; or download {file} elsewhere, and give that file as encoder_weights: in a command, "
            "--set model.options.encoder_weights=FILE."
        ) from error
    return network


def _source(name: str) -> tuple[str, str]:
    """The addresses of timm's weights of a network: of their page, and of the file."""
    about = import_timm().models.get_pretrained_cfg(name)
    if not about.hf_hub_id:
        return str(about.url), str(about.url)
    page = f"https://huggingface.co/{about.hf_hub_id}"
    return page, f"{page}/resolve/main/model.safetensors"


@contextmanager
def _no_waiting_for(address: str) -> Iterator[None]:
    """Let huggingface_hub take what it has kept, or fail at once, where the server cannot be reached.

    On its own it asks again and again for 50 seconds, also where it has kept the file.
    """
    import huggingface_hub.constants as hub

    before = hub.HF_HUB_OFFLINE
    hub.HF_HUB_OFFLINE = before or not _answers(address.replace("https://huggingface.co", hub.ENDPOINT))
    try:
        yield
    finally:
        hub.HF_HUB_OFFLINE = before


def _answers(address: str) -> bool:
    """Whether a server answers, through the proxy that the environment names."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=_PATIENCE):
            return True
    except HTTPError:  # it is there, and says no to this
        return True
    except (OSError, ValueError):
        return False


def load_encoder_weights(network: nn.Module, path: Path, read: Collection[str] | None = None) -> None:
    """Start a network from a safetensors file of ImageNet weights, in timm's or torchvision's naming.

    Where the names differ, tensors are matched in the order of their layers' numbers. A classifier in the
    file is left out.

    Args:
        network: all of it.
        path: of the file.
        read: names of the tensors that are used, all by default; the file may lack the others.

    Raises:
        WeightsError: the file is missing or damaged, or its shapes do not fit.
    """
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"Encoder weights {path} cannot be read ({error}).") from error
    own = {k: v for k, v in network.state_dict().items() if not k.endswith("num_batches_tracked")}
    tensors = {k: v for k, v in tensors.items() if not k.endswith("num_batches_tracked")}
    needed = [k for k in own if read is None or k in read]
    if own.keys().isdisjoint(tensors):  # another naming
        tensors = {k: v for k, v in tensors.items() if not k.startswith(_CLASSIFIERS)}
        tensors = dict(zip(own, _in_layer_order(tensors), strict=False)) if len(own) == len(tensors) else {}
    wrong = [k for k in needed if k not in tensors or tensors[k].shape != own[k].shape]
    if wrong:
        raise WeightsError(
            f"{path} does not fit this encoder: {len(wrong)} of {len(needed)} tensors differ in name or "
            f"shape. The first is {wrong[0]} {tuple(own[wrong[0]].shape)}."
        )
    if not next(network.parameters()).is_meta:
        network.load_state_dict({k: tensors[k] for k in needed}, strict=False)


def has_folded_norms(network: nn.Module) -> bool:
    """Whether all batch norms are folded into the convolutions, as in weights taken from TensorFlow Lite."""
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    means = [norm.running_mean for norm in norms if norm.running_mean is not None]
    return bool(means) and not any(mean.is_meta or mean.any() for mean in means)


def _in_layer_order(tensors: dict[str, Tensor]) -> list[Tensor]:
    """The layers in the order of the numbers in their names; within a layer as PyTorch lists them."""
    within = ("weight", "bias", "running_mean", "running_var")

    def position(name: str) -> tuple[Any, ...]:
        *layers, last = name.split(".")
        numbers = tuple(int(part) for part in layers if part.isdigit())
        return (*numbers, within.index(last) if last in within else len(within))

    return [tensors[name] for name in sorted(tensors, key=position)]


def import_timm() -> Any:  # noqa: ANN401 - timm has no types
    """timm, after what torchvision needs to be imported; see `system.device`.

    Where the user has not said otherwise, huggingface_hub, which fetches timm's weights, asks for nothing but
    them, and leaves it to us to say what went wrong.

    Raises:
        MissingPackageError: timm is not installed.
    """
    require("timm", "Building an encoder")
    register_vision_operators()
    for name, value in (("DISABLE_TELEMETRY", "1"), ("VERBOSITY", "error")):
        os.environ.setdefault(f"HF_HUB_{name}", value)  # read when it is imported
    import timm

    return timm
