from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from core.commands.contacts import CreateContact
from tests.cli.conftest import PROGRAM, Offhook, environment, execute

HEAVY = {
    "alembic", "email_validator", "keyring", "parsedatetime", "phonenumbers", "platformdirs", "rapidfuzz", "rich",
    "sqlalchemy", "textual", "tomllib", "typer",
}  # fmt: skip


def someone(reader: Offhook) -> dict[str, Any]:
    """A contact with a name and an e-mail."""
    rows = reader("export", "contacts", "--json").json
    return next(
        r for r in rows if r["first_name"].isascii() and r["first_name"] and r["last_name"] and r["email"]
    )


def test_a_contact_is_found_by_beginnings_of_words_in_any_order(reader: Offhook) -> None:
    one = someone(reader)
    found = reader("find", one["last_name"][:5].upper(), one["first_name"][:3]).out
    assert f"{one['first_name']} {one['last_name']}" in found
    assert one["id"] in found


def test_json_says_what_to_open(reader: Offhook) -> None:
    one = someone(reader)
    hits = reader("find", one["email"], "--json").json
    hit = next(hit for hit in hits if hit["id"] == one["id"])
    assert set(hit) == {"kind", "id", "title", "detail", "found_in"}
    assert hit["kind"] == "contact"
    assert hit["title"] == f"{one['first_name']} {one['last_name']}"


@pytest.mark.parametrize("arguments", [("--limit", "2"), ("--limit=2",)])
def test_at_most_as_many_as_wanted(reader: Offhook, arguments: tuple[str, ...]) -> None:
    assert len(reader("find", "e", *arguments, "--json").json) == 2


def test_the_quick_way_and_the_parsers_answer_alike(reader: Offhook) -> None:
    # “--” is left to the parser.
    assert reader("find", "--", "a").out == reader("find", "a").out


def test_nothing_found_is_said_and_has_an_exit_code(reader: Offhook) -> None:
    plain = reader("find", "zzqqxx", code=3)
    assert plain.out == ""
    assert "zzqqxx" in plain.err
    for_programs = reader("find", "zzqqxx", "--json", code=3)
    assert for_programs.json == []
    assert for_programs.error["code"] == "not_found"


@pytest.mark.parametrize("arguments", [(), ("--limit", "0", "x"), ("--limit", "many", "x"), ("--frob", "x")])
def test_bad_usage(reader: Offhook, arguments: tuple[str, ...]) -> None:
    assert reader("find", *arguments, code=2).err
    assert reader("find", *arguments, "--json", code=2).error["code"] == "usage"


@pytest.mark.parametrize("text", ["*", '"', "%", "'; drop table contacts; --", "NEAR(", "😀", "\u202e", "-"])
def test_any_text_may_be_searched_for(reader: Offhook, text: str) -> None:
    result = subprocess.run(
        [*PROGRAM, "find", "--", text],
        env=environment(reader.home),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert result.returncode in (0, 3)
    assert result.stderr.decode().count("\n") <= 1
    assert result.stderr.decode().strip().isprintable()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows' arguments are text")
def test_arguments_need_not_be_text(reader: Offhook) -> None:
    for arguments in ([b"find", b"\xff\xfe"], [b"show", b"zzq\xff"], [b"\xff"]):
        result = subprocess.run(
            [*PROGRAM, *arguments], env=environment(reader.home), capture_output=True, check=False, timeout=60
        )
        assert result.returncode in (2, 3)
        assert b"Traceback" not in result.stderr


def test_it_imports_nothing_that_it_does_not_need(reader: Offhook) -> None:
    script = (
        "import sys; sys.argv = ['offhook', 'find', 'a']; from cli.main import main; code = main();"
        " print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr); sys.exit(code)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(reader.home),
        capture_output=True,
        check=True,
        timeout=60,
    )
    imported = set(result.stderr.decode().split())
    assert "storage" in imported
    assert imported & HEAVY == set()


def test_a_reader_that_has_read_enough_is_no_error(reader: Offhook) -> None:
    # The reader is gone before anything is written.
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*PROGRAM, "find", "a", "--limit", "1000"],
            env=environment(reader.home), stdout=writing, stderr=subprocess.PIPE, check=False, timeout=60,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert done.stderr == b""
    assert done.returncode == 0


def test_what_is_in_the_data_never_reaches_the_terminal_as_a_command(
    alone: Offhook,
) -> None:
    execute(alone, CreateContact(values={"first_name": "Zoë 👩‍🚒", "last_name": "עברית"}))
    import sqlcipher3.dbapi2 as sqlite

    # Another program, or an import of long ago, may have written anything.
    key = (alone.workspace.parent / "workspace.db.key").read_text().strip()
    connection = sqlite.connect(str(alone.workspace))
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    connection.execute("UPDATE contacts SET title = ?", ("\x1b]0;owned\x07\x1b[2J\u202e\x9b31m\r\nx",))
    connection.commit()
    connection.close()
    for arguments in (("find", "zoe"), ("show", "zoe"), ("find", "zoe", "--json"), ("show", "zoe", "--json")):
        lines = alone(*arguments).out.split("\n")
        assert "👩" in "".join(lines) or "\\ud83d" in "".join(lines)
        for line in lines:
            assert all(c.isprintable() or c == "\N{ZERO WIDTH JOINER}" for c in line), line


def test_a_locale_that_knows_no_accents_is_no_error(alone: Offhook) -> None:
    execute(alone, CreateContact(values={"first_name": "Łukasz", "last_name": "Nowak"}))
    plain = alone("find", "nowak", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert "?ukasz Nowak" in plain.out
    for_programs = alone("find", "nowak", "--json", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert for_programs.json[0]["title"] == "Łukasz Nowak"
