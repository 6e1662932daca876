"""Who sees which books, and who writes in them, whatever the floor looks like."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.catalog import Catalog
from core.entities import Book, Membership, Organization, Share, Team, User
from core.permissions import may_export, may_share
from core.schema import Record

ORG = "org"
USERS = ("u0", "u1", "u2", "u3", "u4")
TEAMS = ("t0", "t1", "t2")
ROLES = ("admin", "manager", "rep", "readonly")
SHARED = ("s0", "s1")


def made(record: type[Record], record_id: str, **values: object) -> Record:
    return record(org_id=ORG, id=record_id, **values)


@st.composite
def floors(draw: st.DrawFn) -> Catalog:
    """An organization with any roles, memberships and shares, seen by one of its people."""
    users = tuple(made(User, one, name=one, role=draw(st.sampled_from(ROLES))) for one in USERS)
    places = draw(st.sets(st.tuples(st.sampled_from(TEAMS), st.sampled_from(USERS))))
    books = (
        *(made(Book, f"b-{one}", kind="own", name=one, user_id=one) for one in USERS),
        *(made(Book, f"p-{one}", kind="pool", name=one, team_id=one) for one in TEAMS),
        *(made(Book, one, kind="shared", name=one) for one in SHARED),
    )
    # A share may outlive its book by a moment, or belong to an organization that this catalog knows nothing of.
    ids = st.sampled_from([*(book.id for book in books), "elsewhere"])
    given_to = draw(st.dictionaries(st.tuples(ids, st.sampled_from(USERS)), st.booleans(), max_size=8))
    return Catalog(
        me=draw(st.sampled_from(users)),
        organization=made(Organization, ORG, name="Nordlicht", currency="EUR"),
        users=users,
        teams=tuple(made(Team, one, name=one) for one in TEAMS),
        memberships=tuple(
            made(Membership, f"{t}{u}", team_id=t, user_id=u) for t, u in sorted(places)
        ),
        books=books,
        shares=tuple(
            made(Share, f"{book}-{user}", book_id=book, user_id=user, can_write=write)
            for (book, user), write in given_to.items()
        ),
    )  # fmt: skip


@given(floors())
def test_nobody_writes_where_they_see_nothing(catalog):
    assert catalog.writable_books <= catalog.visible_books


@given(floors())
def test_books_are_those_of_the_organization(catalog):
    assert catalog.visible_books <= {book.id for book in catalog.books}


@given(floors())
def test_admins_and_who_only_looks_see_all(catalog):
    every = {book.id for book in catalog.books}
    if catalog.me.role == "admin":
        assert catalog.visible_books == catalog.writable_books == every
    elif catalog.me.role == "readonly":
        assert (catalog.visible_books, catalog.writable_books) == (every, frozenset())


@given(floors())
def test_each_book_is_seen_for_a_reason(catalog):
    """The rules once more, book by book, as one would tell them to a new colleague."""
    me = catalog.me
    if me.role not in ("rep", "manager"):
        return
    in_teams = {m.team_id for m in catalog.memberships if m.user_id == me.id}
    people = {m.user_id for m in catalog.memberships if m.team_id in in_teams}
    for book in catalog.books:
        shares = {share.user_id: share.can_write for share in catalog.shares if share.book_id == book.id}
        reasons = [
            (book.user_id == me.id, True),
            (book.kind == "pool" and book.team_id in in_teams, True),
            (me.id in shares, shares.get(me.id, False)),
            (me.role == "manager" and book.user_id in people, True),
            *(
                (me.role == "manager" and book.kind == "shared" and one in people, write)
                for one, write in shares.items()
            ),
        ]
        assert (book.id in catalog.visible_books) == any(sees for sees, _ in reasons)
        assert (book.id in catalog.writable_books) == any(sees and writes for sees, writes in reasons)


@given(floors())
def test_only_who_writes_in_a_book_may_share_it(catalog):
    for book in catalog.books:
        if may_share(catalog, book.id):
            assert book.id in catalog.writable_books
    if catalog.me.role == "rep":
        own = {book.id for book in catalog.books if book.kind == "own" and may_share(catalog, book.id)}
        assert own == {f"b-{catalog.me.id}"}


@given(floors(), st.sampled_from(["", "yes", "no"]))
def test_export_is_a_right_of_its_own(catalog, right):
    me = catalog.me
    asking = Catalog(
        me=made(User, me.id, name=me.name, role=me.role, export_right=right),
        organization=catalog.organization,
    )
    assert may_export(asking) == {"yes": True, "no": False, "": me.role in ("admin", "manager")}[right]
