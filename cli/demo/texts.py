"""What people of the sample company write down: notes, e-mails, meetings, tasks. Slots in braces are filled in.

Slots: {first} of the contact, {company}, {city}, {product}, {rival}, {n} a small number, {me} the rep's first name.
Everything that belongs to a deal is listed by how far the deal has come (0: just in, 4: about to be signed).
"""

from __future__ import annotations

PRODUCTS = ("Drover", "Heron", "Murmur", "Lantern")
"""Autonomous tugs, picking arms, fleet software, vision checks."""

RIVALS = ("Gantrivo", "Palletura", "Boltwend", "Stowmarrow", "In-house")

# --- calls on people who do not know us yet ------------------------------------------------------------------------

COLD_OPENINGS = (
    "Got {first} straight away, in between two meetings.",
    "{first} picked up on the shop floor, forklifts in the background.",
    "Reached {first} after all. Friendly, a bit rushed.",
    "Short talk with {first}.",
    "{first} remembered the voicemail.",
    "Spoke with {first}, who had seen us at the trade fair.",
    "{first} at {company} took the call and asked how I got the number.",
    "Good conversation with {first}, about ten minutes.",
    "Caught {first} on the way to {city}.",
    "{first} was expecting somebody else but stayed on.",
)
COLD_FACTS = (
    "{company} runs {n} shifts and cannot find pickers for the late one.",
    "They move about {n}00 pallets a day, all by forklift.",
    "Two halls, the second one goes live next spring.",
    "Picking is on paper, the WMS is from 2009.",
    "They had a {rival} demo in summer and were not convinced.",
    "Returns are the real pain: {n} people do nothing else.",
    "Last audit found {n} near misses with forklifts.",
    "The hall in {city} is rented, so nothing may be bolted to the floor.",
    "Head office decides about anything above 50k.",
    "They already have {n} old tugs and nobody who services them.",
    "Peak season ends in January; before that nobody has time.",
    "New COO since autumn, wants a plan for automation.",
    "Error rate at goods-in is the number their boss looks at.",
    "Cold store, minus 22. Asked twice whether batteries last.",
)
COLD_OBJECTIONS = (
    "Worried about integration with their WMS.",
    "No budget before the next fiscal year.",
    "Thinks it is only for bigger sites.",
    "Works council must be asked first.",
    "Had a bad experience with {rival}, so careful.",
    "Wants to see it run somewhere before anything else.",
    "Price came up early: “ballpark, please, or we stop here”.",
    "Does not decide alone; the plant manager does.",
    "",
    "",
    "",
)
COLD_NEXT = (
    "Sends the layout, I come back with a first estimate.",
    "Call again in two weeks, mornings are best.",
    "Wants the {product} one-pager by e-mail.",
    "Agreed on a 20-minute video call.",
    "Introduces me to the operations lead.",
    "Not now, but asked to be called after the summer.",
    "Will talk to a colleague and call back. Let's see.",
    "I send two references from the same trade.",
    "Asked for a visit when I am next in {city}.",
)
REFUSALS = (
    "Not interested: just signed with {rival} for three years.",
    "Not interested. Everything runs through the group's purchasing, and they have frozen projects.",
    "{first} says the site closes next year. No point.",
    "Polite no: they are happy with what they have.",
    "Not the right person, and would not say who is.",
    "No budget, no project, no interest this year. Fair enough.",
)
DO_NOT_CALL = (
    "Asked not to be called again, ever. Marked accordingly.",
    "Was annoyed about the call and wants no further ones. E-mail is fine.",
    "Does not want phone calls at work. Do not call.",
)
OFF_LIMITS = "Asked us in writing not to call."
VOICEMAILS = (
    "",
    "",
    "",
    "Left voicemail: who we are, why now, my number twice.",
    "Voicemail about the {product} pilot nearby.",
    "Left a short message, said I would write.",
    "Mailbox of {first}, left name and number.",
    "Second voicemail. Mentioned the reference in {city}.",
)
MESSAGES = (
    "Reception takes messages only. Left my name for {first}.",
    "Spoke with a colleague: {first} is in production until four.",
    "Gatekeeper. Best time is before nine, she said.",
    "{first} is on holiday, back in a week. Message left.",
    "Assistant wrote everything down and was rather helpful.",
)
WRONG_NUMBERS = (
    "Wrong number, a bakery.",
    "That extension belongs to somebody else since last year.",
    "Number is a fax machine.",
    "Private person, never heard of {company}.",
)
CALLBACKS = (
    "Call back {first}: had no time",
    "Call back {first} about the layout",
    "Call {first} again, asked for a morning",
    "Second try: {first} at {company}",
    "Call back {first}: budget is decided by then",
    "{first} wanted to talk to the plant manager first",
)
PROMISES = (
    ("{first} was on the way into a meeting. Call back today, there is interest.", "Call back {first}: was on the way into a meeting"),
    ("Two minutes only: wants to know about the ramp. I call back with the figures.", "Call back {first} with the figures for the ramp"),
    ("{first} has the plant manager at the table later today: call then.", "Call {first}: the plant manager listens in"),
)  # fmt: skip
"""What was said by those who are called again the same day, and the task that it left."""
FIRST_CALLS = ("First call to {first}", "New lead: call {first}", "Call {first}, came in by the website")

# --- e-mails --------------------------------------------------------------------------------------------------------

COLD_MAILS = (
    ("Tried to reach you", "Hi {first},\n\nI tried to call you this morning. We build small tugs that bring pallets where forklifts do not fit, and {company} looks like a place where that may pay off within a year.\n\nIs Thursday good for ten minutes?\n\n{me}"),
    ("{product} at {company}?", "Hi {first},\n\nwho at {company} looks after automation in the warehouse? If it is you: here is what a site like yours does with {n} {product}s, on one page.\n\nBest\n{me}"),
    ("One question about {city}", "Hello {first},\n\njust one question: how many people walk pallets from goods-in to the racks in {city} today? If it is more than {n}, we should talk. If not, I leave you in peace.\n\n{me}"),
    ("As promised: the one-pager", "Hi {first},\n\nas promised on the phone: {product} on one page, and two references. The second one is close to you.\n\nRegards\n{me}"),
)  # fmt: skip
INBOUND_MAILS = (
    ("Re: Tried to reach you", "Hi {me},\n\nthanks. Not before the end of the month, please. Our peak is on.\n\n{first}"),
    ("Question about {product}", "Hello,\n\ncan {product} drive up a ramp of 7 %? And what does it weigh when empty?\n\nRegards\n{first}"),
    ("Re: As promised: the one-pager", "Hi {me},\n\ngot it, forwarded to our plant manager. Prices?\n\n{first}"),
    ("Re: One question about {city}", "It is {n}0. Call me.\n\n{first}"),
)  # fmt: skip
INBOUND_BY_COUNTRY = {
    "DE": ("AW: {product}", "Guten Tag,\n\nvielen Dank für die Unterlagen. Wir prüfen das gerade mit dem Betriebsrat und melden uns nächste Woche.\n\nMit freundlichen Grüßen\n{first}"),
    "FR": ("RE : {product}", "Bonjour {me},\n\nmerci pour votre présentation. Pourriez-vous nous préciser les délais de livraison pour {city} ?\n\nCordialement,\n{first}"),
    "ES": ("RE: {product}", "Hola {me}:\n\nGracias por la información. ¿Podríamos ver una demostración en vídeo antes de la visita?\n\nUn saludo,\n{first}"),
    "IT": ("R: {product}", "Buongiorno,\n\nla ringrazio per l’offerta. Ne parlo con la direzione e le faccio sapere entro venerdì.\n\nCordiali saluti\n{first}"),
    "PL": ("Odp.: {product}", "Dzień dobry,\n\ndziękuję za ofertę. Proszę o wersję z dłuższą gwarancją.\n\nPozdrawiam\n{first}"),
    "SE": ("Sv: {product}", "Hej {me}!\n\nTack för underlaget. Vi tar upp det på ledningsmötet och återkommer.\n\nHälsningar\n{first}"),
    "BR": ("RES: {product}", "Olá {me},\n\nobrigado pelo contato. Podemos conversar na próxima terça, às 10h?\n\nAbraço,\n{first}"),
    "TR": ("YNT: {product}", "Merhaba {me},\n\nTeklif için teşekkürler. Görüşüp size dönüş yapacağız.\n\nSaygılarımla\n{first}"),
}  # fmt: skip
DEAL_MAILS = (
    (("{product}: what you asked for", "Hi {first},\n\nhere are the data sheet and a video from a hall much like yours. I call you on Tuesday about the layout.\n\n{me}"),),
    (
        ("Summary of our call", "Hi {first},\n\nthank you for your time. What I took along: {n} routes, two shifts, and the ramp in {city} as the hard part. Did I get that right?\n\n{me}"),
        ("Questionnaire for the site check", "Hi {first},\n\nattached are twelve questions about floors, doors and Wi-Fi. The ones about doors matter most.\n\n{me}"),
    ),
    (
        ("Business case, first version", "Hi {first},\n\nthe numbers from your layout: payback after {n} months with one shift, sooner with two. The assumptions are on page 2; please tear them apart.\n\n{me}"),
        ("Site visit in {city}", "Hi {first},\n\nI come with our applications engineer. We need about two hours and somebody who knows the charging corner.\n\n{me}"),
    ),
    (
        ("Proposal for {company}", "Dear {first},\n\nplease find our proposal attached: {product}, installation, training, and the first year of Care. It is valid for 30 days.\n\nKind regards\n{me}"),
        ("Proposal, version 2", "Hi {first},\n\nas discussed: without the second charging station, with the longer warranty. The total is on page 3.\n\n{me}"),
        ("Reference call", "Hi {first},\n\nthe colleagues who run {n} {product}s since last year are happy to talk. Monday or Wednesday?\n\n{me}"),
    ),
    (
        ("Contract draft with your changes", "Hi {first},\n\nour legal team accepts points 1 to 4. On liability we need one sentence from you.\n\n{me}"),
        ("Delivery slots", "Hi {first},\n\nif the order is here by the end of the month I can hold the slot in calendar week {n}. After that it is seven weeks later.\n\n{me}"),
    ),
)  # fmt: skip
DEAL_INBOUND = (
    (("Enquiry", "Hello,\n\nwe saw {product} at the fair. We have a hall in {city} with {n} docks. Could somebody call me?\n\n{first}"),),
    (("Re: Summary of our call", "Hi {me},\n\nyes, all right. Just the ramp is 9 %, not 7.\n\n{first}"),),
    (("Re: Business case", "{me},\n\nthe energy price is too low, we pay 0.24. Otherwise good. Can I show this to our CFO?\n\n{first}"),),
    (
        ("Re: Proposal", "Hi {me},\n\nwe also have one from {rival}, about 12 % below yours. What can you do?\n\n{first}"),
        ("Re: Proposal", "Hi {me},\n\nlooks good. The steering group meets on the 15th.\n\n{first}"),
    ),
    (
        ("Re: Contract draft", "Hi {me},\n\npurchasing wants 60 days to pay. Is that a problem?\n\n{first}"),
        ("PO number", "Hi {me},\n\nthe PO is in approval, you should have the number this week.\n\n{first}"),
    ),
)  # fmt: skip

# --- deals: calls, notes, meetings -----------------------------------------------------------------------------------

DEAL_CALLS = (
    (
        "{first} is curious, no project yet. Wants numbers from a site of the same size.",
        "Enquiry is real: {n} docks, one hall, somebody was told to “do something with robots”.",
        "First talk with {first}. Knows {rival}, likes that ours needs no magnets in the floor.",
    ),
    (
        "{first} described the routes: goods-in to buffer, buffer to line {n}. Aisles are 2.4 m, fine for Drover.",
        "Budget exists for a pilot, not for a roll-out. {first} decides with the plant manager.",
        "Discussed who must be in the room: operations, IT, works council. {first} sets it up.",
        "They compare us with {rival}. Criteria: service within a day, WMS interface, price. In that order.",
    ),
    (
        "Went through the layout on the phone. The ramp in {city} is the open point, engineer has to look at it.",
        "{first} confirmed: decision this quarter, start after peak. Budget about what we thought.",
        "IT wants to know how Murmur talks to their WMS. REST is fine; they were afraid of file exports.",
        "{first} is our champion. The sceptic is the shift lead, who must see it run.",
    ),
    (
        "{first} has read the proposal. Too expensive at first sight, fine once the Care year was taken out.",
        "Proposal is with the CFO. {first} thinks two weeks.",
        "{rival} is 12 % cheaper but cannot deliver before summer. Stayed firm, offered training for free.",
        "They want to start with {n} instead of more. Same price per unit if they commit to phase two.",
    ),
    (
        "Terms are agreed except liability. Lawyers talk on Thursday.",
        "{first} asked for another 3 %. Offered a longer warranty instead.",
        "Verbal yes from {first}; signature needs the managing director, who is back on Monday.",
        "Delivery slot in week {n} is the argument now. They want to be first.",
    ),
)
DEAL_NOTES = (
    (
        "Came in through the website: hall in {city}, {n} docks, interested in {product}. No phone call yet.",
        "Found by research: {company} is hiring {n} warehouse workers at once. Good reason to call.",
    ),
    (
        "Organigram as far as I know: {first} runs operations, the plant manager signs, IT can block.\n\nWho is the plant manager?",
        "{company} at a glance:\n- {n}0 people in the warehouse\n- WMS: own development\n- forklifts leased until next year\n- pain: late shift",
        "Mentioned {rival} twice. Ask directly next time.",
    ),
    (
        "Site visit in {city}.\n\nFloor is good, doors are slow, Wi-Fi has a hole behind rack {n}. Charging corner next to the battery room is possible. Photos are in the folder.\n\nBiggest doubt: mixed traffic with forklifts at shift change.",
        "Business case done: payback {n} months. Most of it from the late shift.",
        "Why now: lease of the forklifts ends, and the insurer asked for a safety plan.",
    ),
    (
        "Pricing approved internally: up to 8 % if phase two is in the contract.",
        "Decision criteria from {first}, in order:\n1. service in {city} within a day\n2. interface to the WMS\n3. total cost over five years\n\nWe win on 1 and 2. {rival} wins on 3.",
        "Asked for references. Gave two; one of them has the same ramp problem and solved it.",
    ),
    (
        "Open points: liability cap, payment terms, name of the acceptance test.",
        "{first} goes on parental leave soon. If it is not signed by then, we start again with somebody new.",
        "Champion tells me the board said yes on Friday. Not official.",
    ),
)
MEETINGS = (
    ("Intro call", "Present: {first}, two from operations, me.\n\nShowed the {product} video, answered questions about safety. Interest is real; nobody knows the budget yet."),
    ("Discovery, 45 min", "Routes, volumes and shifts collected. {n}00 pallets a day, two thirds of them on three routes. That is what we should automate first.\n\nThey promised the layout as DWG."),
    ("Site visit {city}", "Walked all routes with {first} and the shift lead. Ramp is 9 %, floor is fine, doors need a relay. Engineer is confident.\n\nThe shift lead warmed up after driving it with the tablet."),
    ("Proposal walkthrough", "Went through the proposal page by page. Questions about Care, none about {product} itself. CFO wants leasing as an option.\n\nNext: leasing offer, then decision in the steering group."),
    ("Negotiation", "Present: {first}, purchasing, me, our manager.\n\nPrice is accepted with the second-year discount. Open: liability and the acceptance test. Draft goes out today."),
)  # fmt: skip
EDIT_NOTES = ("They split the project into two phases.", "Scope grew: the second hall is in.", "")

# --- renewals --------------------------------------------------------------------------------------------------------

RENEWAL_CALLS = (
    "Usage is up: {n} units in daily use. {first} sees no reason to leave, wants the same terms.",
    "{first} is content with service, not with the price increase. Wants a multi-year offer.",
    "Talked about adding {n} seats of Murmur with the renewal.",
    "Two tickets were open too long last spring. Apologised; {first} appreciated the honesty.",
)
RENEWAL_NOTES = (
    "Contract ends soon. {n} tickets in twelve months, all closed. Satisfaction 8 of 10.",
    "Usage review: Drovers run 19 hours a day, Heron much less. Offer training before they ask.",
    "{first} took over from the person who bought. Needs the story from the start.",
)
RENEWAL_MAILS = (
    ("Your Care plan", "Hi {first},\n\nyour plan ends soon. The attached sheet shows what it covered this year: {n} visits, all within a day. Shall we go on as it is?\n\n{me}"),
    ("Renewal quote", "Hi {first},\n\nas discussed, three years at the price of today. The quote holds for 30 days.\n\n{me}"),
)  # fmt: skip
RENEWAL_MEETINGS = (
    ("Yearly review", "Went through usage, tickets and plans with {first}. They open another hall next year and think about {n} more Drovers."),
)  # fmt: skip

# --- next steps: what stands on the card, and the task that goes with it ---------------------------------------------

STEPS: tuple[tuple[tuple[str, str], ...], ...] = (
    (
        ("call", "First call to {first}"),
        ("call", "Qualify: how many docks, how many shifts"),
        ("email", "Send the {product} one-pager"),
        ("todo", "Find out who decides at {company}"),
    ),
    (
        ("meeting", "Discovery call with operations"),
        ("call", "Call {first} about the layout"),
        ("email", "Send the site questionnaire"),
        ("call", "Ask {first} who signs"),
    ),
    (
        ("meeting", "Site visit in {city}"),
        ("todo", "Finish the business case"),
        ("call", "Clear the WMS question with IT"),
        ("call", "Call {first}: is the budget confirmed?"),
    ),
    (
        ("call", "Follow up on the proposal"),
        ("email", "Send version 2 without the second charger"),
        ("meeting", "Walk the CFO through the numbers"),
        ("call", "Ask {first} about the steering group"),
    ),
    (
        ("call", "Call {first}: liability clause"),
        ("todo", "Get the discount approved"),
        ("email", "Send the contract with their changes"),
        ("call", "Ask for the PO number"),
    ),
)
RENEWAL_STEPS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("call", "Ask {first} how the year was"), ("todo", "Pull the usage numbers")),
    (("meeting", "Yearly review with {first}"), ("email", "Send the usage report")),
    (("call", "Follow up on the renewal quote"), ("email", "Send the three-year option")),
    (("call", "Get the signature from {first}"), ("call", "Ask for the PO number")),
)

ROUTINES = (
    ("call", "every 2 weeks", "How do the tugs run? Call {first}"),
    ("email", "every month", "Send {first} the month's figures"),
    ("call", "every 3 months", "Quarterly call with {first}"),
    ("todo", "every week", "Look through the service tickets of {company}"),
    ("meeting", "every year", "Look back on the year with {first}"),
)
"""What is done for customers again and again: kind, how often, what."""
URGENCY = {
    "Call back {first}: budget is decided by then": "high",
    "Get the discount approved": "high",
    "Send the contract with their changes": "high",
    "Get the signature from {first}": "high",
    "Second try: {first} at {company}": "low",
    "Send the {product} one-pager": "low",
    "Pull the usage numbers": "low",
}
"""What is more, and what is less urgent than the rest, by the text before it is filled in."""

# --- deals -----------------------------------------------------------------------------------------------------------

UNIT_PRICES = {"Drover": 28_000, "Heron": 64_000, "Murmur": 900, "Lantern": 11_500}
"""Euros a piece (Murmur: a seat for three years)."""
TITLES = {
    "Drover": ("{n} × Drover, {city}", "Pilot with {n} Drovers", "Replace forklifts: {n} Drovers", "Night shift with {n} Drovers", "Cold store, {n} Drovers", "Second hall: {n} Drovers"),
    "Heron": ("{n} × Heron picking cell", "Returns line with {n} Herons", "{n} Herons at goods-out, {city}", "Piece picking: {n} Herons"),
    "Murmur": ("Murmur, {n} seats", "Fleet control for {n} users", "Murmur roll-out ({n} seats)"),
    "Lantern": ("{n} × Lantern at goods-in", "Label check with {n} Lanterns", "{n} × Lantern, {city}"),
}  # fmt: skip
TITLES_FOR_ONE = {
    "Drover": ("First Drover, {city}", "Drover on trial", "Drover for the cold store"),
    "Heron": ("Heron picking cell", "Returns line with Heron", "Heron at goods-out, {city}"),
    "Murmur": ("Murmur on trial", "Murmur, first seat"),
    "Lantern": ("Lantern at goods-in", "Label check, {city}", "Lantern on trial"),
}  # fmt: skip
RENEWAL_TITLES = (
    "Care plan {year}",
    "Murmur renewal {year}",
    "Care and Murmur {year}–{next}",
    "Service contract {year}",
)

LOST_REASONS = (
    ("No response", 22),
    ("Price", 18),
    ("Timing", 16),
    ("No budget", 14),
    ("Competitor", 14),
    ("No decision", 10),
    ("Missing feature", 6),
)

# --- people -----------------------------------------------------------------------------------------------------------

TITLES_BY_PERSONA: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("Decision maker", 22, ("COO", "Managing Director", "VP Operations", "Head of Logistics", "Plant Manager", "Owner")),
    ("Champion", 26, ("Warehouse Manager", "Logistics Manager", "Automation Lead", "Process Engineer", "Project Manager")),
    ("User", 24, ("Shift Lead", "Inbound Supervisor", "Team Lead Picking", "Maintenance Technician", "Inventory Controller")),
    ("Finance", 12, ("CFO", "Purchasing Manager", "Strategic Buyer", "Controller", "Head of Procurement")),
    ("Gatekeeper", 10, ("Executive Assistant", "Office Manager", "Reception")),
    ("IT", 6, ("IT Manager", "WMS Administrator", "Head of IT")),
)  # fmt: skip
LOCAL_TITLES = {
    "DE": ("Leiter Logistik", "Geschäftsführerin", "Lagerleitung", "Einkäufer", "Schichtführer"),
    "CH": ("Leiterin Logistik", "Geschäftsführer", "Responsable logistique"),
    "FR": ("Directeur logistique", "Responsable d’entrepôt", "Gérante", "Acheteur", "Chef d’équipe"),
    "ES": ("Jefe de almacén", "Directora de operaciones", "Responsable de compras"),
    "IT": ("Responsabile magazzino", "Direttore operativo", "Ufficio acquisti"),
    "PL": ("Kierownik magazynu", "Dyrektor operacyjny", "Główny księgowy"),
    "SE": ("Lagerchef", "Logistikchef", "Inköpare"),
    "BR": ("Gerente de logística", "Diretor de operações"),
    "TR": ("Depo Müdürü", "Lojistik Müdürü"),
}
PERSONAS = tuple(persona for persona, _, _ in TITLES_BY_PERSONA)
SOURCES = (
    ("Website", 26),
    ("Cold list", 24),
    ("Trade fair", 18),
    ("Referral", 14),
    ("LinkedIn", 10),
    ("Partner", 8),
)
CONTACT_TAGS = (
    ("trade-fair", 10),
    ("newsletter", 14),
    ("webinar", 8),
    ("reference", 3),
    ("vip", 2),
    ("press", 1),
)
DEAL_TAGS = (("pilot", 12), ("multi-site", 8), ("tender", 6), ("upsell", 8), ("cold-store", 4), ("urgent", 3))
COMPANY_TAGS = (("key-account", 5), ("family-owned", 10), ("group", 8), ("partner", 3))
DESCRIPTIONS = (
    "Family business in the third generation, warehouse in {city}.",
    "Ships for {n} online shops out of one hall.",
    "Part of a group since last year; purchasing is moving to head office.",
    "Two sites, the smaller one is a cold store.",
    "Grew by a third last year and runs out of floor space.",
)
CONTACT_DESCRIPTIONS = (
    "Prefers mornings. Never on Friday afternoon.",
    "Speaks four languages and switches in mid-sentence.",
    "Met at the fair, knows the shift lead of a customer.",
    "First names from the first minute.",
    "Answers e-mails within the hour, calls never.",
    "Worked with {rival} before and tells freely about it.",
)
