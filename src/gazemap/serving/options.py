"""Options of requests, in their address: names and meanings are those of `gazemap.predict`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class PredictOptions(BaseModel):
    """How an image is predicted."""

    model_config = ConfigDict(extra="forbid")

    model: str | None = Field(None, description="A name that /v1/models lists; by default the first.")
    center_bias: bool = Field(
        True, description="False leaves out where people look anyway: for images that are parts of others."
    )
    viewport: str | None = Field(
        None,
        description="What is seen at once, as 1280x800 in pixels of the image, or whole. By default by the "
        "image's shape.",
    )
