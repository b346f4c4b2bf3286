"""A CSV file of points beside a folder of images."""

from support.miniatures.miniature import POINTS, Miniature, save_picture

HEADER = "image,observer,x,y,onset,duration,split"
SPLITS = ("train", "train", "validation")


def table(folder, points=POINTS):
    lines = [HEADER]
    for index, known in points.items():
        save_picture(folder / "images" / f"photo {index}.jpg", index)
        lines += [
            f"photo {index}.jpg,ann,{x!r},{y!r},{0.25 * number},0.2,{SPLITS[index]}"
            for number, (x, y) in enumerate(known.tolist())
        ]
    path = folder / "points.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def without_x(path):
    path.write_text(path.read_text().replace(",x,", ",X,", 1))


MINIATURES = {
    "table": Miniature(
        make=table,
        image_ids=("photo 0", "photo 1", "photo 2"),
        splits=("train", "train", "val"),
        observers=("ann",),
        fault=without_x,
        fault_message=r"points\.csv has no column 'x' for x\. .*Its columns: image, observer, X, y",
    ),
}
