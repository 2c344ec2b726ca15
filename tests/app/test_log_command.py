"""``chizheng log``: what it says and with which exit code, with files, with the site, and with neither."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from uuid import uuid4
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app.cli import chizheng
from core.db import transaction
from core.operations import append_to_log
from core.signing import public_key, public_key_pem
from tests.factories import make_city, make_credential, make_officer

ROOT = Path(__file__).resolve().parents[2]
CONTENT = b"a published list"


@pytest.fixture
def saved(browser, tmp_path):
    """A log of three, and what somebody saved from its page: document, proof, heads of yesterday and today."""

    for digest in ("0" * 64, hashlib.sha256(CONTENT).hexdigest()):
        publish(digest)
    save(browser, tmp_path / "yesterday.json", "head")
    publish("1" * 64)
    save(browser, tmp_path / "today.json", "head")
    save(browser, tmp_path / "proof.json", "proof?index=1")
    save(browser, tmp_path / "extension.json", "consistency?from=2&to=3")
    (tmp_path / "list.pdf").write_bytes(CONTENT)
    (tmp_path / "other.pdf").write_bytes(CONTENT + b"!")
    (tmp_path / "key.pem").write_text(public_key_pem())
    return tmp_path


def publish(digest):
    with transaction() as session:
        append_to_log(session, "pass_list", uuid4(), digest)


def save(browser, path, asked):
    path.write_bytes(browser.fetch(f"/api/log/{asked}").get_data())


@pytest.fixture
def verify(saved, monkeypatch):
    """Run ``log verify`` where the files are."""
    monkeypatch.chdir(saved)

    def run(*words):
        result = CliRunner().invoke(chizheng, ["log", "verify", *words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return result.exit_code, result.output

    return run


KEY = ("--key", "key.pem")


def test_a_document_is_checked_against_a_saved_proof(verify):
    code, said = verify("list.pdf", "--proof", "proof.json", *KEY)
    assert code == 0
    assert "文件在公开日志中，为第 2 条" in said
    assert "快照的签名有效（日志共 3 条）" in said


def test_the_key_may_be_written_out(verify):
    assert verify("list.pdf", "--proof", "proof.json", "--key", public_key())[0] == 0
    assert verify("list.pdf", "--proof", "proof.json", "--key", public_key().upper())[0] == 0


def test_another_document_does_not_hold(verify):
    code, said = verify("other.pdf", "--proof", "proof.json", *KEY)
    assert code == 1
    assert "这份证明不是这个文件的" in said


def test_a_document_without_a_proof_cannot_be_told(verify):
    code, said = verify("list.pdf", "--head", "today.json", *KEY)
    assert code == 3
    assert "不能判断文件是否在日志中" in said


def test_without_a_key_from_elsewhere_it_cannot_be_told_who_signed(verify):
    code, said = verify("list.pdf", "--proof", "proof.json")
    assert code == 3
    assert "不能判断签发者" in said
    assert public_key() in said


def test_another_key_does_not_hold(verify):
    code, said = verify("list.pdf", "--proof", "proof.json", "--key", "1" * 64)
    assert code == 1
    assert "签名与公钥不符" in said


def changed(name, **changes):
    path = Path(name)
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize("changes", [{"index": 0}, {"path": ["0" * 64]}, {"path": []}])
def test_a_proof_that_was_changed_does_not_hold(verify, changes):
    changed("proof.json", **changes)
    code, said = verify("list.pdf", "--proof", "proof.json", *KEY)
    assert code == 1
    assert "收录证明不成立" in said


def test_a_file_of_another_kind_is_refused_with_a_sentence(verify):
    result = CliRunner().invoke(chizheng, ["log", "verify", "list.pdf", "--proof", "list.pdf", *KEY])
    assert "不是日志的收录证明文件" in str(result.exception)


def test_nothing_to_go_by_is_refused_with_a_sentence(verify):
    result = CliRunner().invoke(chizheng, ["log", "verify", "list.pdf"])
    assert "没有可供核对的内容" in str(result.exception)
    result = CliRunner().invoke(chizheng, ["log", "verify", "--head", "today.json", "--key", "nonsense"])
    assert "公钥无法识别" in str(result.exception)


def test_heads_are_kept_and_each_new_one_must_extend_the_last(verify):
    assert verify("--head", "yesterday.json", "--keep", "kept.json", *KEY)[0] == 0
    assert [one["size"] for one in json.loads(Path("kept.json").read_text())["heads"]] == [2]
    code, said = verify("--head", "today.json", "--keep", "kept.json", "--extension", "extension.json")
    assert code == 0
    assert "日志只增未改：3 条的日志完整包含以前的 2 条" in said
    assert [one["size"] for one in json.loads(Path("kept.json").read_text())["heads"]] == [2, 3]
    code, said = verify("--head", "today.json", "--keep", "kept.json")
    assert code == 0
    assert "相同，仍为 3 条" in said


def test_a_head_as_it_was_saved_may_be_what_is_kept(verify):
    assert verify("--head", "today.json", "--keep", "yesterday.json", "--extension", "extension.json")[0] == 0
    assert [one["size"] for one in json.loads(Path("yesterday.json").read_text())["heads"]] == [2, 3]


def test_without_the_proof_of_extension_it_cannot_be_told_and_nothing_is_kept(verify):
    before = Path("yesterday.json").read_text()
    code, said = verify("--head", "today.json", "--keep", "yesterday.json")
    assert code == 3
    assert "不能判断日志是否只增未改" in said
    assert Path("yesterday.json").read_text() == before


def test_document_and_growth_are_checked_in_one_go(verify):
    words = ("list.pdf", "--proof", "proof.json", "--keep", "yesterday.json", "--extension", "extension.json")
    code, said = verify(*words)
    assert code == 0
    assert said.count("✓") == 3


def rewrite_log():
    """Somebody with the key changes an old entry and signs everything anew."""
    with transaction() as session:
        for table in ("log_entry", "log_node", "log_head"):
            session.execute(text(f"delete from {table}"))  # noqa: S608 - the names stand above
    for number in range(4):
        publish(f"{number + 7:064x}")


def test_a_log_that_was_rewritten_and_signed_anew_is_found_by_the_head_that_was_kept(verify, browser):
    rewrite_log()
    save(browser, Path("tomorrow.json"), "head")
    save(browser, Path("forged.json"), "consistency?from=3&to=4")
    code, said = verify("--head", "tomorrow.json", "--keep", "today.json", "--extension", "forged.json")
    assert code == 1
    assert "延续证明不成立" in said


def test_a_log_that_became_shorter_is_found_by_the_head_that_was_kept(verify, browser):
    with transaction() as session:
        session.execute(text("delete from log_entry"))
        session.execute(text("delete from log_node"))
        session.execute(text("delete from log_head"))
    publish("0" * 64)
    save(browser, Path("shorter.json"), "head")
    code, said = verify("--head", "shorter.json", "--keep", "today.json")
    assert code == 1
    assert "日志变短了" in said


def test_a_log_under_another_key_is_found_by_the_key_that_was_kept(verify):
    changed("today.json", public_key="1" * 64)
    code, said = verify("--head", "today.json", "--keep", "yesterday.json", "--extension", "extension.json")
    assert code == 1
    assert "公钥与以前保存的不同" in said


class Quiet(WSGIRequestHandler):
    def log_message(self, *_words):
        pass


@pytest.fixture
def site(app):
    """The application on a port of its own."""
    with make_server("127.0.0.1", 0, app, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_whatever_is_not_given_as_a_file_is_fetched(verify, site):
    code, said = verify("list.pdf", "--from", site, "--keep", "kept.json")
    assert (code, said.count("✓")) == (0, 2)
    publish("2" * 64)
    code, said = verify("list.pdf", "--from", f"{site}/", "--keep", "kept.json")
    assert code == 0
    assert "4 条的日志完整包含以前的 3 条" in said
    publish("3" * 64)
    code, said = verify("--from", site, "--keep", "kept.json")
    assert code == 0
    assert [one["size"] for one in json.loads(Path("kept.json").read_text())["heads"]] == [3, 4, 5]


def test_a_document_that_the_site_does_not_know_is_not_called_false(verify, site):
    code, said = verify("other.pdf", "--from", site)
    assert code == 1
    assert "公开日志中没有这个文件" in said
    assert "不能断定文件真伪" in said


def test_a_site_rewritten_overnight_is_found_out(verify, site):
    assert verify("--from", site, "--keep", "kept.json")[0] == 0
    rewrite_log()
    code, said = verify("--from", site, "--keep", "kept.json")
    assert code == 1
    assert "延续证明不成立" in said


def test_a_site_that_cannot_be_reached_leaves_it_open(verify):
    code, said = verify("list.pdf", "--from", "http://127.0.0.1:9")
    assert code == 3
    assert "不能判断：无法取得" in said


def test_an_address_that_is_none_is_refused_with_a_sentence(verify):
    result = CliRunner().invoke(chizheng, ["log", "verify", "--from", "file:///etc/passwd"])
    assert "网址应以" in str(result.exception)


def test_it_needs_no_database_and_leaves_nothing_behind(saved):
    """As a process of its own, on an installation whose database is not there and whose folder cannot be."""
    environment = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing", "LC_ALL": "zh_CN.UTF-8"}
    environment["CHIZHENG_VAR"] = "/proc/nothing"
    environment.pop("CHIZHENG_SECRET", None)
    line = [sys.executable, "-c", "from app.cli import main; main()", "log", "verify"]
    words = [*line, str(saved / "list.pdf"), "--proof", str(saved / "proof.json"), "--key", public_key()]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "文件在公开日志中" in done.stdout
    refused = subprocess.run(
        [*line, "--key", "x"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert "Traceback" not in refused.stdout + refused.stderr


def audit():
    result = CliRunner().invoke(chizheng, ["log", "audit"])
    return result.exit_code, result.output


def test_an_audit_of_what_is_as_it_was_logged_says_so(database):
    assert audit() == (0, "公开日志完整，共 0 条；已公布的内容都与日志一致。\n")
    with transaction() as session:
        make_credential(session, make_officer(session, make_city(session).county))
    assert audit() == (0, "公开日志完整，共 1 条；已公布的内容都与日志一致。\n")


def test_an_audit_names_the_entry_that_was_changed(database):
    for number in range(3):
        publish(f"{number:064x}")
    with transaction() as session:
        session.execute(text("update log_entry set kind = 'circular' where \"index\" = 1"))
    code, said = audit()
    assert code == 1
    assert "第 2 条记录与记入时的哈希值不符" in said


def test_an_audit_names_the_credential_that_was_changed(database):
    with transaction() as session:
        make_credential(session, make_officer(session, make_city(session).county), cert_no="99100100001")
        session.execute(text("update credential set category = '公安'"))
    code, said = audit()
    assert code == 1
    assert "证件 99100100001 的登记内容与公开日志不符" in said
    assert "共 1 项与公开日志不符" in said
