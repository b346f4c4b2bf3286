"""More trackers' exports, in the forms that are documented: Gazepoint."""

from support.miniatures.miniature import POINTS, Miniature, save_picture

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
}
