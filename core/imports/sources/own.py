"""offhook's own exports."""

from __future__ import annotations

from core.imports.sources.base import Layout, Source

_STAMPS = """external_ids = external_id
    last_activity_at | next_task_at | created_at | updated_at = -"""
_PLACE = """
    address = address
    postal_code = postal_code
    city = city
    region = region
    country = country
"""
_CONTACTS = Layout(
    "contacts",
    f"""
    id = id
    first_name = first_name
    last_name = last_name
    title = title
    company = company
    company_id = company_external_id
    email = email
    email_label = email_label
    email_{{n}} = email_{{n}}
    email_{{n}}_label = email_{{n}}_label
    phone = phone
    phone_label = phone_label
    phone_{{n}} = phone_{{n}}
    phone_{{n}}_label = phone_{{n}}_label
    phone_original = phone_original
    phone_bad = phone_bad
    phone_{{n}}_original = phone_{{n}}_original
    phone_{{n}}_bad = phone_{{n}}_bad
    lead_status = lead_status
    source = source
    owner = owner
    {_PLACE}
    time_zone = time_zone
    do_not_call = do_not_call
    description = description
    tags = tags
    {_STAMPS}
    """,
    """id:1|first_name:1|last_name:1|lead_status:2|do_not_call:1|time_zone:1|next_task_at:5|last_activity_at:3|updated_at:1|email_label:2|phone_label:2|external_ids:4""",
)
_COMPANIES = Layout(
    "companies",
    f"""
    id = id
    name = name
    domain = domain
    website = website
    phone = phone
    industry = industry
    employees = employees
    owner = owner
    {_PLACE}
    description = description
    tags = tags
    {_STAMPS}
    """,
    "id:1|name:1|domain:2|website:1|employees:2|postal_code:2|region:1|owner:1|created_at:1|updated_at:2|industry:1|tags:1|external_ids:4",
    strange="last_name|email|sales_id|next_task_at|linkedin_url|first_name",
    least=12,
)
_DEALS = Layout(
    "deals",
    f"""
    id = id
    title = title
    company = company
    contact = contact
    company_id = company_external_id
    contact_id = contact_external_id
    value = value
    currency = currency
    probability = probability
    pipeline = pipeline
    stage = stage
    outcome = outcome
    lost_reason = lost_reason
    expected_close = expected_close
    next_step = next_step
    source = source
    owner = owner
    description = description
    tags = tags
    stage_since = stage_since
    closed_at = closed_at
    {_STAMPS}
    """,
    "id:1|title:1|stage_since:4|expected_close:2|lost_reason:1|closed_at:2|next_task_at:5|last_activity_at:3|outcome:1|next_step:1|external_ids:4",
)
_ACTIVITIES = Layout(
    "activities",
    """
    id = id
    occurred_at = occurred_at
    kind = kind
    direction = direction
    outcome = outcome
    duration_s = duration_s
    subject = subject
    body = body
    contact = contact
    company = company
    deal = deal.title
    user = user
    owner = -
    contact_id = contact_external_id
    company_id = company_external_id
    deal_id = deal_external_id
    """,
    "id:1|occurred_at:4|duration_s:5|kind:1|direction:2|body:1|user:1|deal:1",
)

OFFHOOK = Source(
    "offhook", "offhook", (_CONTACTS, _COMPANIES, _DEALS, _ACTIVITIES), order="ymd", separators=(",",)
)
