"""Other systems: Close, Zoho CRM, Facebook's lead forms and Notion."""

from __future__ import annotations

from core.imports.sources.base import KnownStage, Layout, Source

_CLOSE = Layout(
    "companies",
    """
    id | lead_id = external_id
    lead_name | display_name | name = name
    description = description
    url = website
    status_label | lead_status = contact.lead_status
    primary_contact_first_name = contact.first_name
    primary_contact_last_name = contact.last_name
    primary_contact_name = contact
    primary_contact_title = contact.title
    primary_contact_primary_email = contact.email
    primary_contact_primary_email_type = contact.email_label
    primary_contact_other_emails = contact.email_2
    primary_contact_primary_phone = contact.phone
    primary_contact_primary_phone_type = contact.phone_label
    primary_contact_other_phones = contact.phone_2
    primary_contact_primary_url | primary_contact_other_urls =
    address_1_address_1 | primary_address_address_1 | address_1 = address
    address_1_address_2 | primary_address_address_2 = address_2
    address_1_city | primary_address_city = city
    address_1_state | primary_address_state = region
    address_1_zipcode | address_1_zip | primary_address_zipcode = postal_code
    address_1_country | primary_address_country = country
    addresses = address
    custom.Industry = industry
    custom.Lead Owner | custom.Account Owner | custom.Owner | lead_owner = owner
    next_task_text = task.subject
    next_task_date = task.due_at
    next_task_assigned_to_name = task.assignee
    last_call_note | last_note_note = note
    status_id | html_url | created_by | updated_by | organization_id | url_safe_id = -
    num_calls | num_emails | num_opportunities | num_notes | num_tasks | num_addresses | num_contacts | last_activity_date | first_activity_date = -
    last_communication_date | last_communication_type | last_call_duration | last_call_created | last_email_date | date_updated | times_communicated = -
    date_created | created =
    """,
    """primary_contact_name:5|primary_contact_primary_phone:6|primary_contact_primary_email:6|primary_contact_first_name:4|status_label:4|status_id:3
    display_name:2|lead_name:3|next_task_text:4|num_calls:3|last_call_note:4|primary_contact_other_emails:5|primary_contact_title:3|html_url:2""",
)
_CLOSE_CONTACTS = Layout(
    "contacts",
    """
    id | contact_id = external_id
    lead_id = company_external_id
    lead_name | lead_display_name = company
    name | contact_name | display_name = name
    first_name = first_name
    last_name = last_name
    title = title
    primary_email | email = email
    primary_email_type = email_label
    other_emails = email_2
    primary_phone | phone = phone
    primary_phone_type = phone_label
    other_phones = phone_2
    lead_status_label | lead_status | status_label = lead_status
    primary_url | other_urls | lead_url | date_created | date_updated | created_by | updated_by =
    """,
    "lead_id:4|lead_name:4|primary_phone_type:6|primary_email_type:6|other_emails:3|other_phones:3|primary_email:1|primary_phone:1|lead_display_name:5",
    strange="opportunity_value|value_period",
)
_CLOSE_DEALS = Layout(
    "deals",
    """
    id | opportunity_id = external_id
    lead_id = company_external_id
    lead_name | lead_display_name = company
    contact_id = contact_external_id
    contact_name = contact
    note | opportunity_note = description
    value_formatted =
    value | opportunity_value = value
    value_currency = currency
    confidence = probability
    pipeline_name = pipeline
    status_label | status_display_name | opportunity_status = stage
    status_type = outcome
    user_name = owner
    date_won = closed_at+
    date_lost = closed_at+
    expected_close_date | estimated_close = expected_close
    status_id | value_period | user_id | pipeline_id | date_created | date_updated | annualized_value | expected_value | created_by | updated_by =
    """,
    "lead_id:3|lead_name:2|confidence:3|value_period:5|value_currency:4|status_type:3|date_won:4|pipeline_name:2|user_name:2|status_label:2|value_formatted:3",
)
CLOSE = Source(
    "close",
    "Close",
    (_CLOSE, _CLOSE_CONTACTS, _CLOSE_DEALS),
    stages=(KnownStage("Active", "open"), KnownStage("Won", "won"), KnownStage("Lost", "lost")),
    separators=(";", ",", "\n"),
)

_ZOHO_DERIVED = """
    Created Time | Created By | Created By Id =
    Modified Time | Modified By | Modified By Id | Last Activity Time | Tag Id | Layout | Layout Id | Record Image | Unsubscribed Mode = -
    Unsubscribed Time | Change Log Time | Locked | Record Status | User Modified Time | System Related Activity Time | Enrich Status = -
"""
_ZOHO_PEOPLE = """
    First Name = first_name
    Last Name = last_name
    Lead Name | Contact Name | Full Name = name
    Salutation =
    Email = email+
    Secondary Email = email+
    Phone = phone+
    Mobile = phone+
    Home Phone = phone+
    Other Phone = phone+
    Fax | Asst Phone | Assistant | Reporting To | Department | Date of Birth | Skype ID | Twitter =
    Title | Designation = title
    Lead Source = source
    Description = description
    Tag = tags
    Email Opt Out | Rating | Annual Revenue | Vendor Name =
"""
_ZOHO_LEADS = Layout(
    "contacts",
    """
    Record Id | Lead Id | Lead ID = external_id
    Lead Owner | Owner = owner
    Lead Owner Id = -
    Company | Company Name = company
    Website = company.website
    Industry = company.industry
    No. of Employees | No of Employees = company.employees
    Lead Status = lead_status
    Street = address
    City = city
    State = region
    Zip Code = postal_code
    Country = country
    Converted Account | Converted Contact | Converted Deal | Converted Date Time | Is Converted =
    """
    + _ZOHO_PEOPLE
    + _ZOHO_DERIVED,
    """Record Id:3|Lead Owner:4|Lead Owner Id:7|Lead Name:3|Lead Status:2|Lead Source:2|Created Time:3|Modified Time:3|Tag:1|Zip Code:1|No. of Employees:1
    Last Activity Time:4|Email Opt Out:1|Industry:1|Phone:1""",
    strange="Deal Name|Account Name|Lead ID",
)
_ZOHO_CONTACTS = Layout(
    "contacts",
    """
    Record Id | Contact Id = external_id
    Contact Owner = owner
    Contact Owner Id = -
    Account Name = company
    Account Name Id | Account Name.id | Account Id = company_external_id
    Mailing Street = address
    Mailing City = city
    Mailing State = region
    Mailing Zip = postal_code
    Mailing Country = country
    Other Street | Other City | Other State | Other Zip | Other Country =
    """
    + _ZOHO_PEOPLE
    + _ZOHO_DERIVED,
    """Record Id:4|Contact Owner:2|Contact Owner Id:7|Account Name:2|Account Name Id:6|Mailing Zip:5|Created Time:3|Modified Time:3|Last Activity Time:4
    Secondary Email:2|Asst Phone:2|Reporting To:3|Contact Name:1|Mailing Street:2|Tag:1""",
    strange="Deal Name|Lead Status|Lifecycle Stage|Associated Company|Create Date",
)
_ZOHO_ACCOUNTS = Layout(
    "companies",
    """
    Record Id | Account Id = external_id
    Account Owner = owner
    Account Owner Id = -
    Account Name = name
    Website = website
    Phone = phone
    Industry = industry
    Employees = employees
    Billing Street = address
    Billing City = city
    Billing State = region
    Billing Code = postal_code
    Billing Country = country
    Shipping Street | Shipping City | Shipping State | Shipping Code | Shipping Country =
    Description = description
    Tag = tags
    Account Number | Account Site | Account Type | Annual Revenue | Fax | Ownership | Parent Account | Parent Account Id | Rating | SIC Code | Ticker Symbol =
    """
    + _ZOHO_DERIVED,
    """Record Id:4|Account Owner:2|Account Owner Id:7|Account Name:2|Billing Code:6|Shipping Code:6|Created Time:3|Modified Time:3|Last Activity Time:4|Tag:1
    Ownership:1|Account Type:1""",
    strange="Deal Name|Contact Name|Last Name|Lead Status",
)
_ZOHO_DEALS = Layout(
    "deals",
    """
    Record Id | Deal Id = external_id
    Deal Owner = owner
    Deal Owner Id = -
    Deal Name | Potential Name = title
    Account Name = company
    Account Name Id | Account Name.id | Account Id = company_external_id
    Contact Name = contact
    Contact Name Id | Contact Name.id | Contact Id = contact_external_id
    Stage = stage
    Pipeline = pipeline
    Amount = value
    Currency = currency
    Probability | Probability (%) = probability
    Closing Date = expected_close
    Next Step = next_step
    Lead Source = source
    Reason For Loss | Reason For Loss__s = lost_reason
    Description = description
    Tag = tags
    Type | Expected Revenue | Campaign Source | Lead Conversion Time | Sales Cycle Duration | Overall Sales Duration | Exchange Rate =
    """
    + _ZOHO_DERIVED,
    """Record Id:4|Deal Owner:2|Deal Owner Id:7|Deal Name:2|Potential Name:5|Closing Date:5|Account Name:1|Contact Name:2|Created Time:3|Modified Time:3
    Expected Revenue:2|Lead Conversion Time:4|Account Name Id:5|Campaign Source:2|Tag:1|Stage:1|Amount:1""",
    strange="Opportunity Name|Deal Stage|Associated Company|Create Date",
)
ZOHO = Source(
    "zoho",
    "Zoho CRM",
    (_ZOHO_LEADS, _ZOHO_CONTACTS, _ZOHO_ACCOUNTS, _ZOHO_DEALS),
    stages=(
        KnownStage("Qualification", "open"),
        KnownStage("Needs Analysis", "open"),
        KnownStage("Value Proposition", "open"),
        KnownStage("Identify Decision Makers", "open"),
        KnownStage("Proposal/Price Quote", "open"),
        KnownStage("Negotiation/Review", "open"),
        KnownStage("Closed Won", "won"),
        KnownStage("Closed Lost", "lost"),
        KnownStage("Closed Lost to Competition", "lost"),
    ),
)

FACEBOOK = Source(
    "facebook",
    "Facebook leads",
    (
        Layout(
            "contacts",
            """
            id = external_id
            full_name | full name = name
            first_name | first name = first_name
            last_name | last name = last_name
            email | work_email = email+
            phone_number | phone | work_phone_number = phone+
            company_name = company
            job_title = title
            street_address = address
            city = city
            state | province = region
            post_code | zip_code = postal_code
            country = country
            campaign_name = source
            form_name | ad_name | adset_name =
            lead_status = lead_status
            created_time =
            ad_id | adset_id | campaign_id | form_id | is_organic | is_qualified | is_quality | is_converted | platform = -
            """,
            "ad_name:4|adset_name:6|campaign_name:3|form_name:3|is_organic:5|platform:2|created_time:2|ad_id:4|adset_id:5|form_id:3|full_name:1|phone_number:1",
        ),
    ),
    order="ymd",
)

NOTION = Source("notion", "Notion", (), separators=(",", ";"))
