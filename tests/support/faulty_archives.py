"""Zip and tar files as authors make them, and as nobody should."""

import io
import stat
import tarfile
import zipfile


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def tarred(*members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as file:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, len(content), "../../outside"
            file.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def linked_zip():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        info = zipfile.ZipInfo("link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def twice():
    return zipped(a=b"1", b=b"2").replace(b"b", b"a")


def locked():
    content = bytearray(zipped(a=b"secret"))
    for start in (content.index(b"PK\3\4") + 6, content.index(b"PK\1\2") + 8):
        content[start] |= 1  # the flag of an encrypted member
    return bytes(content)
