"""The page with the models in the browser: static files for any web server, or one file for offline use."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError
from gazemap.prediction.engines.form_tensors import pieces
from gazemap.prediction.predictor import Predictor, onnx_form
from gazemap.serving.built import built_page
from gazemap.serving.models import DEFAULT_MODELS, offered_models
from gazemap.system.files import new_folder, write_text
from gazemap.system.writing import check_writable

_FORM = '<meta name="gazemap-form" content="server">'
_STYLE = '<link rel="stylesheet" href="page.css">'
_SCRIPT = '<script src="page.js"></script>'
_COPIED = ("page.css", "page.js")  # which the single file holds as they are
_MODELS = "models.json"
_LICENSES = "licenses.txt"
_NETWORK = "model-{}.onnx.gz"
_FIRST = _NETWORK.format(1)


@dataclass(frozen=True)
class Page:
    """A page that was written.

    Attributes:
        path: of the folder or the file.
        opens: what to open.
        sizes: bytes of each file, by name.
    """

    path: Path
    opens: Path
    sizes: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """Where it is and how large."""
        return {"path": str(self.path), "opens": str(self.opens), "sizes": self.sizes}

    def notes(self) -> list[str]:
        """What to do with it, in sentences."""
        size = f"{sum(self.sizes.values()) / 1e6:.1f} MB"
        if self.path == self.opens:
            return [
                f"{self.path}: the page in one file of {size}. Open it by double click; it needs no network."
            ]
        return [
            f"{self.path}: the page in {len(self.sizes)} files of {size}. Put them on any web server. "
            f"To see it here: python -m http.server -d {self.path}"
        ]


def write_page(
    *,
    out: str | Path | None = None,
    single_file: str | Path | None = None,
    model: Sequence[str] = DEFAULT_MODELS,
) -> Page:
    """Write the page that predicts in the browser: no server computes, and no image leaves the machine.

    Args:
        out: a new folder for static files, which work under any address of any web server.
        single_file: or one .html file, which opens by double click, offline.
        model: names of models, run folders, weights or ONNX files; the first is the default.

    Raises:
        InputError: both or neither of the places are given, the file is not named .html, or a model puts out
            no density.
        WeightsError: there is no such model.
        OutputError: the folder holds something already, or the place cannot be written.
        MissingPackageError: a checkout in which the page was not built.
    """
    if (out is None) == (single_file is None):
        raise InputError("Give one of the two: --out FOLDER for a web site, or --single-file FILE.html.")
    if out is not None:
        return _write_site(Path(out), model)
    assert single_file is not None
    return _write_single_file(Path(single_file), model)


def _write_site(folder: Path, model: Sequence[str]) -> Page:
    page = built_page()
    with new_folder(folder) as made:
        models = _models(model)
        for file in page.iterdir():
            (made / file.name).write_bytes(file.read_bytes())
        for name, content in models.items():
            (made / name).write_bytes(content)
        (made / "index.html").write_text(_html("static"), encoding="utf-8")
        sizes = {file.name: file.stat().st_size for file in sorted(made.iterdir())}
    return Page(folder, folder / "index.html", sizes)


def _write_single_file(file: Path, model: Sequence[str]) -> Page:
    if file.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"The single file must be named .html, such as attention.html, got {file.name!r}.")
    page, html = built_page(), _html("single-file")
    check_writable(file)
    within = {
        one.name: one.read_bytes()
        for one in sorted(page.iterdir())
        if one.name not in ("index.html", *_COPIED)
    } | _models(model)
    files = {name: _element(name, content) for name, content in within.items() if name != _LICENSES}
    # what the first prediction does not need comes after the program, which starts while that is read
    later = [files.pop(name) for name in [*files] if name.endswith(".onnx.gz") and name != _FIRST]
    style, script = ((page / name).read_text(encoding="utf-8") for name in _COPIED)
    for kind, text in (("script", script), ("style", style)):  # a file has no origin that 'self' could mean
        html = _replaced(html, f"{kind}-src 'self'", f"{kind}-src {_hash(text)}")
    html = _replaced(html, _STYLE, f"<style>{style}</style>")
    licenses = f'<script type="text/plain">\n{within[_LICENSES].decode()}</script>'
    html = _replaced(
        html, _SCRIPT, "\n".join((*files.values(), f"<script>{script}</script>", *later, licenses))
    )
    write_text(file, html)
    return Page(file, file, {file.name: len(html.encode())})


def _element(name: str, content: bytes) -> str:
    """A file as the page holds it within itself."""
    return (
        f'<script type="text/plain" data-file="{name}">{base64.b64encode(_packed(content)).decode()}</script>'
    )


def _html(form: str) -> str:
    html = (built_page() / "index.html").read_text(encoding="utf-8")
    return _replaced(html, _FORM, _FORM.replace("server", form))


def _hash(text: str) -> str:
    """By which a content security policy knows a script or a style within the page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _replaced(html: str, old: str, new: str) -> str:
    """The page with one of its lines replaced, which is there once."""
    before, found, after = html.partition(old)
    assert found, f"the built page has no {old}"
    return before + new + after


def _models(names: Sequence[str]) -> dict[str, bytes]:
    """The files of the models by name, and what the page must know of each."""
    described: list[dict[str, Any]] = []
    forms: dict[str, bytes] = {}
    file_of: dict[str, str] = {}  # by network, which several conditions share
    for name, predictor in offered_models(names, engine="onnx", device="cpu"):
        # names are the user's: not all are good for addresses
        file = file_of.setdefault(predictor.digest, _NETWORK.format(len(file_of) + 1))
        if file not in forms:
            forms[file] = onnx_form(name)
        placed = {"file": file, "pieces": _pieces(predictor, forms[file]), "is_default": not described}
        described.append(_about(predictor) | placed)
    files = {file: _packed(form) for file, form in forms.items()}
    return {_MODELS: json.dumps(described).encode(), **files}


def _pieces(predictor: Predictor, form: bytes) -> list[dict[str, Any]]:
    """What of the network's file is another under the viewing condition: its weights, and where they lie."""
    return [
        {"at": start, "text": base64.b64encode(raw).decode()}
        for start, raw in pieces(form, predictor.conditions.weights)
    ]


def _about(predictor: Predictor) -> dict[str, Any]:
    condition = predictor.condition
    return {
        "name": predictor.name,
        "input_size": predictor.input_size,
        "fit": predictor.fit,
        "has_center_bias": predictor.center_bias,
        "log_prior": _base64(predictor.log_prior),
        "condition": condition
        and {
            "name": condition.name,
            "power": condition.power,
            "blur": condition.blur,
            "log_prior": _base64(condition.log_prior),
        },
        "conditions": [*predictor.conditions.by_name],
    }


def _base64(values: NDArray[np.float32] | None) -> str | None:
    """Little-endian float32, as text."""
    return None if values is None else base64.b64encode(values.astype("<f4").tobytes()).decode()


def _packed(content: bytes) -> bytes:
    """Gzipped, unless it is already; the same bytes each time."""
    return content if content.startswith(b"\x1f\x8b") else gzip.compress(content, mtime=0)
