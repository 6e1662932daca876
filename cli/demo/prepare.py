"""The sample workspace on disk: made in its own folder, kept as long as it is what is asked for."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.demo.rows import Progress, unheard
from core.errors import OffhookError, Refused, Unavailable

STAND_IN = "Alex Morgan"
"""Who opens the sample data where the system knows no name."""

_LEFTOVER_SECONDS = 86_400
# How long the parts take against each other; the bar moves by these.
_SHARES = {"links": 560, "search": 760, "indexes": 820}
_WHOLE = 1_000
_SAID = {"links": "what happened last", "search": "the search", "indexes": "the order of lists"}


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample workspace that is ready to be opened.

    Attributes:
        path: the data file.
        deals, contacts, seed, big_timeline: what it was made of; see `cli.demo.generate.generate`.
        made_at: when; everything in it lies relative to this.
        seconds: how long making it took; 0 where it was there.
    """

    path: Path
    deals: int
    contacts: int
    seed: int
    big_timeline: bool
    made_at: dt.datetime
    seconds: float = 0.0


def prepare(
    path: Path,
    *,
    deals: int | None = None,
    contacts: int | None = None,
    seed: int | None = None,
    big_timeline: bool = False,
    fresh: bool = False,
    user: str = "",
    zone: dt.tzinfo | None = None,
    now: dt.datetime | None = None,
    progress: Progress = unheard,
) -> Sample:
    """Makes the sample workspace, unless the one that is there is what is asked for.

    It appears when it is whole; one that is replaced stays until then. Nothing outside the file's folder is touched.

    Args:
        path: the data file; its folder is the sample workspace's alone.
        deals: how many open deals; None: as many as there are, or as usual.
        contacts: how many contacts; None: likewise.
        seed: the same number makes the same data; None: likewise.
        big_timeline: one more contact, with ten thousand activities.
        fresh: make it anew in any case; what was tried out in it is gone.
        user: the name of who opens it; the system's user where it is empty.
        zone: where that person is; where the system is, if None.
        now: the present.
        progress: told how much of the work is done.

    Raises:
        Refused: the numbers cannot be made, or it is to be replaced and is open in another program.
        Unavailable: it cannot be written.
    """
    path = Path(path)
    there = existing(path)
    if (
        there
        and not fresh
        and _fits(there, deals=deals, contacts=contacts, seed=seed, big_timeline=big_timeline)
    ):
        return there
    sample = _wanted(path, deals, contacts, seed, big_timeline, now or dt.datetime.now(dt.UTC))
    refuse_while_open(path)
    began = time.monotonic()
    _make(sample, user=user or own_name(), zone=zone or _local_zone(), progress=progress)
    return dataclasses.replace(sample, seconds=time.monotonic() - began)


def existing(path: Path) -> Sample | None:
    """The sample workspace that is there and whole."""
    if not path.exists():
        return None
    try:
        told = json.loads(_note(path).read_text(encoding="utf-8"))
        return Sample(
            path,
            deals=int(told["deals"]),
            contacts=int(told["contacts"]),
            seed=int(told["seed"]),
            big_timeline=bool(told["big_timeline"]),
            made_at=dt.datetime.fromisoformat(told["made_at"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        # A note that is missing or damaged: what is there was never finished, or nobody can tell what it is.
        return None


def own_name() -> str:
    """The user's name as the system knows it, or a believable one."""
    from cli.beginning import user_name

    name = user_name()
    return STAND_IN if name in ("", "Me") else name


def refuse_while_open(path: Path) -> None:
    """Raises `Refused` if a program has the sample workspace open. One that cannot be opened is nobody's."""
    if not path.exists():
        return
    from storage import keys
    from storage.database import connect, errors

    try:
        connection = connect(path, keys.read(path).hex, wait=0.2)
    except OffhookError:
        return
    try:
        # Leaving WAL needs the file for oneself: it fails as long as anybody else has it open.
        alone = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0].lower() == "delete"
    except errors():
        alone = False
    finally:
        connection.close()
    if not alone:
        raise Refused(
            "The sample workspace is open in another offhook, so it cannot be made anew. Close that one first."
            " Nothing was changed."
        )


def _fits(
    there: Sample, *, deals: int | None, contacts: int | None, seed: int | None, big_timeline: bool
) -> bool:
    asked = ((deals, there.deals), (contacts, there.contacts), (seed, there.seed))
    return all(want is None or want == have for want, have in asked) and (
        there.big_timeline or not big_timeline
    )


def _wanted(
    path: Path,
    deals: int | None,
    contacts: int | None,
    seed: int | None,
    big_timeline: bool,
    now: dt.datetime,
) -> Sample:
    from cli.demo.generate import CONTACTS, DEALS, SEED

    sample = Sample(
        path,
        deals=DEALS if deals is None else deals,
        contacts=CONTACTS if contacts is None else contacts,
        seed=SEED if seed is None else seed,
        big_timeline=big_timeline,
        made_at=now,
    )
    if not 0 <= sample.deals <= 1_000_000:
        raise Refused(f"{sample.deals:,} deals cannot be made. Try a number from 0 to 1,000,000.")
    if not 1 <= sample.contacts <= 5_000_000:
        raise Refused(f"{sample.contacts:,} contacts cannot be made. Try a number from 1 to 5,000,000.")
    return sample


def _local_zone() -> dt.tzinfo:
    from cli.place import local_zone

    return local_zone()


def _note(path: Path) -> Path:
    """The file beside the data that says what it was made of."""
    return path.with_name("sample.json")


def _make(sample: Sample, *, user: str, zone: dt.tzinfo, progress: Progress) -> None:
    from cli.home import make_private

    folder = make_private(sample.path.parent)
    _sweep(folder)
    building = folder / f".building-{secrets.token_hex(4)}"
    try:
        building.mkdir(mode=0o700)
        _write(building / sample.path.name, sample, user, zone, progress)
        refuse_while_open(sample.path)
        _put(building, sample)
    except OSError as error:
        raise Unavailable(
            f"The sample workspace cannot be written to {folder}: {error.strerror or error}."
            " Check the folder and its space, then try again."
        ) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _write(target: Path, sample: Sample, user: str, zone: dt.tzinfo, progress: Progress) -> None:
    from cli.demo.generate import fill, found
    from storage.bulk import create_solo_bulk

    def made(done: int, total: int, what: str) -> None:
        progress(_SHARES["links"] * done // max(total, 1), _WHOLE, what)

    def stored(what: str, _count: int) -> None:
        if what in _SHARES:
            progress(_SHARES[what], _WHOLE, _SAID[what])

    progress(0, _WHOLE, "the company")
    house, rng = found(seed=sample.seed, now=sample.made_at, user=user, zone=zone)
    rows = fill(
        house, rng, deals=sample.deals, contacts=sample.contacts, now=sample.made_at, zone=zone,
        big_timeline=sample.big_timeline, progress=made,
    )  # fmt: skip
    create_solo_bulk(
        target, house.founding, rows, store="file", progress=stored, clock=lambda: sample.made_at
    )
    progress(_WHOLE, _WHOLE, "")


def _put(building: Path, sample: Sample) -> None:
    """Puts what was built in the place of what is there. Cut short, it leaves no sample workspace, never half of one."""
    path = sample.path
    _note(path).unlink(missing_ok=True)
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    parts = sorted(building.iterdir(), key=lambda part: part.name == path.name)
    for part in parts:
        part.replace(path.with_name(part.name))
    told: dict[str, Any] = {
        "deals": sample.deals,
        "contacts": sample.contacts,
        "seed": sample.seed,
        "big_timeline": sample.big_timeline,
        "made_at": sample.made_at.isoformat(),
    }
    passing = building / "sample.json"
    passing.write_text(json.dumps(told) + "\n", encoding="utf-8")
    passing.replace(_note(path))


def _sweep(folder: Path) -> None:
    """Removes what was being built when the power went, long ago."""
    for old in folder.glob(".building-*"):
        with contextlib.suppress(OSError):
            if time.time() - old.stat().st_mtime > _LEFTOVER_SECONDS:
                shutil.rmtree(old, ignore_errors=True)
