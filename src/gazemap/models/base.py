"""What every saliency model is: images in, one saliency (or log density) grid per image out."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from torch import Tensor, nn

from gazemap.models.known_conditions import KnownConditions
from gazemap.models.training_images import TrainingImages
from gazemap.system.checking import options_of
from gazemap.types import Fit, Output, Size

_START = "encoder_weights"  # the option that is not recorded: a saved model has its own weights


class SaliencyModel(nn.Module):
    """The base of every entry of `MODELS`. A subclass sets what follows and takes keyword arguments alone.

    `forward` takes images, float32 (B, 3, H, W) in [0, 1] at `input_size`, and normalizes them itself. It
    returns (B, h, w) at `output_size`, which is what `output` says: `saliency` on any scale, or
    `log_density`, whose logsumexp over the pixels is 0.

    Attributes:
        architecture: the key in `MODELS`.
        name: of its row of scores: the architecture's, or that of the file or folder that it was loaded from.
        outputs: the kinds of output that a model of this architecture can have.
        any_size: whether `forward` also takes images of other sizes than `input_size`, and then returns a
            grid of another size.
        options: the keyword arguments that rebuild this model, as JSON values; all but `encoder_weights`,
            from which training started.
        input_size: (H, W) of the images that `forward` takes.
        output_size: (h, w) of the grid that it returns.
        output: what the numbers mean.
        fit: how images of another aspect ratio are placed in the input, as in training; see
            `images.placement`.
        target_range: the values between which a regression network's targets were scaled;
            prediction maps this range back to [0, 1].
        training_images: those that its weights have learned from; None where they are not known, as for a new
            model.
        conditions: the viewing conditions that it has, and which of them `predict` uses its densities under.
            `forward` is without them.
    """

    architecture: ClassVar[str]
    outputs: ClassVar[tuple[Output, ...]] = ("saliency", "log_density")
    any_size: ClassVar[bool] = False
    options: dict[str, Any]

    def __new__(cls, **options: Any) -> Self:  # noqa: ANN401 - each model's own
        """Record the options of the model, defaults included, so that no constructor can forget one."""
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
        self.conditions = KnownConditions()

    def parameter_count(self) -> int:
        """The number of trainable and frozen parameters together."""
        return sum(parameter.numel() for parameter in self.parameters())

    def encoder_parameters(self) -> list[nn.Parameter]:
        """The encoder's trainable parameters, in order; a recipe may give them their own learning rate.

        The encoder is the attribute `encoder`, if there is one. A model whose encoder has several parts
        overrides this.
        """
        encoder = getattr(self, "encoder", nn.Identity())
        return [parameter for parameter in encoder.parameters() if parameter.requires_grad]

    @property
    def log_prior(self) -> Tensor | None:
        """The fixed center bias, (h, w), which is added to the log density before its softmax.

        None if the model has none; a model that has one overrides this.
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

    def __repr__(self) -> str:
        """In one line; `print(*model.children())` shows the layers."""
        (height, width), (rows, columns) = self.input_size, self.output_size
        return (
            f"<{type(self).__name__} {self.name}: images of {width} x {height} -> {self.output} on a grid of "
            f"{columns} x {rows}, {self.parameter_count():,} parameters>"
        )

    def __call__(self, images: Tensor) -> Tensor:
        """What `forward` returns, typed."""
        result: Tensor = super().__call__(images)
        return result
