"""Whose a record is, by what another system calls them: a name, an e-mail address, a login, a pool."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from core.catalog import Catalog
from core.entities import Book
from core.imports.shapes import Option
from core.text import clean_line, fold, words

MINE = "mine"
"""The answer that an unknown owner's records go to the book of who imports them."""


def owner_question(value: str) -> str:
    """The id of the question whose the records of an owner are."""
    return f"owner:{fold(clean_line(value))}"


class Owners:
    """Finds books by their owners.

    Args:
        catalog: people and their books.
        answers: by the ids of questions: the id of a book, or `MINE`.
    """

    def __init__(self, catalog: Catalog, answers: Mapping[str, str]) -> None:
        self._catalog = catalog
        self._answers = answers
        self._books: dict[str, Book] = {}
        for book in catalog.books:
            self._name(catalog.owner_name(book.id), book)
            self._name(book.name, book)
        own = {book.user_id: book for book in catalog.books if book.kind == "own"}
        people = [(user, own[user.id]) for user in catalog.active_users if user.id in own]
        named = Counter(_key(user.name) for user, _ in people)
        for user, book in people:
            if named[_key(user.name)] == 1:
                self._books[_key(user.name)] = book
            else:
                # Which of them is meant only a person knows.
                self._books.pop(_key(user.name), None)
        for user, book in people:
            self._books.update({_key(called): book for called in (user.login, user.email) if called})
        for team in catalog.teams:
            pools = [book for book in catalog.pools() if book.team_id == team.id]
            if pools:
                self._name(f"{team.name} pool", pools[0])
                self._name(team.name, pools[0])

    def known(self, value: str) -> str | None:
        """The id of the book of an owner in which the user may write; None where there is none. Of several, the first one that is known.

        `Lee, Ann` and `Ann Lee (ann@acme.com)` are Ann Lee, too.
        """
        line = clean_line(value)
        forms = [line, *line.split(";")] if ";" in line else [line]
        if "," in line:
            last, _, first = line.partition(",")
            forms.append(f"{first} {last}")
        if line.endswith((")", ">")) and ("(" in line or "<" in line):
            name, _, rest = line.replace("<", "(").rpartition("(")
            forms += [rest.rstrip(")> "), name]
        for form in forms:
            book = self._books.get(_key(form))
            if (
                book is not None
                and book.id in self._catalog.writable_books
                and self._catalog.is_destination(book)
            ):
                return book.id
        return None

    def book(self, value: str) -> str | None:
        """The id of the book in which the records of an owner are put; None where it is neither known nor decided."""
        found = self.known(value)
        if found is None:
            answer = self._answers.get(owner_question(value))
            if answer == MINE:
                return self._catalog.my_book.id
            if answer and answer in self._catalog.writable_books:
                return answer
        return found

    def user(self, book_id: str) -> str | None:
        """The id of the user whose own book it is; None for a pool or a shared one."""
        book = self._catalog.book_by_id.get(book_id)
        return book.user_id if book is not None and book.kind == "own" else None

    def options(self) -> tuple[Option, ...]:
        """Whose the records of an unknown owner can be: one's own, then everybody in whose book one may write, and pools."""
        catalog = self._catalog
        others = [
            Option(book.id, catalog.owner_name(book.id))
            for book in catalog.destinations
            if book.id in catalog.writable_books and book.user_id != catalog.me.id
        ]
        return (Option(MINE, f"{catalog.me.name} (me)"), *others)

    def _name(self, called: str, book: Book) -> None:
        key = _key(called)
        if key:
            self._books.setdefault(key, book)


def _key(called: str) -> str:
    """What two ways to write somebody's name have in common."""
    return fold(clean_line(called)) if "@" in called else " ".join(words(called))
