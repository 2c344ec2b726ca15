"""The data inside a printed credential: what the paper says, and no more."""

import json

import pytest

from certificates.documents.attachment import data_of
from certificates.documents.layouts import LAYOUTS
from tests.drawn import make_face, make_photo


def test_the_provincial_file_names_category_and_area_and_the_national_one_leaves_them_to_the_lookup():
    kept = {profile: json.loads(data_of(make_face(profile=profile))) for profile in LAYOUTS}
    assert (kept["hebei_2007"]["category"], kept["hebei_2007"]["area"]) == ("城市管理", "海港区行政区域内")
    assert not {"category", "area"} & kept["national_2021"].keys()


@pytest.mark.parametrize("profile", LAYOUTS)
def test_only_listed_fields_reach_the_file(profile):
    face = make_face(profile=profile, photo=make_photo(), signed_payload="ZF1:0A")
    assert json.loads(data_of(face)).keys() <= {
        "area",
        "category",
        "cert_no",
        "format",
        "holder_name",
        "is_sample",
        "issuer_name",
        "lookup_url",
        "profile",
        "unit_name",
        "valid_from",
        "valid_until",
    }


def test_a_rare_name_is_written_as_itself():
    assert "李𬱖".encode() in data_of(make_face(holder_name="李𬱖"))


def test_a_sample_says_so_to_machines_as_well():
    assert json.loads(data_of(make_face(is_sample=True)))["is_sample"] is True
    assert json.loads(data_of(make_face()))["is_sample"] is False


def test_the_fields_come_in_one_order_whatever_the_face():
    said = data_of(make_face(cert_no="1"))
    assert list(json.loads(said)) == sorted(json.loads(said))
