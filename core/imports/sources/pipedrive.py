"""Pipedrive: `Entity - Field`, a file's rows often telling of several records; and lists exported with plain labels."""

from __future__ import annotations

from core.imports.sources.base import KnownStage, Layout, Source

_PARTS = (
    ("Street/road name of Address", "address+"),
    ("House number of Address", "address+"),
    ("Apartment/suite no of Address", "address+"),
    ("District/sublocality of Address", "address+"),
    ("City/town/village/locality of Address", "city"),
    ("State/county of Address", "region"),
    ("Region of Address", "region"),
    ("Country of Address", "country"),
    ("ZIP/Postal code of Address", "postal_code"),
    ("Full/combined address of Address", "address"),
    ("Latitude of Address", "-"),
    ("Longitude of Address", "-"),
)


def _address(entity: str, before: str) -> str:
    """The parts of an address, as they are headed in two ways; the address as a whole comes where there are none."""
    lines = [
        f"{entity} - Address - {part} | {entity} - {part} = {_with(before, target)}"
        for part, target in _PARTS
    ]
    lines.append(f"{entity} - Address | {entity} - Postal address = {before}address")
    return "\n".join(lines)


def _with(before: str, target: str) -> str:
    return target if target == "-" else before + target


def _person(before: str, name: str, ids: str) -> str:
    return f"""
    Person - ID | Person - Pipedrive System ID = {ids}
    Person - First name | Osoba - Jméno = {before}first_name
    Person - Last name | Osoba - Příjmení = {before}last_name
    Person - Name | Person - Full name | Personne - Nom | Persona - Nombre | Pessoa - Nome | Osoba - Jméno a příjmení = {name}
    Person - Email - Work | Person - Email (Work) | Person - Email | Person - Emails | Personne - E-mail | Persona - Correo electrónico | Pessoa - E-mail = {before}email+
    Person - Email - Home | Person - Email (Home) = {before}email+
    Person - Email - Other | Person - Email (Other) = {before}email+
    Person - Phone - Work | Person - Phone (Work) | Person - Phone | Person - Phones | Personne - Téléphone | Persona - Teléfono | Pessoa - Telefone = {before}phone+
    Person - Phone - Mobile | Person - Phone (Mobile) = {before}phone+
    Person - Phone - Home | Person - Phone (Home) = {before}phone+
    Person - Phone - Other | Person - Phone (Other) = {before}phone+
    Person - Job title | Person - Job Role | Person - Position | Person - Title = {before}title
    Person - Label | Person - Labels = {before}tags+
    Person - Owner = {before}owner
    Person - Notes | Person - Description = {before}description+
    Person - Source | Person - Source of contact | Person - Lead source = {before}source
    {_address("Person", before)}
    Person - Creation date | Person - Person created | Person - Add time =
    Person - Visible to | Person - Update time | Person - Open deals | Person - Closed deals | Person - Won deals | Person - Lost deals = -
    Person - Next activity date | Person - Last activity date | Person - Activities to do | Person - Done activities | Person - Total activities = -
    Person - Profile picture | Person - Email messages count | Person - Last email received | Person - Last email sent | Person - Marketing status = -
    """


def _organization(before: str, name: str, ids: str) -> str:
    return f"""
    Organization - ID | Organization - Pipedrive System ID | Person - Organization ID | Deal - Organization ID = {ids}
    Organization - Name | Organization name | Person - Organization | Deal - Organization | Activity - Organization | Organization | Organisation - Nom = {name}
    Organización - Nombre | Organização - Nome | Organizace - Název | Organisation - Name | Organisation = {name}
    Organization - Website | Organization - Web = {before}website
    Organization - Domain = {before}domain
    Organization - Phone = {before}phone
    Organization - Industry = {before}industry
    Organization - Employee count | Organization - Number of employees | Organization - Employees = {before}employees
    Organization - Label | Organization - Labels = {before}tags+
    Organization - Owner = {before}owner
    Organization - Notes | Organization - Description = {before}description+
    {_address("Organization", before)}
    Organization - Creation date | Organization - Organization created | Organization - Created | Organization - Add time | Organization - Annual revenue =
    Organization - Visible to | Organization - Update time | Organization - People | Organization - People count | Organization - Open deals = -
    Organization - Won deals | Organization - Lost deals | Organization - Closed deals | Organization - Next activity date = -
    Organization - Last activity date | Organization - Activities to do | Organization - Done activities | Organization - Total activities = -
    """


def _deal(before: str, ids: str) -> str:
    return f"""
    Deal - ID | Deal - Pipedrive System ID = {ids}
    Deal - Title | Deal | Activity - Deal | Affaire - Titre | Negocio - Título | Trato - Título | Negócio - Título | Obchod - Název = {before}title
    Deal - Value | Affaire - Valeur | Negócio - Valor | Trato - Valor | Obchod - Hodnota = {before}value
    Deal - Currency of value | Deal - Currency | Deal - Currency of Value = {before}currency
    Deal - Pipeline | Deal - Pipeline name = {before}pipeline
    Deal - Stage (pipeline) | Deal - Stage | Affaire - Étape | Negócio - Etapa | Trato - Etapa = {before}stage
    Deal - Status | Affaire - Statut | Negócio - Status | Trato - Estado = {before}outcome
    Deal - Lost reason = {before}lost_reason
    Deal - Probability = {before}probability
    Deal - Expected close date = {before}expected_close
    Deal - Closed on | Deal - Deal closed on | Deal - Close date = {before}closed_at+
    Deal - Won time = {before}closed_at+
    Deal - Lost time = {before}closed_at+
    Deal - Owner = {before}owner
    Deal - Label | Deal - Labels = {before}tags+
    Deal - Last stage change = {before}stage_since
    Deal - Source | Deal - Source channel | Deal - Source origin = {before}source
    Deal - Notes | Deal - Description = {before}description+
    Deal - Creation date | Deal - Deal created | Deal - Add time | Deal - Creator =
    Deal - Visible to | Deal - Update time | Deal - Weighted value | Deal - Currency of weighted value | Deal - Activities to do = -
    Deal - Done activities | Deal - Total activities | Deal - Last activity date | Deal - Next activity date | Deal - Email messages count = -
    Deal - Product quantity | Deal - Product amount | Deal - Product name | Deal - Archive status | Deal - Source origin ID = -
    """


def _activity(before: str) -> str:
    return f"""
    Activity - Subject = {before}subject
    Activity - Due date = {before}due_at
    Activity - Due time = {before}due_time
    Activity - Type = {before}kind
    Activity - Done | Activity - Status = {before}done
    Activity - Marked as done time = {before}done_at
    Activity - Priority = {before}priority
    Activity - Note | Activity - Public description | Activity - Description = {before}body+
    Activity - Assigned to user | Activity - Owner = {before}assignee
    Activity - Duration | Activity - Creation date | Activity - Location | Activity - Lead =
    Activity - Creator | Activity - Update time | Activity - Busy flag | Activity - Free/busy = -
    """


_CONTACT_NAME = (
    "Deal - Contact person | Activity - Contact person | Activity - Person | Contact person = contact"
)
_CONTACT_ID = "Deal - Contact person ID = contact_external_id"
_NOTE = """
    Note - Content = note
    Note - Pipedrive system ID = -
"""
_PEOPLE = Layout(
    "contacts",
    _person("", "name", "external_id")
    + _organization("company.", "company", "company_external_id")
    + _deal("deal.", "deal_external_id")
    + _activity("task.")
    + _NOTE,
    """Person - Name:10|Person - First name:8|Person - Last name:5|Person - Email:8|Person - Phone:8|Person - Email (Work):10|Person - Email - Work:10
    Person - Phone - Work:10|Person - Organization:8|Person - Owner:8|Person - ID:6|Person - Labels:5|Person - Label:5|Personne - Nom:10|Persona - Nombre:10
    Pessoa - Nome:10|Osoba - Jméno a příjmení:10|Organization - Name:3|Person - Pipedrive System ID:10|Deal - Title:-4|Deal - Owner:-4|Deal - ID:-8
    Deal - Stage:-10|Deal - Stage (pipeline):-10|Deal - Status:-10|Deal - Pipeline:-10|Deal - Deal created:-10|Activity - ID:-20|Activity - Done:-20""",
)
_ORGANIZATIONS = Layout(
    "companies",
    _organization("", "name", "external_id")
    + _deal("deal.", "deal_external_id")
    + _activity("task.")
    + _NOTE,
    """Organization - Name:11|Organization - Address:5|Organization - Owner:5|Organization - ID:5|Organization - Label:4|Organization - Labels:4
    Organization - People:4|Organization - Open deals:4|Organisation - Nom:10|Organización - Nombre:10|Organização - Nome:10|Organizace - Název:10""",
    strange="""Person - Name|Person - First name|Deal - Stage|Deal - Status|Deal - Pipeline|Activity - Subject|Deal - Owner|Activity - Done
    |Note - Content""",
)
_DEALS = Layout(
    "deals",
    _deal("", "external_id")
    + _CONTACT_NAME
    + "\n"
    + _CONTACT_ID
    + _person("contact.", "contact", "contact_external_id")
    + _organization("company.", "company", "company_external_id")
    + _activity("task.")
    + _NOTE,
    """Deal - Title:10|Deal - Value:4|Deal - Stage:6|Deal - Stage (pipeline):6|Deal - Status:5|Deal - Pipeline:6|Deal - Owner:5|Deal - ID:8
    Deal - Organization:5|Deal - Contact person:5|Deal - Deal created:5|Deal - Expected close date:5|Deal - Pipedrive System ID:8|Affaire - Titre:10
    Negócio - Título:10|Trato - Título:10|Negocio - Título:10|Obchod - Název:10|Person - Name:-6|Person - First name:-4|Person - Last name:-2|Activity - ID:-20
    Activity - Done:-20|Person - Email (Work):-2|Activity - Type:-6""",
    least=6,
)
_ACTIVITIES = Layout(
    "tasks",
    "Activity - ID | Activity - Pipedrive System ID = external_id\n"
    + _activity("")
    + _CONTACT_NAME
    + "\n"
    + _person("contact.", "contact", "contact_external_id")
    + _organization("company.", "company", "company_external_id")
    + _deal("deal.", "deal_external_id"),
    """Activity - Subject:8|Activity - Type:6|Activity - Done:20|Activity - Due date:3|Activity - Assigned to user:8|Activity - ID:20|Activity - Due time:3
    Activity - Note:3|Activity - Pipedrive System ID:20""",
    strange="Note - Content",
)
_NOTES = Layout(
    "activities",
    """Note - Pipedrive system ID | Note - ID = external_id
    Note - Content = body
    Note - Add time | Note - Creation date | Note - Created = occurred_at
    Note - User | Note - Author | Note - Owner = user
    Note - Deal | Deal = deal.title
    Note - Person | Person | Note - Contact person = contact
    Note - Organization = company
    Note - Update time | Note - Pinned to deal | Note - Lead = -
    """
    + _CONTACT_NAME
    + "\n"
    + _person("contact.", "contact", "contact_external_id")
    + _organization("company.", "company", "company_external_id")
    + _deal("deal.", "deal_external_id"),
    "Note - Content:10|Note - Pipedrive system ID:6|Note - ID:6|Note - Add time:5|Note - User:5",
    strange="Person - Phone|Person - Email (Work)|Person - Owner|Deal - Value|Activity - Subject|Organization - Address|Organization - Owner|Deal - Stage",
)
_PLAIN_DEALS = Layout(
    "deals",
    """ID = external_id
    Title = title
    Value = value
    Currency | Currency of value = currency
    Pipeline = pipeline
    Stage = stage
    Status = outcome
    Lost reason = lost_reason
    Probability = probability
    Expected close date = expected_close
    Deal closed on | Closed on = closed_at+
    Won time = closed_at+
    Lost time = closed_at+
    Owner = owner
    Label | Labels = tags
    Last stage change = stage_since
    Source channel | Source origin = source
    Organization | Organisation = company
    Organization ID = company_external_id
    Contact person = contact
    Contact person ID = contact_external_id
    Deal created | Creation date | Add time =
    Visible to | Update time | Weighted value | Next activity date | Last activity date | Done activities | Activities to do | Total activities = -
    """,
    """Title:2|Value:1|Currency:1|Organization:2|Contact person:5|Stage:1|Status:1|Owner:1|Deal created:5|Expected close date:1|Won time:4|Lost time:4
    Lost reason:1|Visible to:4|Weighted value:4|Deal closed on:4|Currency of value:5|Pipeline:1|Label:1""",
)
_PLAIN_PEOPLE = Layout(
    "contacts",
    """
    ID = external_id
    First name = first_name
    Last name = last_name
    Name = name
    Organization | Organisation = company
    Organization ID = company_external_id
    Email | Email - Work | Email (Work) = email+
    Email - Home | Email (Home) | Email - Other = email+
    Phone | Phone - Work | Phone (Work) = phone+
    Phone - Mobile | Phone (Mobile) = phone+
    Phone - Home | Phone (Home) | Phone - Other = phone+
    Job title = title
    Label | Labels = tags
    Owner = owner
    Person created | Creation date =
    Open deals | Closed deals | Won deals | Lost deals | Next activity date | Last activity date | Activities to do | Visible to | Update time = -
    Done activities | Total activities | Email messages count | Marketing status = -
    """,
    """Open deals:4|Closed deals:4|Next activity date:3|Person created:6|Visible to:3|Activities to do:3|Organization:1|Label:1|Email:1|Phone:1|Name:1
    Done activities:3|Marketing status:2|Email messages count:3|Won deals:2|Lost deals:2""",
    strange="Title|Value|Organization created|People",
)
_PLAIN_ORGANIZATIONS = Layout(
    "companies",
    """
    ID = external_id
    Name = name
    Website = website
    Phone = phone
    Industry = industry
    Address = address
    Label | Labels = tags
    Owner = owner
    Organization created | Creation date =
    People | Open deals | Closed deals | Won deals | Lost deals | Next activity date | Last activity date | Activities to do | Visible to = -
    Done activities | Total activities | Update time = -
    """,
    """People:4|Open deals:4|Closed deals:4|Next activity date:3|Organization created:6|Visible to:3|Activities to do:3|Address:1|Label:1|Name:1
    Done activities:3|Won deals:2|Lost deals:2""",
    strange="Title|Value|Person created|Email|First name|Organization",
)

PIPEDRIVE = Source(
    "pipedrive",
    "Pipedrive",
    (_PEOPLE, _ORGANIZATIONS, _DEALS, _ACTIVITIES, _NOTES, _PLAIN_DEALS, _PLAIN_PEOPLE, _PLAIN_ORGANIZATIONS),
    stages=(
        KnownStage("Qualified", "open"),
        KnownStage("Lead In", "open"),
        KnownStage("Contact Made", "open"),
        KnownStage("Demo Scheduled", "open"),
        KnownStage("Needs Defined", "open"),
        KnownStage("Proposal Made", "open"),
        KnownStage("Negotiations Started", "open"),
    ),
    separators=(",", ";"),
)
