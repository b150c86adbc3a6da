"""Archives for tests."""

import io
import random
import tarfile
import zipfile

from deepdive.data.sources.archives import plain_files


def member(name, content=b"content", kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, len(content) if kind == tarfile.REGTYPE else 0
    return info, content


def make_tar(path, *members):
    with tarfile.open(path, "w:gz") as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return path


def make_zip(path, contents):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def everything_in(archive):
    return [(name, size, content and content()) for name, size, content in plain_files(archive)]


CONTENTS = {"p/a": bytes(range(256)) * 5, "p/b": b"", "p/c/d": random.Random(0).randbytes(3000)}


def tar_bytes(kind):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=f"w:{kind}") as archive:
        archive.addfile(*member("p", kind=tarfile.DIRTYPE))
        archive.addfile(*member("p/link", kind=tarfile.SYMTYPE, link="a"))
        for name, content in CONTENTS.items():
            archive.addfile(member(name, content)[0], io.BytesIO(content))
    return buffer.getvalue()
