"""Packages that not everybody needs: they come with an extra, as in `pip install 'gazemap[train]'`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec

from gazemap.errors import MissingPackageError

# package -> the extra that brings it; the same as in pyproject.toml, which a test holds
EXTRAS = {
    "torch": "train",
    "timm": "train",
    "kornia": "train",
    "tensorboardX": "train",
    "h5py": "data",
    "requests": "data",
    "ot": "emd",
    "onnx": "export",
    "onnxscript": "export",
    "openvino": "openvino",
    "pillow_heif": "heic",
    "torchmetrics": "torchmetrics",
    "scipy": "adapt",
    "av": "video",
    "fastapi": "serve",
    "uvicorn": "serve",
    "python_multipart": "serve",
    "starlette": "serve",
    "prometheus_client": "serve",
    "mcp": "mcp",
    "pyarrow": "cluster",
    "obstore": "cluster",
    "ray": "cluster",
}


@cache
def is_installed(package: str) -> bool:
    """Whether a package is installed; looked for once."""
    return find_spec(package) is not None


def missing(package: str, purpose: str) -> MissingPackageError:
    """The error that says which extra brings a package, to be raised where its import fails.

    Args:
        package: as it is imported, a key of `EXTRAS`.
        purpose: what needs it, the start of a sentence: "Training".
    """
    return MissingPackageError(
        f"{purpose} needs the package {package}, which is not installed. "
        f"Install it: pip install 'gazemap[{EXTRAS[package]}]'."
    )


def require(package: str, purpose: str) -> None:
    """Refuse to go on without a package, before it is imported.

    Raises:
        MissingPackageError: it is not installed; says what to install.
    """
    if find_spec(package) is None:
        raise missing(package, purpose)


@contextmanager
def naming_extra(purpose: str) -> Iterator[None]:
    """Turn an import that fails for want of an extra's package into an error that names the extra.

    Args:
        purpose: what needs it, the start of a sentence.

    Raises:
        MissingPackageError: says what to install.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRAS:
            raise
        raise missing(package, purpose) from error
