"""What the sample company's reps read while they call: a cold call, one about a deal, and a renewal."""

from __future__ import annotations

from typing import NamedTuple


class SampleScript(NamedTuple):
    """A script, and where it is read: through a view, in a pipeline, or everywhere."""

    name: str
    body: str
    view: str = ""
    pipeline: str = ""


_COLD = """\
Hi {first_name|there}, this is **{me}** from {organization}. I know I'm calling *out of the blue* — do you have **27 seconds**, and then you tell me to go away?

We build small tugs that bring pallets where forklifts do not fit. Most sites like {company|yours} find that people walk *eight kilometres a shift* for that.

- How do pallets get from goods-in to the racks today?
- What happens when somebody is ill?
- [ ] Who else would have to like it?

> Be quiet now. The next one to speak has the problem.

**Ask for 20 minutes on video**, with the layout of {city|the site} on the screen: you, and whoever runs the floor.

## 1 Too expensive
Compared to *what*? One tug costs about what a second shift costs in **four months**.

Then: "If it paid off within a year, would it be worth 20 minutes?"

## 2 We have a supplier
Good, so you know it works. What would they have to do **better**? Most start with us on the one route that theirs cannot take.

## 3 Send me something
Happily. So that it is the right page: is it *people* or *space* that you are short of? And when may I call to hear what you think: **Thursday or Friday**?

## 4 No time
That is why I called and did not come by. When is the floor quiet: **mornings or after four**?

## 5 How did you get my number?
From your web site. If you want no calls, I note it now and nobody here calls again. (`x`)
"""

_DEAL = """\
Hi {first_name|there}, {me} here. We are at **{stage}** with {deal}, {value|and have no number yet}.

- What has happened on your side since we spoke?
- Planned: *{next_step|nothing yet}*. Is that still right?
- Who does what, and **by when**?
- Who could still say no?

> Do not leave without a date.

## 1 We need more time
Of course. What has to be true for it to go on, and when do we know?

## 2 The price
Which part of it? If it were the price alone, would you *sign*?

## 3 A rival is cheaper
They are, for the machine. Ask them what a broken wheel costs on a Saturday.
"""

_RENEWAL = """\
Hi {first_name|there}, {me} from {organization}. Your year with us ends soon, so I call **before** the invoice does.

1. What do the tugs do every day by now?
2. What do people still walk for?
3. What would you miss?

**Offer the second year with the new batteries.**

## 1 We use it too little
Which route stands still? Our engineer looks at it, free, before you decide.

## 2 The budget was cut
Then let us keep what runs, and leave out the rest: what is the one route you cannot lose?
"""

SCRIPTS = (
    SampleScript("Cold call", _COLD),
    SampleScript("Cold call, new leads", _COLD, view="Call today"),
    SampleScript("On the way to a yes", _DEAL, pipeline="Sales"),
    SampleScript("Renewal", _RENEWAL, pipeline="Renewals"),
)
"""In the order in which they are listed."""
