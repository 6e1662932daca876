from __future__ import annotations

from pathlib import Path

import pytest

from tests.importing.reading import broken, cells, numbers, only, written


@pytest.mark.parametrize(
    ("file", "encoding", "delimiter", "first"),
    [
        (
            "excel_german.csv",
            "cp1252",
            ";",
            ["Jürgen", "Müller", "Größe & Söhne GmbH", "+49 89 123456", "1.234,50 €"],
        ),
        ("excel_sep.csv", "cp1252", ";", ["René Lefèvre", "01 42 68 53 00", "Hôtel Bélon"]),
        ("excel_mac.csv", "mac_roman", ",", ["José Muñoz", "Málaga", "Llamar mañana"]),
        ("unicode_text.txt", "utf-16", "\t", ["Łukasz Żak", "lukasz@example.pl", "Łódź"]),
        ("utf16_without_mark.csv", "utf-16-le", ",", ["Ann Lee", "ann@example.com"]),
        ("google_sheets.csv", "utf-8", ",", ["Ann", "vip", "आशा", "عائشة"]),
        ("with_bom.csv", "utf-8-sig", ",", ["Ann Lee", "ann@example.com"]),
        ("czech.csv", "cp1250", ";", ["Jiří", "Dvořák", "Plzeň"]),
        ("polish_iso.csv", "iso8859_2", ";", ["Łukasz", "Wiśniewski", "Łódź"]),
        ("russian.csv", "cp1251", ";", ["Иван", "Петров", "Москва"]),
        ("greek.csv", "cp1253", ";", ["Γιώργος", "Παπαδόπουλος", "Αθήνα"]),
        ("turkish.csv", "cp1254", ";", ["Ayşe", "Yılmaz", "İstanbul"]),
        ("japanese.csv", "cp932", ",", ["山田太郎", "株式会社サンプル", "03-1234-5678"]),
        ("java_emoji.csv", "utf-8", ",", ["Zoë", "😀 call"]),
        ("padded.csv", "utf-8", ",", ["Ann", "Berlin"]),
        ("pipes.txt", "utf-8", "|", ["1", "Ann, Bob & Co.", "1.5"]),
        ("names.csv", "utf-8", "", ["Smith, John"]),
    ],
)
def test_text_is_read_in_the_encoding_and_with_the_delimiter_that_it_is_in(
    file: str, encoding: str, delimiter: str, first: list[str]
) -> None:
    table = only(f"text/{file}")
    assert (table.kind, table.encoding, table.delimiter) == ("csv", encoding, delimiter)
    assert cells(table)[0] == first


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Müller"),
        ("cp1252", "Renée"),
        ("cp1252", "O’Brien – Sons"),
        ("cp1252", "Niccolò Forlì"),
        ("cp1252", "prix 45 000 €; Hélène"),
        ("cp1250", "Novák; Černý"),
        ("cp1250", "Szűcs Győző; Kőszeg"),
        ("cp1250", "Łukasz Wiśniewski; Kraków"),
        ("cp1251", "Олена Шевченко; Київ"),
        ("cp1255", "משה כהן; תל אביב"),
        ("cp1256", "محمد علي; القاهرة"),
        ("cp1257", "Jānis Bērziņš; Rīga"),
        ("mac_roman", "Müller; Köln"),
        ("mac_roman", "João Conceição; São Paulo"),
        ("koi8_r", "Иван Петров; Москва"),
        ("gb18030", "王小明; 北京市朝阳区; 公司名称"),
        ("cp949", "김철수; 서울특별시; 주식회사"),
    ],
)
def test_a_few_letters_are_enough_to_tell_the_encoding(tmp_path: Path, encoding: str, text: str) -> None:
    path = written(tmp_path, f"Name\tNote\r\n{text}\tx\r\n".encode(encoding))
    assert [row[0] for row in cells(only(path))] == [text]


def test_some_broken_bytes_are_a_broken_row_and_not_another_encoding() -> None:
    table = only("text/one_broken_row.csv")
    (row,) = broken(table)
    assert table.encoding == "utf-8"
    assert (row.number, list(row.cells)) == (3, ["Café André", "Lyon", "2"])
    assert "“Café André”" in row.problem
    assert [r.cells[0] for r in table.rows()] == ["José", "Café André", "Zoë", "Åsa"]


def test_the_encoding_is_told_from_the_last_row_too(tmp_path: Path) -> None:
    path = written(tmp_path, b"Name,City\n" + b"Ann,Berlin\n" * 100_000 + "Jürgen,Köln\n".encode("cp1252"))
    table = only(path)
    assert table.encoding == "cp1252"
    assert list(list(table.rows())[-1].cells) == ["Jürgen", "Köln"]


def test_lines_end_as_they_like() -> None:
    table = only("text/mixed_ends.csv")
    assert cells(table) == [["Ann", "Berlin"], ["Bob", "Bonn"], ["Cy", "Celle"]]
    assert numbers(table) == [2, 3, 4]


def test_a_cell_may_be_long_and_a_row_wide(tmp_path: Path) -> None:
    long, width = "x" * 300_000, 1_000
    head = ",".join(f"Field {n}" for n in range(width))
    row = ",".join([long] + ["1"] * (width - 1))
    table = only(written(tmp_path, f"{head}\n{row}\n"))
    assert len(table.headers) == width
    assert cells(table) == [[long] + ["1"] * (width - 1)]


def test_rows_can_be_read_again_and_progress_is_told(tmp_path: Path) -> None:
    table = only(written(tmp_path, "Name,City\n" + "".join(f"Name {n},Berlin\n" for n in range(20_000))))
    rows = table.rows()
    for _ in range(10_000):
        next(rows)
    assert 0.3 < table.share() < 0.8
    assert sum(1 for _ in table.rows()) == 20_000
    assert table.share() == 1


def test_a_file_with_nothing_but_a_header_has_no_rows(tmp_path: Path) -> None:
    table = only(written(tmp_path, "Name,Email\n"))
    assert (list(table.headers), cells(table)) == (["Name", "Email"], [])


def test_a_comma_in_a_single_column_is_no_delimiter(tmp_path: Path) -> None:
    table = only(written(tmp_path, "Amount\n1,50\n12,75\n"))
    assert (list(table.headers), cells(table)) == (["Amount"], [["1,50"], ["12,75"]])
