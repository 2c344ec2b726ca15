"""The command: its help, its refusals, and what an installation starts with."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import chizheng
from core.sheets import write_csv
from people.operations import TREE

ROOT = Path(__file__).resolve().parents[2]
CITY = ["CITY", "示范市", "Shifan", "市", "130300", "行政区划", "", "", "示范市人民政府法制办公室"]
COUNTY = ["C01", "海东区", "Haidong", "县区", "130302", "行政区划", "综合执法", "", ""]


@pytest.fixture
def run(tmp_path):
    """Run the command as its own process, on an installation of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "PORT"}}
    environment = {**kept, "CHIZHENG_VAR": str(tmp_path), "LC_ALL": "zh_CN.UTF-8", "COLUMNS": "200"}

    def command(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-c", "from app.cli import main; main()", *words]
        return subprocess.run(
            line, cwd=ROOT, env={**environment, **settings}, capture_output=True, text=True, timeout=60, check=False
        )

    return command


def test_the_help_lists_the_commands_by_package():
    text = CliRunner().invoke(chizheng, ["--help"]).output
    for package, command in (
        ("people", "people import-roll"),
        ("questions", "questions import"),
        ("exam", "exam finish-overdue"),
        ("certificates", "certificates prepare-fonts"),
        ("demo", "demo check"),
        ("platform", "serve"),
    ):
        assert text.index(package) <= text.index(command)


def test_a_city_of_its_own_starts_from_nothing(run, tmp_path):
    sheet = tmp_path / "units.csv"
    sheet.write_bytes(write_csv([column.name for column in TREE.columns], [CITY, COUNTY]))
    assert run("migrate").returncode == 0
    assert "2" in run("people", "import-organisations", str(sheet)).stdout
    opened = run("people", "open-account", "--role", "administrator", "--username", "office", "--name", "管理员")
    assert "首次密码" in opened.stdout
    invigilator = ("people", "open-account", "--role", "invigilator", "--name", "监考员")
    assert "首次密码" in run(*invigilator, "--username", "hall").stdout
    assert "首次密码" in run(*invigilator, "--username", "county-hall", "--unit", COUNTY[0]).stdout
    unknown = run(*invigilator, "--username", "nowhere", "--unit", "X99")
    assert "没有代码为“X99”的单位" in unknown.stdout + unknown.stderr
    assert run("audit", "verify").returncode == 0
    again = run("people", "import-organisations", str(sheet))
    assert again.returncode == 1
    assert "没有导入任何内容" in again.stdout + again.stderr


def test_a_refusal_is_a_sentence_and_not_a_trace(run, tmp_path):
    run("migrate")
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    answer = run("people", "import-roll", str(empty))
    assert answer.returncode == 1
    assert "Traceback" not in answer.stdout + answer.stderr


def test_the_terminals_language_is_spoken(run, tmp_path):
    run("migrate")
    assert "audit log" in run("audit", "verify", LC_ALL="en_GB.UTF-8").stdout


def test_serving_a_database_of_another_version_is_refused(run):
    answer = run("serve")
    assert answer.returncode == 1
    assert "chizheng migrate" in answer.stdout


def test_a_port_in_use_is_named(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run("migrate")
        answer = run("serve", PORT=str(port))
    assert answer.returncode == 1
    assert str(port) in answer.stdout


def test_a_wrong_setting_stops_the_start(run):
    assert run("migrate", PORT="no number").returncode != 0
