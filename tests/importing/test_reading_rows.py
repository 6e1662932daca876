from __future__ import annotations

from pathlib import Path

import pytest

from importing.reading import open_tables
from tests.importing.reading import broken, cells, numbers, only, written


def test_a_cell_in_quotation_marks_may_hold_everything() -> None:
    table = only("quotes/notes.csv")
    assert cells(table) == [
        ['Ann "Annie" Lee', "Met at the fair.\r\nLikes tea, not coffee", "+1 555 0100"],
        ["Bob", "", ""],
    ]
    assert numbers(table) == [2, 4]


def test_a_mark_that_is_never_closed_takes_no_other_row_with_it() -> None:
    table = only("quotes/never_closed.csv")
    (bad,) = broken(table)
    assert bad.number == 2
    assert "not closed" in bad.problem
    good = [list(row.cells) for row in table.rows() if not row.problem]
    assert good == [["Bob", "Doe Ltd", "Bonn"], ["Cy", "Foo, Bar", "Celle"], ["Dee", "Good Inc", "Dover"]]


def test_what_is_left_of_a_cell_that_was_cut_off_is_one_broken_row() -> None:
    table = only("quotes/cut_off.csv")
    assert [(row.number, bool(row.problem)) for row in table.rows()] == [(2, False), (3, True)]
    assert broken(table)[0].cells[1] == "was writing a long\nnote when the disk was full\nand"


def test_marks_that_belong_to_the_text_stay_in_it() -> None:
    assert cells(only("quotes/stray.csv")) == [
        ['The "Best" Ltd', '5" pipe', "Ulm"],
        ['Dwayne "Rock" Johnson', '12" records', "Bonn"],
    ]


def test_backslashes_before_marks_are_understood() -> None:
    assert cells(only("quotes/backslashes.csv")) == [
        ["Ann", 'She said "yes", twice', "C:\\temp"],
        ["Bob", "fine", "none"],
    ]


def test_lines_that_were_quoted_as_a_whole_are_rows_again() -> None:
    assert cells(only("quotes/whole_lines.csv")) == [
        ["Smith, John", "Acme", "Berlin"],
        ["Ann Lee", "Foo, Inc.", "Bonn"],
    ]


def test_a_blank_after_the_delimiter_does_not_hide_the_mark() -> None:
    table = only("quotes/blank_after_comma.csv")
    assert list(table.headers) == ["first_name", "last_name", "company"]
    assert cells(table) == [["Ann", "Lee", "Foo, Inc."], ["Bob", "Ray", "Bar"]]


def test_a_row_with_too_many_cells_is_refused_and_a_short_one_filled() -> None:
    table = only("quotes/unquoted_comma.csv")
    (bad,) = broken(table)
    assert (bad.number, list(bad.cells)) == (2, ["Ann", "Foo", " Inc.,Berlin"])
    assert "4 cells" in bad.problem
    assert "quotation marks" in bad.problem
    good = [list(row.cells) for row in table.rows() if not row.problem]
    assert good == [["Bob", "Bar", "Bonn"], ["Cy", "Baz", "Celle"], ["Dee", "", ""]]


def test_titles_above_the_header_and_totals_below_the_rows_are_left_out_and_told() -> None:
    table = only("layout/quickbooks.csv")
    assert list(table.headers) == ["Customer", "Phone Numbers", "Email", "Balance"]
    assert [row[0] for row in cells(table)] == ["Ann Lee", "Bob Ray"]
    notes = " ".join(table.notes)
    assert "3 lines above the header left out: “Acme Supplies Ltd.”" in notes
    assert "“TOTAL”" in notes
    assert "Accrual Basis" in notes


def test_a_report_of_salesforce_loses_its_totals_and_terms_and_nobody_else() -> None:
    table = only("layout/salesforce_report.csv")
    assert [row[1] for row in cells(table)] == ["Total Wine", "Café Uno", "Total"]
    assert numbers(table) == [2, 3, 5]
    assert "Copyright (c) 2000-2026 salesforce.com" in " ".join(table.notes)


def test_people_and_companies_that_are_called_like_a_total_stay() -> None:
    table = only("layout/lookalikes.csv")
    assert [row[0] for row in cells(table)] == ["Total", "Run On Sports", "Total", "Printed By Design"]
    assert list(table.notes) == []


def test_each_header_is_there_once() -> None:
    table = only("layout/duplicate_headers.csv")
    assert list(table.headers) == ["name", "Name (2)", "NAME (3)", "email", "Email (2)", "EMAIL (3)"]
    assert any("more than once" in note for note in table.notes)


def test_without_a_header_the_columns_have_numbers_and_no_row_is_lost() -> None:
    table = only("layout/no_header.csv")
    assert list(table.headers) == ["Column 1", "Column 2", "Column 3"]
    assert numbers(table) == [1, 2, 3]
    assert any("not a header" in note for note in table.notes)


def test_headers_in_the_midst_of_files_put_together_are_left_out() -> None:
    table = only("layout/concatenated.csv")
    assert cells(table) == [["Ann", "ann@example.com"], ["Bob", "bob@example.com"], ["Cy", "cy@example.com"]]
    assert any("2 times" in note for note in table.notes)


def test_blank_rows_and_blank_columns_are_nothing() -> None:
    table = only("layout/blank_rows.csv")
    assert list(table.headers) == ["Name", "Column 2", "Email"]
    assert cells(table) == [["Ann", "VIP", "ann@example.com"], ["Bob", "", "bob@example.com"]]
    assert numbers(table) == [4, 6]


def test_marks_that_nobody_sees_are_no_part_of_a_header() -> None:
    assert list(only("layout/hidden_marks.csv").headers) == ["Name", "E‑mail"]


def test_names_of_groups_above_the_header_are_not_the_header() -> None:
    table = only("layout/grouped_header.csv")
    assert list(table.headers) == ["Name", "Email", "Phone", "Title", "Value"]
    assert len(cells(table)) == 1


def test_a_year_above_a_column_is_a_header(tmp_path: Path) -> None:
    table = only(written(tmp_path, "Customer,2024,2025\nAcme,10,20\n"))
    assert (list(table.headers), cells(table)) == (["Customer", "2024", "2025"], [["Acme", "10", "20"]])


@pytest.mark.parametrize(
    ("rows", "last"),
    [
        ("Contact,Email,Company\nAnn,ann@acme.com,Acme\n,,\nTotal,,\n", "Ann"),
        ("Contact,Email,Company\nAnn,ann@acme.com,Acme\nBo,bo@acme.com,Acme\nTotal,,\n", "Bo"),
        # A company may be called so, and a list of names may end with it.
        ("Company,City,Website\nShell,London,shell.com\nTotal,Paris,total.com\n", "Total"),
        ("Company,City,Website\nShell,,\nBP,,\nTotal,,\n", "Total"),
        ("Company\nShell\nTotal\n", "Total"),
        ("Contact,Email,Company\nAnn,ann@acme.com,Acme\nTotal Wine,,\n", "Total Wine"),
    ],
)
def test_a_bare_total_at_the_end_is_nobody(tmp_path: Path, rows: str, last: str) -> None:
    (table,) = open_tables(written(tmp_path, rows.encode()))
    assert [row.cells[0] for row in table.rows()][-1] == last


def test_subtotals_and_filters_of_a_report_are_no_rows(tmp_path: Path) -> None:
    report = "Account,Owner,Amount\nAcme,Ann,5\nSubtotal,,5\nFoo,Bob,6\nGrand Total,,11\n\nFiltered By:\nStage equals Open\n"
    table = only(written(tmp_path, report))
    assert [row[0] for row in cells(table)] == ["Acme", "Foo"]
    assert "“Filtered By:”, “Stage equals Open”" in " ".join(table.notes)
