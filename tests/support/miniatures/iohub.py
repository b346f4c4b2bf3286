"""HDF5 files of PsychoPy's ioHub, in the form of its data store (psychopy.iohub.datastore, eye_events)."""

import h5py
import numpy as np
from support.miniatures.miniature import POINTS, Miniature, save_picture

_EVENT = [  # what all events have
    *(("experiment_id", "u1"), ("session_id", "u1"), ("device_id", "u1"), ("event_id", "u4"), ("type", "u1")),
    *(("device_time", "f8"), ("logged_time", "f8"), ("time", "f8")),
    *(("confidence_interval", "f4"), ("delay", "f4"), ("filter_id", "i2")),
]
_GAZE = ("gaze_x", "gaze_y", "gaze_z")
_KINDS = {
    "data_collection/events/eyetracker/MonocularEyeSampleEvent": [
        *(*_EVENT, ("eye", "u1")),
        *((name, "f4") for name in _GAZE),
        ("status", "u1"),
    ],
    "data_collection/events/eyetracker/BinocularEyeSampleEvent": [
        *_EVENT,
        *((f"{eye}_{name}", "f4") for eye in ("left", "right") for name in _GAZE),
        ("status", "u1"),
    ],
    "data_collection/events/eyetracker/FixationEndEvent": [
        *(*_EVENT, ("eye", "u1"), ("duration", "f4")),
        *((f"{part}_{name}", "f4") for part in ("start", "end", "average") for name in _GAZE),
        ("status", "u1"),
    ],
    "data_collection/events/experiment/MessageEvent": [
        *(*_EVENT, ("msg_offset", "f4"), ("category", "S32"), ("text", "S128")),
    ],
    "data_collection/session_meta_data": [
        *(("session_id", "u4"), ("experiment_id", "u4"), ("code", "S24"), ("name", "S48")),
        *(("comments", "S256"), ("user_variables", "S2048")),
    ],
}
LEFT, RIGHT, AVERAGED = 21, 22, 27


def iohub(path, rows, more=()):
    """A data store: all tables are there, those of `rows`, by the last part of their names, filled.

    Args:
        path: of the file.
        rows: table -> dicts of its columns; others are 0, and events are of session 1.
        more: name, dtype and rows of further tables.
    """
    tables = [(name, kind, rows.get(name.rpartition("/")[2], [])) for name, kind in _KINDS.items()]
    with h5py.File(path, "w") as file:
        file.create_group("data_collection/condition_variables")
        for name, kind, own in [*tables, *more]:
            values = np.zeros(len(own), dtype=kind)
            for index, row in enumerate(own):
                for column, value in ({"session_id": 1} | row if "session_id" in dict(kind) else row).items():
                    values[column][index] = value
            file.create_dataset(name, data=values, chunks=(64,), maxshape=(None,))
    return path


def psychopy(folder, points=POINTS):
    """The image fills the screen of 80 x 60, so that its middle is (40, 30)."""
    fixations, messages, clock = [], [], 100.0
    for index, known in points.items():
        save_picture(folder / "images" / f"photo {index}.jpg", index)
        messages.append({"time": clock, "text": f"photo {index}.jpg".encode()})
        for x, y in known:
            at = {"average_gaze_x": x - 40, "average_gaze_y": 30 - y}
            fixations.append({"time": clock + 0.2, "duration": 0.125, "eye": RIGHT, **at})
            clock += 0.25
        messages.append({"time": clock, "text": b"TRIAL_END"})
        clock += 1
    return iohub(folder / "ann.hdf5", {"FixationEndEvent": fixations, "MessageEvent": messages})


def without_messages(path):
    with h5py.File(path, "a") as file:
        file["data_collection/events/experiment/MessageEvent"].resize((0,))


MINIATURES = {
    "psychopy": Miniature(
        make=psychopy,
        image_ids=("photo 0", "photo 1", "photo 2"),
        splits=("train", "train", "val"),
        observers=("ann",),
        options={"screen": "80x60"},
        fault=without_messages,
        fault_message=r"ann\.hdf5: no message starts with 'image' and names an image. It has no messages",
    ),
}
