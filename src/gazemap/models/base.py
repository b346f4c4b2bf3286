"""What every saliency model is: images in, one saliency (or log density) grid per image out."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from torch import Tensor, nn

from gazemap.models.training_images import TrainingImages
from gazemap.system.checking import options_of
from gazemap.types import Fit, Output, Size

_START = "encoder_weights"  # the option that is not kept: a saved model has weights of its own


class SaliencyModel(nn.Module):
    """Base of every entry of `MODELS`; a subclass sets what follows, and takes keyword arguments alone.

    `forward` takes images, float32 (B, 3, H, W) in [0, 1] at `input_size`, normalizes them itself,
    and returns (B, h, w) at `output_size`: `saliency` of any scale, or `log_density` whose
    logsumexp over the pixels is 0, as `output` says.

    Attributes:
        architecture: the key in `MODELS`.
        name: what its row of scores is called: the architecture's, or where `load_model` found it.
        outputs: what a model of this kind can put out.
        any_size: whether `forward` takes images of other sizes than `input_size`, too, and returns a
            grid of another size.
        options: the keyword arguments that rebuild this model, JSON values; all but `encoder_weights`, where
            training started.
        input_size: (H, W) of the images that `forward` takes.
        output_size: (h, w) of the grid that it returns.
        output: what the numbers mean.
        fit: how images of another aspect than the input's are placed in it, as in training; see
            `images.placement`.
        target_range: the values between which a regression network's targets were scaled;
            prediction maps this range back to [0, 1].
        training_images: what its weights have learned from; None where that is not known, as of a new
            model.
    """

    architecture: ClassVar[str]
    outputs: ClassVar[tuple[Output, ...]] = ("saliency", "log_density")
    any_size: ClassVar[bool] = False
    options: dict[str, Any]

    def __new__(cls, **options: Any) -> Self:  # noqa: ANN401 - each model's own
        """Records what the model is made with, defaults included, so that no constructor can forget one."""
        model = super().__new__(cls)
        defaults = {name: parameter.default for name, parameter in options_of(cls).items()}
        model.options = {
            name: list(value) if isinstance(value, tuple) else value  # as JSON gives it back
            for name, value in {**defaults, **options}.items()
            if name != _START
        }
        return model

    def __init__(
        self,
        *,
        input_size: Size,
        output_size: Size,
        output: Output,
        target_range: tuple[float, float] = (0.0, 1.0),
    ) -> None:
        super().__init__()
        self.name = self.architecture
        self.input_size = input_size
        self.output_size = output_size
        self.output = output
        self.fit: Fit = "stretch"
        self.target_range = target_range
        self.training_images: TrainingImages | None = None

    def parameter_count(self) -> int:
        """How many numbers training can change."""
        return sum(parameter.numel() for parameter in self.parameters())

    def encoder_parameters(self) -> list[nn.Parameter]:
        """Those of the encoder that training changes, in order; a recipe may give them a rate of their own.

        The encoder is the part `encoder`, where a model has one; a model whose encoder is several parts
        overrides this.
        """
        encoder = getattr(self, "encoder", nn.Identity())
        return [parameter for parameter in encoder.parameters() if parameter.requires_grad]

    @property
    def log_prior(self) -> Tensor | None:
        """(h, w): the fixed center bias that a log density is the sum of, before its softmax.

        None: there is none. A model that has one overrides this.
        """
        return None

    @property
    def layers(self) -> dict[str, nn.Conv2d | nn.Linear]:
        """The trainable layers with weights, in the order in which they were made."""
        return {
            name: layer
            for name, layer in self.named_modules()
            if isinstance(layer, nn.Conv2d | nn.Linear) and layer.weight.requires_grad
        }

    def __call__(self, images: Tensor) -> Tensor:
        """What `forward` returns, typed."""
        result: Tensor = super().__call__(images)
        return result
