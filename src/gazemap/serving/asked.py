"""The desk that a request is brought to."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from gazemap.serving.desk import Desk


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AskedDesk = Annotated[Desk, Depends(_desk)]
