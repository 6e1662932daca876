from __future__ import annotations

import json

from tests.importing.reading import broken, cells, only, written


def test_a_line_of_json_is_a_row_and_what_is_nested_has_its_path() -> None:
    table = only("objects/lines.jsonl")
    rows = [dict(zip(table.headers, row.cells, strict=True)) for row in table.rows()]
    assert table.kind == "json"
    assert (rows[0]["address.city"], rows[0]["address.zip"], rows[0]["tags"], rows[0]["active"]) == (
        "Berlin",
        "01067",
        "vip ; fair",
        "yes",
    )
    assert (rows[1]["emails.value"], rows[1]["emails.2.value"], rows[1]["emails.2.label"]) == (
        "bob@example.com",
        "b@home.example",
        "home",
    )
    assert rows[1]["amount"] == "1234567890123456789.10"
    assert rows[3]["name"] == "Zoë"


def test_a_broken_line_is_told_of() -> None:
    (bad,) = broken(only("objects/lines.jsonl"))
    assert bad.number == 3
    assert "Broken" in bad.problem


def test_the_export_of_offhook_is_a_list() -> None:
    table = only("objects/offhook.json")
    assert list(table.headers) == ["id", "first_name", "email", "email_label"]
    assert [row.number for row in table.rows()] == [2, 3]
    assert cells(table)[1] == ["2", "Bob", "", ""]


def test_a_list_in_the_answer_of_an_api_is_the_table() -> None:
    table = only("objects/wrapped.json")
    assert table.name == "results"
    assert cells(table) == [["8001", "ann@example.com"], ["8002", ""]]


def test_a_long_list_is_read_bit_by_bit(tmp_path) -> None:
    people = [{"name": f"Person {n}", "note": "ü" * (n % 50), "n": n} for n in range(8_000)]
    table = only(
        written(tmp_path, json.dumps({"meta": {"rows": [1, 2]}, "data": people}, ensure_ascii=False))
    )
    rows = table.rows()
    for _ in range(4_000):
        next(rows)
    assert 0.3 < table.share() < 0.8
    assert [row[2] for row in cells(table)] == [str(n) for n in range(8_000)]


def test_a_web_page_that_calls_itself_a_workbook_is_read() -> None:
    table = only("pages/report.xls")
    assert list(table.headers) == ["Name", "City", "Company"]
    assert cells(table) == [["René", "Paris &\nLyon", "Hôtel Bélon"], ["Ann", "", "A B"]]
