"""What there is to predict with and to train, without PyTorch: as `gazemap models` lists it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from gazemap.errors import lookup
from gazemap.models.files import DEFAULT_MODEL, describe, model_card, shipped_weights
from gazemap.system.plain import plain

# the keys of `MODELS`, whose modules need PyTorch; a test holds that they are the same
NETWORKS = (
    "shallow",
    "salnet",
    "simplenet",
    "mdnsal",
    "pdp",
    "sam-vgg",
    "sam-resnet",
    "mlnet",
    "deepgaze2",
    "gazenet",
    "unet",
)


@dataclass(frozen=True)
class ModelInfo:
    """A model that comes with gazemap.

    Attributes:
        name: as `gazemap.predict` takes it.
        network: its architecture, a key of `MODELS`.
        size: of its input in pixels, "height x width".
        megabytes: of its weights.
        trained_on: the data set and the number of images.
        card: its description in Markdown: data, scores, limits.
    """

    name: str
    network: str
    size: str
    megabytes: float
    trained_on: str
    card: str


@dataclass(frozen=True)
class ModelsOverview:
    """What `models_overview` returns.

    Attributes:
        models: those that come with gazemap.
        networks: those that it can train.
        default: the name of the model that is used where none is named.
    """

    models: tuple[ModelInfo, ...]
    networks: tuple[str, ...] = NETWORKS
    default: str = DEFAULT_MODEL

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        values: dict[str, Any] = plain(asdict(self))
        return values


def models_overview(name: str | None = None) -> ModelsOverview:
    """The models that come with gazemap, and the networks that it can train.

    Args:
        name: of one model, in place of all.

    Raises:
        InputError: there is none of that name.
    """
    shipped = shipped_weights()
    chosen = shipped if name is None else {name: lookup("model that comes with gazemap", name, shipped)}
    return ModelsOverview(tuple(map(_info, chosen)))


def _info(name: str) -> ModelInfo:
    file = shipped_weights()[name]
    about = describe(file)
    return ModelInfo(
        name=name,
        network=about["model"],
        size=" x ".join(map(str, about["options"]["input_size"])),
        megabytes=file.stat().st_size / 1e6,
        trained_on=f"{about['dataset']['name']}, {about['dataset']['train']} images",
        card=model_card(name),
    )
