import zipfile
from io import BytesIO

import pytest

from core import picture_guard
from core.picture_guard import ArchiveFault, ArchiveFaultError, PictureFault, entries_in, picture_fault
from core.picture_limits import MAX_PIXELS
from tests.portraits import as_windows_packs, make_archive, make_portrait

PORTRAIT = make_portrait()


def fault_of(archive: bytes) -> ArchiveFault:
    with pytest.raises(ArchiveFaultError) as caught:
        entries_in(BytesIO(archive))
    return caught.value.fault


def names_in(archive: bytes) -> list[str]:
    return [entry.name for entry in entries_in(BytesIO(archive))[1]]


def test_an_honest_archive_gives_its_files_by_name():
    assert names_in(make_archive({"b.jpg": PORTRAIT, "a.png": PORTRAIT})) == ["a.png", "b.jpg"]


@pytest.mark.parametrize(
    "name",
    [
        "照片/张三.jpg",
        "../张三.jpg",
        "/etc/passwd",
        "C:\\张三.jpg",
        "C:张三.jpg",
        "..\\张三.jpg",
        "..",
        "a/../../b.jpg",
        "照片/",
    ],
)
def test_a_path_in_an_archive_is_refused_whatever_it_looks_like(name):
    assert fault_of(make_archive({"good.jpg": PORTRAIT, name: b""})) == ArchiveFault.PATHS


def test_a_name_that_hides_a_path_behind_a_zero_byte_is_refused():
    packed = make_archive({"a.jpg#/../x.sh": PORTRAIT}).replace(b"a.jpg#", b"a.jpg\x00")
    assert fault_of(packed) == ArchiveFault.PATHS


@pytest.mark.parametrize("kind", [0o120777, 0o060666, 0o020666, 0o010666])
def test_a_link_or_a_device_in_an_archive_is_refused(kind):
    packed = make_archive({"张三.jpg": b"/etc/passwd"}, external_attr=kind << 16, create_system=3)
    assert fault_of(packed) == ArchiveFault.LINKS


def test_files_of_unix_are_no_links():
    packed = make_archive({"张三.jpg": PORTRAIT}, external_attr=0o100644 << 16, create_system=3)
    assert names_in(packed) == ["张三.jpg"]


@pytest.mark.parametrize("name", ["more.zip", "more.RAR", "more.7z", "more.tar.gz"])
def test_an_archive_within_an_archive_is_refused(name):
    assert fault_of(make_archive({name: b"PK"})) == ArchiveFault.NESTED


def test_an_encrypted_archive_is_refused():
    packed = bytearray(make_archive({"a.jpg": PORTRAIT}))
    central = packed.rindex(b"PK\x01\x02")
    packed[central + 8] |= 1
    assert fault_of(bytes(packed)) == ArchiveFault.ENCRYPTED


def test_what_unpacks_to_many_times_its_size_is_refused():
    assert fault_of(make_archive({"a.jpg": bytes(4 * 1024 * 1024)})) == ArchiveFault.BOMB


def test_what_unpacks_to_too_much_altogether_is_refused(monkeypatch):
    monkeypatch.setattr(picture_guard, "MAX_UNPACKED_BYTES", 3 * len(PORTRAIT))
    names = [f"{number}.jpg" for number in range(4)]
    assert fault_of(make_archive(dict.fromkeys(names, PORTRAIT))) == ArchiveFault.BOMB
    assert names_in(make_archive(dict.fromkeys(names[:3], PORTRAIT))) == names[:3]


def test_an_unknown_compression_is_refused():
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.jpg", PORTRAIT)
    assert fault_of(file.getvalue()) == ArchiveFault.BOMB


def test_too_many_files_are_refused(monkeypatch):
    monkeypatch.setattr(picture_guard, "MAX_ENTRIES", 2)
    assert fault_of(make_archive({f"{n}.jpg": b"" for n in range(3)})) == ArchiveFault.TOO_MANY


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", PORTRAIT, b"Rar!\x1a\x07\x00", make_archive({"a.jpg": b"x"})[:-9]]
)
def test_what_is_no_archive_is_refused(data):
    assert fault_of(data) == ArchiveFault.NOT_AN_ARCHIVE


def test_an_empty_archive_is_refused():
    assert fault_of(make_archive({})) == ArchiveFault.EMPTY


def test_what_a_mac_or_windows_adds_is_passed_over():
    files = {"张三.jpg": PORTRAIT, "__MACOSX/._张三.jpg": b"x", ".DS_Store": b"x", "Thumbs.db": b"x"}
    assert names_in(make_archive(files)) == ["张三.jpg"]


def test_names_are_read_as_windows_in_chinese_wrote_them():
    assert names_in(as_windows_packs("海港区_张三.jpg", PORTRAIT)) == ["海港区_张三.jpg"]


@pytest.mark.parametrize(
    ("size", "fault"),
    [
        ((295, 413), None),
        ((358, 441), None),
        ((3000, 4000), None),
        ((294, 413), PictureFault.TOO_SMALL),
        ((295, 412), PictureFault.TOO_SMALL),
        ((600, 600), PictureFault.NOT_A_PORTRAIT),
        ((800, 600), PictureFault.NOT_A_PORTRAIT),
        ((400, 900), PictureFault.NOT_A_PORTRAIT),
        ((4200, MAX_PIXELS // 4200), None),
        ((4200, MAX_PIXELS // 4200 + 1), PictureFault.TOO_MANY_PIXELS),
        ((100_000, 100_000), PictureFault.TOO_MANY_PIXELS),
    ],
)
def test_the_measures_of_a_portrait(size, fault):
    assert picture_fault(size) == fault
