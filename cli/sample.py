"""`offhook demo`: the sample workspace."""

from __future__ import annotations

from cli.output import Code, Usage, say, say_json
from cli.progress import Progress
from cli.session import Session
from core.text import printable


def demo(
    session: Session,
    *,
    deals: int | None = None,
    contacts: int | None = None,
    seed: int | None = None,
    fresh: bool = False,
    generate_only: bool = False,
    big_timeline: bool = False,
) -> int:
    """Opens the app on the sample workspace, which is made where it is not there or not as asked for."""
    from cli.app import require_terminal, run_app

    if session.json and not generate_only:
        raise Usage("The app answers nobody with JSON: add --generate-only.")
    if not generate_only:
        # Said before the work is done, not after.
        require_terminal()
    session.demo = True
    place = session.home.workspace
    as_it_is = (deals, contacts, seed) == (None, None, None) and not (fresh or big_timeline or generate_only)
    if as_it_is and place.exists():
        # It appears only when it is whole; what makes it is not loaded on the way to the first frame.
        return run_app(session)
    from cli.demo.prepare import prepare

    with Progress("Making sample data") as progress:
        sample = prepare(
            place, deals=deals, contacts=contacts, seed=seed, big_timeline=big_timeline, fresh=fresh,
            zone=session.zone, progress=lambda done, total, what: progress.share(done / total, what),
        )  # fmt: skip
    if not generate_only:
        return run_app(session)
    if session.json:
        say_json(
            {
                "file": str(sample.path),
                "deals": sample.deals,
                "contacts": sample.contacts,
                "seed": sample.seed,
                "big_timeline": sample.big_timeline,
                "seconds": round(sample.seconds, 2),
            }
        )
        return Code.FINE
    made = f"made in {sample.seconds:.1f} s" if sample.seconds else "there already"
    say(f"Sample data with {sample.deals:,} open deals and {sample.contacts:,} contacts, {made}.")
    say(f"It lies in {printable(str(sample.path))}")
    say("Open it with: offhook demo")
    return Code.FINE
