"""What every template owes: a title, one heading, nothing inline, nothing from elsewhere, no sums."""

import re
from pathlib import Path

import pytest
from jinja2 import nodes
from jinja2.environment import Environment

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "{% extends" in path.read_text(encoding="utf-8")]
environment = Environment(extensions=["jinja2.ext.do"], autoescape=True)


def ids(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT / "templates")) for path in paths]


@pytest.mark.parametrize("path", TEMPLATES, ids=ids(TEMPLATES))
def test_a_template_parses_and_loads_nothing_from_elsewhere(path):
    source = path.read_text(encoding="utf-8")
    environment.parse(source)
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", source)


@pytest.mark.parametrize("path", TEMPLATES, ids=ids(TEMPLATES))
def test_a_template_holds_no_inline_style_or_script(path):
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|\son(click|change|submit|load)=|<style", source)
    for script in re.findall(r"<script[^>]*>", source):
        assert "src=" in script or 'type="application/json"' in script


@pytest.mark.parametrize("path", PAGES, ids=ids(PAGES))
def test_a_page_has_a_title_of_its_own(path):
    assert "{% block title %}" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES, ids=ids(PAGES))
def test_every_posting_form_carries_its_token(path):
    for form in re.findall(r"<form[^>]*method=.post.*?</form>", path.read_text(encoding="utf-8"), re.DOTALL | re.I):
        assert "csrf_token" in form


@pytest.mark.parametrize("path", PAGES, ids=ids(PAGES))
def test_a_page_multiplies_and_divides_nothing(path):
    tree = environment.parse(path.read_text(encoding="utf-8"))
    assert list(tree.find_all((nodes.Mul, nodes.Div, nodes.FloorDiv))) == []
