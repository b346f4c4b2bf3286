"""More trackers' exports, in the forms that are documented, and a table of raw samples."""

import json

from support.miniatures.miniature import POINTS, SIZE, Miniature, save_picture

STEP, LASTS, BETWEEN = 0.02, 0.14, 0.2  # seconds: between samples, of fixations, from one onset to the next
CORNER = {"screen": "128x64", "offset": "0,0"}  # shares of powers of two are exact


GAZEPOINT = (
    *("MEDIA_ID", "MEDIA_NAME", "CNT", "TIME(2026/02/20 01:26:38.946)", "TIMETICK(f=10000000)"),
    *("FPOGX", "FPOGY", "FPOGS", "FPOGD", "FPOGID", "FPOGV", "BPOGX", "BPOGY", "BPOGV", "USER"),
)


def gazepoint(folder, points=POINTS):
    """TIME and FPOGID count from each image's appearance; between the images nothing is recorded."""
    lines, clock = [",".join(GAZEPOINT) + ","], 5000.0
    for index, known in points.items():
        save_picture(folder / "images" / f"photo {index}.jpg", index)
        rows = [(0.0, known[0], 0, 0, 1, 0)]
        for number, point in enumerate(known, start=2):
            onset = 0.04 + BETWEEN * (number - 2)
            for sample in range(round(LASTS / STEP) + 1):
                rows.append((onset + STEP * sample, point, onset, STEP * sample, number, 1))
            rows.append((onset + LASTS + STEP, point, onset, LASTS, number, 0))
        for count, (time, (x, y), start, lasts, number, valid) in enumerate(rows):
            at = [repr(float(x) / 128), repr(float(y) / 64)]
            times = [f"{time:.5f}", round(1e7 * (clock + time))]
            fixation = [*at, f"{start:.5f}", f"{lasts:.5f}", number, valid]
            cells = [index, f"photo {index}", count, *times, *fixation, *at, 1, ""]
            lines.append(",".join(map(str, cells)) + ",")
        clock += 10
    path = folder / "User 1_all_gaze.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def without_best_gaze(path):
    path.write_text(path.read_text().replace("BPOGX", "X").replace("FPOGID", "ID"))


def written(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows), ""]))


def pupil_core(folder, points=POINTS):
    """A surface that is the screen; a fixation has a row for each picture of the scene camera."""
    fixations, gaze, marks, clock = [], [], [], 100.0
    for index, known in points.items():
        save_picture(folder / "images" / f"photo {index}.jpg", index)
        marks.append((0, clock, f"photo {index}", 0.0))
        for x, y in known:
            at = (repr(float(x) / 128), repr(1 - float(y) / 64))
            number = len(fixations) // 2
            row = (number, repr(clock), 1000 * LASTS, 0.5, *at, 0, 0)
            fixations += [(clock, 0, *row, True), (clock + 0.03, 1, *row, True)]
            steps = range(round(LASTS / STEP) + 1)
            gaze += [(clock, 0, clock + STEP * step, *at, 0, 0, True, 0.9) for step in steps]
            clock += BETWEEN
    export = folder / "ann" / "000" / "exports" / "000"
    written(
        export / "surfaces" / "fixations_on_surface_screen.csv",
        "world_timestamp,world_index,fixation_id,start_timestamp,duration,dispersion,norm_pos_x,norm_pos_y,"
        "x_scaled,y_scaled,on_surf",
        fixations,
    )
    written(
        export / "surfaces" / "gaze_positions_on_surface_screen.csv",
        "world_timestamp,world_index,gaze_timestamp,x_norm,y_norm,x_scaled,y_scaled,on_surf,confidence",
        gaze,
    )
    written(export / "annotations.csv", "index,timestamp,label,duration", marks)
    return folder


def pupil_cloud(folder, points=POINTS):
    """A Reference Image Mapper's export for each image; timestamps are nanoseconds since 1970."""
    for index, known in points.items():
        export = folder / f"photo {index}"
        save_picture(export / "reference_image.jpeg", index)
        first = 1_700_000_000_123_456_789
        starts = [first + round(1e9 * BETWEEN * number) for number in range(len(known))]
        written(
            export / "sections.csv",
            "section id,recording id,recording name,wearer id,section start time [ns],section end time [ns],"
            "start event name,end event name",
            [("s1", "r1", "walk", "ann", first, starts[-1] + 10**9, "recording.begin", "recording.end")],
        )
        written(
            export / "fixations.csv",
            "section id,recording id,fixation id,start timestamp [ns],end timestamp [ns],duration [ms],"
            "fixation detected in reference image,fixation x [px],fixation y [px]",
            [
                ("s1", "r1", number, start, start + round(1e9 * LASTS), 1000 * LASTS, True, repr(float(x)), y)
                for number, (start, (x, y)) in enumerate(zip(starts, known, strict=True))
            ],
        )
    return folder


def smi(folder, points=POINTS):
    """Raw samples of one eye at 50 Hz with what BeGaze found in each; the image is as large as the screen."""
    rows, clock = [], 8_000_000_000
    for index, known in points.items():
        name = f"photo {index}.jpg"
        save_picture(folder / "images" / name, index)
        rows.append(f"{clock}\tMSG\t{index + 1}\t# Message: {name}")
        for x, y in known.tolist():
            for sample in range(8):
                time = clock + 20_000 * sample
                rows.append(f"{time}\tSMP\t{index + 1}\t{x!r}\t{y!r}\t3.1\tFixation\t{name}")
            for sample in range(2):
                time = clock + 160_000 + 20_000 * sample
                rows.append(
                    f"{time}\tSMP\t{index + 1}\t0.00\t0.00\t0\t{('Saccade', 'Blink')[sample]}\t{name}"
                )
            clock += 200_000
        rows.append(f"{clock}\tSMP\t{index + 1}\t0.00\t0.00\t0\t-\t-")
        clock += 100_000
    lines = [
        "## [BeGaze]",
        "## Sample Rate:\t50",
        f"## Number of Samples:\t{sum('SMP' in row for row in rows)}",
        "## Subject:\tann",
        f"## Calibration Area:\t{SIZE[1]}\t{SIZE[0]}",
        "## Stimulus Dimension [mm]:\t40\t30",
        "## Head Distance [mm]:\t600",
        "##",
        "Time\tType\tTrial\tR POR X [px]\tR POR Y [px]\tR Pupil Diameter [mm]\tR Event Info\tStimulus",
        *rows,
    ]
    path = folder / "ann Samples.txt"
    path.write_text("\n".join(lines) + "\n")
    return path


def without_positions(path):
    path.write_text(path.read_text().replace("POR X", "X"))


def samples(folder, points=POINTS):
    """A webcam's: times start anew with each image, and between fixations nothing is recorded."""
    lines = ["participant,stimulus,t,x,y"]
    for index, known in points.items():
        save_picture(folder / "images" / f"photo {index}.jpg", index)
        for number, (x, y) in enumerate(known.tolist()):
            for sample in range(6):
                lines.append(f"ann,photo {index}.jpg,{250 * number + 20 * sample},{x!r},{y!r}")
    path = folder / "webcam.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def jspsych(folder, points=POINTS):
    """Images in the corner of a browser's window; between fixations the webcam saw no face."""
    trials = [{"trial_type": "browser-check", "width": SIZE[1], "height": SIZE[0], "subject": "ann"}]
    for index, known in points.items():
        name = f"images/photo {index}.jpg"
        save_picture(folder / name, index)
        gaze = [
            {"x": x, "y": y, "t": 250 * number + 20 * sample}
            for number, (x, y) in enumerate(known.tolist())
            for sample in range(6)
        ]
        box = {"left": 0, "top": 0, "width": SIZE[1], "height": SIZE[0]}
        targets = {"#jspsych-image-keyboard-response-stimulus": box}
        trials.append(
            {"stimulus": name, "subject": "ann", "webgazer_data": gaze, "webgazer_targets": targets}
        )
    path = folder / "data.json"
    path.write_text(json.dumps(trials))
    return path


def without_gaze(path):
    path.write_text(path.read_text().replace("webgazer_data", "mouse_data"))


def without_images(path):
    path.write_text(path.read_text().replace("stimulus", "picture", 1))


def without_labels(folder):
    path = next(folder.rglob("annotations.csv"))
    path.write_text(path.read_text().replace("label", "text"))


def without_sections(folder):
    for path in folder.rglob("sections.csv"):
        path.unlink()


MINIATURES = {
    "gazepoint": Miniature(
        make=gazepoint,
        image_ids=("photo 0", "photo 1", "photo 2"),
        splits=("train", "train", "val"),
        observers=("User 1",),
        options=CORNER,
        fault=without_best_gaze,
        fault_message=r"all_gaze\.csv lacks columns: for its fixations FPOGID; or for raw samples BPOGX",
    ),
    "pupil-core": Miniature(
        make=pupil_core,
        image_ids=("photo 0", "photo 1", "photo 2"),
        splits=("train", "train", "val"),
        observers=("ann",),
        options={**CORNER, "surface": "screen"},
        fault=without_labels,
        fault_message=r"annotations\.csv lacks columns: label\. Export it again",
    ),
    "pupil-cloud": Miniature(
        make=pupil_cloud,
        image_ids=("photo 0/reference_image", "photo 1/reference_image", "photo 2/reference_image"),
        splits=("train", "train", "val"),
        observers=("ann",),
        fault=without_sections,
        fault_message=r"photo 0 lacks sections\.csv, or a table the column section id",
    ),
    "smi": Miniature(
        make=smi,
        image_ids=("photo 0", "photo 1", "photo 2"),
        splits=("train", "train", "val"),
        observers=("ann",),
        fault=without_positions,
        fault_message=r"Samples\.txt lacks columns: L POR X \[px\] and L POR Y \[px\], or those of R",
    ),
    "samples": Miniature(
        make=samples,
        image_ids=("photo 0", "photo 1", "photo 2"),
        splits=("train", "train", "val"),
        observers=("ann",),
        options={"image": "stimulus", "screen": "80x60", "screen_cm": "8x6", "distance_cm": 57.3},
        fault=without_images,
        fault_message=r"webcam\.csv has no column stimulus\. Its columns: .*Say which it is: image=NAME",
    ),
    "jspsych": Miniature(
        make=jspsych,
        image_ids=("photo 0", "photo 1", "photo 2"),
        splits=("train", "train", "val"),
        observers=("ann",),
        options={"screen_cm": "8x6", "distance_cm": 57.3},
        fault=without_gaze,
        fault_message=r"data\.json has no webgazer_data\. Record with jsPsych's extension-webgazer",
    ),
}
