"""Points as a file of any convention says them, from where they truly are: the way out, step by step."""


def written(x, y, size, frame):
    """What a file says of points (x, y) of an image: step by step, from the picture out to the tracker."""
    height, width = size
    if frame.shown is None:
        shown = (width, height)
    elif frame.shown == "fit":
        whole = frame.screen or (width, height)
        factor = min(whole[0] / width, whole[1] / height)
        shown = (width * factor, height * factor)
    elif isinstance(frame.shown, tuple):
        shown = frame.shown
    else:
        shown = (width * frame.shown, height * frame.shown)
    x, y = x / width * shown[0], y / height * shown[1]
    canvas = frame.screen or shown
    if frame.offset is not None:
        x, y = x + frame.offset[0], y + frame.offset[1]
    else:
        x, y = x + (canvas[0] - shown[0]) / 2, y + (canvas[1] - shown[1]) / 2
    if frame.origin == "bottom":
        y = canvas[1] - y
    elif frame.origin == "center":
        x, y = x - canvas[0] / 2, y - canvas[1] / 2
    elif frame.origin == "center-up":
        x, y = x - canvas[0] / 2, canvas[1] / 2 - y
    if frame.convention == "normalized":
        return x / canvas[0], y / canvas[1]
    shift = {"pixel": -0.5, "one-based": 0.5}.get(frame.convention, 0)
    return x + shift, y + shift
