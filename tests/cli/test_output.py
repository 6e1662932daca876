from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.output import Code, cells, code_of, complain, cut, require_applied, table, to_json
from core.changes import Answer, Status
from core.errors import Invalid, NotFound, OffhookError, Refused, Unavailable


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("no"), 1),
        (Invalid({"name": "no"}), 1),
        (NotFound("no"), 3),
        (Unavailable("no"), 5),
    ],
)
def test_what_is_wrong_decides_the_exit_code(error: Exception, code: int) -> None:
    assert code_of(error) == code  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "code"),
    [(Status.REJECTED, 1), (Status.GONE, 3), (Status.CONFLICT, 4), (Status.UNAVAILABLE, 5)],
)
def test_what_became_of_a_command_decides_the_exit_code(status: Status, code: int) -> None:
    with pytest.raises(OffhookError, match="the reason") as caught:
        require_applied(Answer(status, None, "the reason"))
    assert code_of(caught.value) == code


@given(
    st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)), st.booleans()
)
def test_json_is_never_interpreted_by_a_terminal_and_loses_nothing(value: object, utf8: bool) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8" if utf8 else "ascii")
    text = to_json(value, stream, indent=False)
    assert text.isprintable()
    assert json.loads(text) == value
    stream.write(text)


@given(st.text(), st.integers(0, 40))
def test_a_cut_text_fits(text: str, width: int) -> None:
    shown = cut(text, width)
    assert cells(shown) <= width
    assert shown == text or shown.endswith("…") or width == 0


def test_columns_are_aligned_whatever_the_script() -> None:
    lines = list(table([("Ann", "1"), ("渡辺", "22"), ("Zoë", "333")], right=(1,)))
    assert lines == ["Ann     1", "渡辺   22", "Zoë   333"]


def test_what_is_in_the_data_does_not_reach_the_terminal_as_a_command() -> None:
    (line,) = table([("\x1b[31mred\x07\u202e", "a\nb")])
    assert line.isprintable()


def test_an_error_is_a_sentence_or_an_object(capsys: pytest.CaptureFixture[str]) -> None:
    complain("That is \x1bgone.", Code.NOT_FOUND, as_json=False)
    complain("That is gone.", Code.NOT_FOUND, as_json=True, fields={"id": "gone"})
    sentence, body = capsys.readouterr().err.splitlines()
    assert sentence.startswith("offhook: That is ")
    assert sentence.isprintable()
    assert json.loads(body) == {
        "error": {"code": "not_found", "message": "That is gone.", "fields": {"id": "gone"}}
    }
