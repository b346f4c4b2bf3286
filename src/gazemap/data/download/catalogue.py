"""Where the public data sets can be downloaded. `SOURCES` lists them all.

A checksum is the one that users of the file have published, or None. Most are md5, which shows damage, not
malice. An address is http only where no https one is known, and then the file has a checksum. Names within
an archive are the authors', as their importer reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from gazemap.errors import lookup


@dataclass(frozen=True)
class RemoteFile:
    """One file of a data set.

    Attributes:
        address: where it is.
        checksum: "md5:..." or "sha256:..." of the file, None where none is published.
        into: the folder that it is copied or unpacked to, "" for the data set's own.
        strip: how many leading folders of an archive's names are left out.
        name: of the downloaded file; by default, as in the address.
    """

    address: str
    checksum: str | None
    into: str = ""
    strip: int = 0
    name: str = ""

    @property
    def filename(self) -> str:
        """The name of the downloaded file."""
        return self.name or PurePosixPath(urlsplit(self.address).path).name


@dataclass(frozen=True, kw_only=True)
class PublicSource:
    """A data set that anybody may download.

    Attributes:
        files: all that its importer reads.
        page: the web page with the terms, and with the files where an address is gone.
        format: of `gazemap data import`.
        options: of the import, where some are needed.
        note: what may stand in the way of the download.
        members: path in the data set's folder -> checksum, where the host makes the archive anew at each
            request, so that the archive itself has none.
    """

    files: tuple[RemoteFile, ...]
    page: str
    format: str
    options: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    members: Mapping[str, str] = field(default_factory=dict)

    @property
    def license(self) -> str:
        """Under which terms the data set may be used."""
        from gazemap.data.importers import IMPORTERS

        return IMPORTERS[self.format].info.license

    def as_json(self) -> dict[str, Any]:
        """Addresses, checksums and terms, as JSON values."""
        return {
            "files": [
                {"name": file.filename, "address": file.address, "checksum": file.checksum}
                for file in self.files
            ],
            "members": dict(self.members),
            "format": self.format,
            "options": dict(self.options),
            "license": self.license,
            "page": self.page,
            "note": self.note,
        }


def _drive(key: str, name: str, checksum: str, into: str = "") -> RemoteFile:
    address = f"https://drive.usercontent.google.com/download?id={key}&export=download&confirm=t"
    return RemoteFile(address, checksum, into, name=name)


_CSAIL = "https://people.csail.mit.edu/tjudd/WherePeopleLook"
_LSUN = "http://lsun.cs.princeton.edu/challenge/2015/eyetracking/data"
_STONY_BROOK = "https://vision.cs.stonybrook.edu/~cvlab_download"
_FIGRIM = "https://raw.githubusercontent.com/cvzoya/figrim/master"
_DUT = "http://saliencydetection.net/dut-omron/download"

_OSIE_POINTS = "sha256:2aab9133a407e4eff3f57ab5799872b162dbc77ca462c0391762eb5e67deadb9"
_SCENE_POINTS = "sha256:aa87946cdbdb72187b893f1a0b5750cabfe58b462c898924875c24ecba463153"
_SEARCH18_IMAGES = (
    RemoteFile(f"{_STONY_BROOK}/COCOSearch18-images-TP.zip", "md5:4a815bb591cb463ab77e5ba0c68fedfb"),
    RemoteFile(f"{_STONY_BROOK}/COCOSearch18-images-TA.zip", "md5:85af7d74fa57c202320fa5e7d0dcc187"),
)
_SALICON_IMAGES = _drive(
    "1g8j-hTT-51IG1UFwP0xTGhLdgIUCW5e5", "image.zip", "md5:eb2a1bb706633d1b31fc2e01422c5757"
)
_DRIVE_NOTE = "Google Drive may ask for a confirmation, or refuse when many have asked on a day."

SOURCES: dict[str, PublicSource] = {
    "osie": PublicSource(
        files=(
            RemoteFile(
                "https://github.com/NUS-VIP/predicting-human-gaze-beyond-pixels/archive/master.zip",
                None,
                strip=1,
                name="osie.zip",
            ),
        ),
        page="https://github.com/NUS-VIP/predicting-human-gaze-beyond-pixels",
        format="osie",
        members={"data/eye/fixations.mat": _OSIE_POINTS},
    ),
    "scene": PublicSource(
        files=(
            RemoteFile("https://github.com/Yanakz/Scene/archive/master.zip", None, strip=1, name="scene.zip"),
        ),
        page="https://github.com/Yanakz/Scene",
        format="scene",
        members={"data/tidy/fixations.mat": _SCENE_POINTS},
    ),
    "mit1003": PublicSource(
        files=(
            RemoteFile(f"{_CSAIL}/ALLSTIMULI.zip", "md5:0d7df8b954ecba69b6796e77b9afe4b6"),
            RemoteFile(f"{_CSAIL}/DATA.zip", "md5:ea19d74ad0a0144428c53e9d75c2d71c"),
        ),
        page=f"{_CSAIL}/index.html",
        format="mit1003",
    ),
    "mit300": PublicSource(
        files=(
            RemoteFile(
                "https://saliency.mit.edu/BenchmarkIMAGES.zip", "md5:03ed32bdf5e4289950cd28df89451260"
            ),
        ),
        page="https://saliency.tuebingen.ai/datasets.html",
        format="mit300",
        note="The fixations are not public.",
    ),
    "cat2000-train": PublicSource(
        files=(RemoteFile("https://saliency.mit.edu/trainSet.zip", "md5:56ad5c77e6c8f72ed9ef2901628d6e48"),),
        page="https://saliency.tuebingen.ai/datasets.html",
        format="cat2000-train",
    ),
    "cat2000-test": PublicSource(
        files=(RemoteFile("https://saliency.mit.edu/testSet.zip", "md5:903ec668df2e5a8470aef9d8654e7985"),),
        page="https://saliency.tuebingen.ai/datasets.html",
        format="cat2000-test",
        note="The fixations are not public.",
    ),
    "toronto": PublicSource(
        files=(
            RemoteFile(
                "https://www-sop.inria.fr/members/Neil.Bruce/eyetrackingdata.zip",
                "md5:38d5c02217060d4d2d1a4649cc632af1",
            ),
        ),
        page="https://www-sop.inria.fr/members/Neil.Bruce/",
        format="toronto",
    ),
    "pascal-s": PublicSource(
        files=(
            RemoteFile(
                "http://cbs.ic.gatech.edu/salobj/download/salObj.zip", "md5:e48b4e5deac08bddcaec55ce56e4d420"
            ),
        ),
        page="http://cbs.ic.gatech.edu/salobj/",
        format="pascal-s",
        note="The host's certificate has been reported as invalid.",
    ),
    "figrim": PublicSource(
        files=(
            RemoteFile("http://figrim.mit.edu/Targets.zip", "md5:2ad3a42ebc377efe4b39064405568201"),
            RemoteFile("http://figrim.mit.edu/Fillers.zip", "md5:dc0bc9561b5bc90e158ec32074dd1060"),
            RemoteFile(
                f"{_FIGRIM}/targetData/allImages_release.mat",
                "md5:c72843b05e95ab27594c1d11c849c897",
                into="targetData",
            ),
            RemoteFile(
                f"{_FIGRIM}/fillerData/allImages_fillers.mat",
                "md5:ce4f8b4961005d62f7a21191a64cab5e",
                into="fillerData",
            ),
        ),
        page="http://figrim.mit.edu/index_eyetracking.html",
        format="figrim",
    ),
    "isun": PublicSource(
        files=(
            RemoteFile(f"{_LSUN}/image.zip", "md5:0a3af01c5307f1d44f5dd309f71ea963"),
            RemoteFile(f"{_LSUN}/training.mat", "md5:5a8b15134b17c7a3f69b087845db1363"),
            RemoteFile(f"{_LSUN}/validation.mat", "md5:f68e9b011576e48d2460b883854fd86c"),
            RemoteFile(f"{_LSUN}/testing.mat", "md5:be008ef0330467dcb9c9cd9cc96a8546"),
        ),
        page="http://vision.princeton.edu/projects/2014/iSUN/",
        format="isun",
        note="The host has been reported as gone since 2019; ask the authors for the files.",
    ),
    "dut-omron": PublicSource(
        files=(
            RemoteFile(f"{_DUT}/DUT-OMRON-image.zip", "md5:a8951db9297afacf78bc0e5079103cf1"),
            RemoteFile(f"{_DUT}/DUT-OMRON-eye-fixations.zip", "md5:d9f4f83fcc78b1e5efb579ae9fb0edc2"),
        ),
        page="http://saliencydetection.net/dut-omron/",
        format="dut-omron",
    ),
    "salicon": PublicSource(
        files=(
            _SALICON_IMAGES,
            _drive(
                "1P-jeZXCsjoKO79OhFUgnj6FGcyvmLDPj",
                "fixations.zip",
                "md5:462b70f4f9e8ea446ac628e46cea8d3d",
                "fixations",
            ),
        ),
        page="http://salicon.net/challenge-2017/",
        format="salicon",
        options={"edition": "2017"},
        note=f"This is the edition of 2017. {_DRIVE_NOTE}",
    ),
    "salicon-2015": PublicSource(
        files=(
            _SALICON_IMAGES,
            _drive(
                "1WVEiXba-I4GN33f0uUl4KhaN1rK7qzs6",
                "fixations.zip",
                "md5:9a22db9d718200fb90252e5010c004c4",
                "fixations",
            ),
        ),
        page="http://salicon.net/challenge-2017/",
        format="salicon",
        options={"edition": "2015"},
        note=_DRIVE_NOTE,
    ),
    "coco-freeview": PublicSource(
        files=(
            *_SEARCH18_IMAGES,
            RemoteFile(
                f"{_STONY_BROOK}/COCOFreeView_fixations_trainval.json", "md5:c7f2fbc92afbe55d4dedc445ac2063d3"
            ),
        ),
        page="https://sites.google.com/view/cocosearch/coco-freeview",
        format="coco-freeview",
        note="An earlier edition of the JSON file had the md5 d43d3e22de7b73297b3b35cb24d12c79.",
    ),
    "coco-search18": PublicSource(
        files=(
            *_SEARCH18_IMAGES,
            RemoteFile(
                f"{_STONY_BROOK}/COCOSearch18-fixations-TP.zip", "md5:bfcf4c005a89c43a1719b28b028c5499"
            ),
            RemoteFile(
                f"{_STONY_BROOK}/coco_search18_fixations_TA_trainval.json",
                "md5:bd491cce105ff6470536afdab1184776",
            ),
        ),
        page="https://sites.google.com/view/cocosearch/home",
        format="coco-search18",
    ),
    "fiwi": PublicSource(
        files=(RemoteFile("https://www.dropbox.com/s/30nxg2uwd1wpb80/webpage_dataset.zip?dl=1", None),),
        page="https://www-users.cse.umn.edu/~qzhao/webpage_saliency.html",
        format="fiwi",
    ),
}


def sources(name: str | None = None) -> dict[str, PublicSource]:
    """The public data sets that can be downloaded, by name.

    Args:
        name: of one; None for all.

    Raises:
        InputError: there is no such data set; gives the nearest name.
    """
    return dict(SOURCES) if name is None else {name: lookup("public source", name, SOURCES)}
