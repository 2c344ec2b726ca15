"""Every text a person reads is in the catalogue, and the English one misses none."""

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup, Comment

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("core", "people", "training", "questions", "exam", "certificates", "app")
ENGLISH = ROOT / "app" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
# Data, not talk: words of sheets, of the law, of documents that are Chinese in every language, made-up names.
DATA_FILES = {"questions/kinds.py", "people/roll.py", "core/person_names.py", "core/fonts.py", "core/outlines.py"}
DATA_FOLDERS = ("app/demo", "certificates/documents", "exam/documents")
# A circular is an official document of a Chinese city: it is Chinese whoever reads it.
OFFICIAL_FILES = {"exam/circular_texts.py", "exam/circular_tables.py", "certificates/signing/badges.py"}
OFFICIAL_TEMPLATES = {"templates/exam/circular_letter.html"}


def english() -> Catalog:
    return read_po(BytesIO(ENGLISH.read_bytes()))


def texts_in_code() -> set[str]:
    found: set[str] = set()
    for folder in (*PACKAGES, "templates"):
        options = {"**.html": {"encoding": "utf-8", "extensions": "jinja2.ext.do"}}
        methods = [("**.py", "python"), ("**.html", "jinja2")]
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, methods, options, KEYWORDS
        ):
            found.add(message if isinstance(message, str) else message[0])
    return found


def test_there_are_texts_to_check():
    assert len(texts_in_code()) > 300


def test_every_text_has_an_english_one():
    catalogue = english()
    missing = sorted(text for text in texts_in_code() if not (catalogue.get(text) and catalogue.get(text).string))
    assert missing == []


def test_no_english_text_is_left_unsure():
    assert [message.id for message in english() if message.id and message.fuzzy] == []


def test_placeholders_agree():
    wrong = [
        message.id
        for message in english()
        if isinstance(message.id, str) and isinstance(message.string, str) and message.string
        if sorted(PLACEHOLDER.findall(message.id)) != sorted(PLACEHOLDER.findall(message.string))
    ]
    assert wrong == []


def test_english_texts_hold_no_chinese():
    quoted = re.compile(r"“[^”]*”|\"[^\"]*\"")
    wrong = [m.id for m in english() if m.id and isinstance(m.string, str) and HAN.search(quoted.sub("", m.string))]
    assert wrong == []


def test_templates_hold_no_unwrapped_chinese():
    wrong = {
        f"{path.relative_to(ROOT)}: {text.strip()}"
        for path in (ROOT / "templates").rglob("*.html")
        if str(path.relative_to(ROOT)) not in OFFICIAL_TEMPLATES
        for text in bare_texts(path)
        if HAN.search(text)
    }
    assert wrong == set()


def test_code_holds_no_unwrapped_chinese():
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if str(path.relative_to(ROOT)) not in DATA_FILES | OFFICIAL_FILES
        if not str(path.relative_to(ROOT)).startswith(DATA_FOLDERS)
        for line, text in bare_sentences(path)
    ]
    assert wrong == []


def bare_texts(path: Path) -> Iterator[str]:
    source = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    page = BeautifulSoup(source, "html.parser")
    for node in page.find_all(string=True):
        if not isinstance(node, Comment) and node.parent and node.parent.get("aria-hidden") != "true":
            yield str(node)


def bare_sentences(path: Path) -> Iterator[tuple[int, str]]:
    """Yield Chinese string constants that end like a sentence and are not handed to the catalogue."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    wrapped = {
        id(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS
        for argument in node.args
    } | {
        id(cell)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "sample"
        for cell in ast.walk(node.value)
    }
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body
        if isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        is_bare = id(node) not in wrapped | docstrings
        if is_bare and HAN.search(node.value) and node.value.endswith(("。", "？", "！")):
            yield node.lineno, node.value
