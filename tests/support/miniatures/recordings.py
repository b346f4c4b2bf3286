"""Recordings of eye trackers, one trial per image, in the forms that their manuals document."""

import gzip
import json

from support.miniatures.miniature import POINTS, SIZE, Miniature, save_picture

LASTS, BETWEEN = 150, 200  # ms of each fixation, and from one onset to the next


def eyelink(folder, points=POINTS):
    """The image is as large as the screen; positions are indices of pixels, 0 the center of the first."""
    height, width = SIZE
    lines = [
        "** CONVERTED FROM ann.edf using edfapi 4.2.1 Linux",
        "** VERSION: EYELINK II 1",
        "",
        f"MSG\t900 DISPLAY_COORDS 0 0 {width - 1} {height - 1}",
    ]
    clock = 1000
    for index, known in points.items():
        save_picture(folder / "images" / f"photo {index}.jpg", index)
        end = clock + 20 + BETWEEN * len(known)
        lines += [
            f"MSG\t{clock} TRIALID {index}",
            f"MSG\t{clock} GAZE_COORDS 0.00 0.00 {width - 1}.00 {height - 1}.00",
            f"START\t{clock + 5} \tRIGHT\tSAMPLES\tEVENTS",
            "EVENTS\tGAZE\tRIGHT\tRATE\t500.00\tTRACKING\tCR\tFILTER\t2",
            "SAMPLES\tGAZE\tRIGHT\tRATE\t500.00\tTRACKING\tCR\tFILTER\t2",
            f"MSG\t{clock + 15} -5 SYNCTIME",
            f"MSG\t{clock + 21} !V IMGLOAD CENTER images\\photo {index}.jpg {width // 2} {height // 2}",
        ]
        for number, (x, y) in enumerate((known - 0.5).tolist()):
            first = clock + 20 + BETWEEN * number
            lines.append(f"EFIX R   {first}\t{first + LASTS - 2}\t{LASTS}\t {x!r}\t {y!r}\t    900")
        lines += [f"END\t{end} \tSAMPLES\tEVENTS\tRES\t  36.00\t  38.00", f"MSG\t{end + 1} TRIAL_RESULT 0"]
        clock = end + 100
    path = folder / "ann.asc"
    path.write_text("\n".join(lines) + "\n")
    return path


TOBII = (
    *("Recording timestamp [ms]", "Sensor", "Participant name", "Recording name", "Event"),
    *("Recording resolution width", "Recording resolution height", "Presented Stimulus name"),
    *("Presented Media name", "Presented Media position X [DACS px]", "Presented Media position Y [DACS px]"),
    *("Eye movement type", "Gaze event duration [ms]", "Eye movement type index"),
    *("Fixation point X [DACS px]", "Fixation point Y [DACS px]", "Fixation point X [MCS norm]"),
)


def tobii(folder, points=POINTS):
    """A screen as large as the image; between images a gray screen without a name. 50 samples per second."""
    rows, clock, number = ["\t".join(TOBII)], 0, 0
    for index, known in points.items():
        save_picture(folder / "images" / f"photo {index}.jpg", index)
        shown = [f"photo {index} (2)", f"photo {index}.jpg", 0, 0]
        rows.append(_row(clock, "", "ImageStimulusStart", shown))
        for x, y in known.tolist():
            number += 1
            for sample in range(LASTS // 20):
                looked = ["Fixation", LASTS, number, repr(x), repr(y), 0.5]
                rows.append(_row(clock + 20 * sample, "Eye Tracker", "", shown, looked))
            rows.append(_row(clock + LASTS + 5, "Mouse", "", shown))
            rows.append(
                _row(clock + LASTS + 10, "Eye Tracker", "", shown, ["Saccade", 20, number, "", "", ""])
            )
            clock += BETWEEN
        rows.append(
            _row(clock, "Eye Tracker", "", ["", "", "", ""], ["EyesNotFound", 20, number, "", "", ""])
        )
        clock += 100
    path = folder / "export.tsv"
    path.write_text("\ufeff" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def _row(time, sensor, event, shown, looked=("",) * 6):
    cells = [time, sensor, "ann", "Recording 1", event, *SIZE[::-1], *shown, *looked]
    return "\t".join(map(str, cells))


SCREEN = {
    "ScreenDistance": 0.6,
    "ScreenOrigin": ["top", "left"],
    "ScreenResolution": [*SIZE[::-1]],
    "ScreenSize": [0.04, 0.03],
}
PHYSIO = {
    "SamplingFrequency": 50,
    "StartTime": 0,
    "Columns": ["timestamp", "x_coordinate", "y_coordinate", "pupil_size"],
    "PhysioType": "eyetrack",
    "SampleCoordinateSystem": "gaze-on-screen",
    "timestamp": {"Units": "ms"},
    "x_coordinate": {"Units": "pixel"},
    "y_coordinate": {"Units": "pixel"},
    "pupil_size": {"Description": "pupil diameter", "Units": "mm"},
}
FOUND = {
    "Columns": ["onset", "duration", "trial_type", "x_coordinate", "y_coordinate", "message"],
    "OnsetSource": "timestamp",
    "x_coordinate": {"Units": "pixel"},
    "y_coordinate": {"Units": "pixel"},
}


def bids(folder, points=POINTS):
    """The screen is as large as the image; sidecars at the top hold, and the run's own says whose eye."""
    events, samples, found, clock = ["onset\tduration\tstim_file\ttrial_type\ttrial_number"], [], [], 5000
    for index, known in points.items():
        save_picture(folder / "stimuli" / f"photo_{index}.jpg", index)
        lasts = BETWEEN * len(known) / 1000
        events += [f"{(clock - 5000) / 1000}\t{lasts}\tphoto_{index}.jpg\timage\t{index}"]
        for x, y in known.tolist():
            found.append(f"{clock}\t{LASTS / 1000}\tfixation\t{x!r}\t{y!r}\tn/a")
            found.append(f"{clock + LASTS}\t0.02\tsaccade\tn/a\tn/a\tn/a")
            samples += [f"{clock + step}\t{x!r}\t{y!r}\t3.1" for step in range(0, BETWEEN, 20)]
            clock += BETWEEN
        clock += 100
    beh = folder / "sub-ann" / "beh"
    beh.mkdir(parents=True)
    (beh / "sub-ann_task-look_events.tsv").write_text("\n".join(events) + "\n")
    for kind, lines in (("physio", samples), ("physioevents", found)):
        content = gzip.compress(("\n".join(lines) + "\n").encode())
        (beh / f"sub-ann_task-look_recording-eye1_{kind}.tsv.gz").write_bytes(content)
    sidecars = {
        "dataset_description.json": {"Name": "tiny", "BIDSVersion": "1.11.1"},
        "physio.json": PHYSIO,
        "task-look_physioevents.json": FOUND,
        "task-look_events.json": {"StimulusPresentation": SCREEN},
        "sub-ann/beh/sub-ann_task-look_recording-eye1_physio.json": {"RecordedEye": "right"},
    }
    for name, content in sidecars.items():
        (folder / name).write_text(json.dumps(content))
    return folder


def without_stimuli(folder):
    path = folder / "sub-ann" / "beh" / "sub-ann_task-look_events.tsv"
    path.write_text(path.read_text().replace("stim_file", "picture"))


def without_media(path):
    path.write_text(
        path.read_text().replace("Presented Media name", "Media").replace("Stimulus name", "x", 1)
    )


def without_names(path):
    path.write_text(path.read_text().replace("!V IMGLOAD CENTER", "SHOWN"))


MINIATURES = {
    "eyelink": Miniature(
        make=eyelink,
        image_ids=("photo 0", "photo 1", "photo 2"),
        splits=("train", "train", "val"),
        observers=("ann",),
        fault=without_names,
        fault_message=r"ann\.asc: no message starts with '!V IMGLOAD'.*'SHOWN images.*' \(3\).*image=START",
    ),
    "tobii-pro-lab": Miniature(
        make=tobii,
        image_ids=("photo 0", "photo 1", "photo 2"),
        splits=("train", "train", "val"),
        observers=("ann",),
        fault=without_media,
        fault_message=r"export\.tsv lacks columns: Presented Media name or Presented Stimulus name\.",
    ),
    "bids": Miniature(
        make=bids,
        image_ids=("photo_0", "photo_1", "photo_2"),
        splits=("train", "train", "val"),
        observers=("ann",),
        fault=without_stimuli,
        fault_message=r"events\.tsv has no column stim_file or image\. .*image=COLUMN",
    ),
}
