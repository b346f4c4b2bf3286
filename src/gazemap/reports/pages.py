"""HTML pages that hold all of their pictures: templates, and pictures as data URLs."""

from __future__ import annotations

import base64
import io

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image


def render(template: str, **content: object) -> str:
    """A template of gazemap filled with `content`; texts are escaped."""
    environment = Environment(
        loader=PackageLoader("gazemap.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**content)


def png(figure: Figure) -> str:
    """A figure as a data URL."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=110)
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()


def jpeg(pixels: NDArray[np.uint8]) -> str:
    """Pixels, (H, W, 3), as a data URL."""
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, format="jpeg", quality=75, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(content.getvalue()).decode()
