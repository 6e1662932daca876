"""Smaller systems: Close, EspoCRM, Twenty, Atomic CRM, Notion, BottleCRM, Zoho, and Facebook's lead forms."""

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

_ESPO_CONTACTS = Layout(
    "contacts",
    """
    ID | id = external_id
    First Name | firstName = first_name
    Middle Name | middleName = middle_name
    Last Name | lastName = last_name
    Name | name = name
    Salutation | salutationName =
    Account Title | Title | title | accountTitle = title
    Account | Account Name | accountName = company
    accountId | Account ID = company_external_id
    Email | emailAddress = email
    Phone | phoneNumber | Phone Number = phone+
    phoneNumberOffice = phone+
    phoneNumberMobile = phone+
    phoneNumberHome = phone+
    phoneNumberOther = phone+
    phoneNumberFax | Fax =
    Do Not Call | doNotCall = do_not_call
    Description | description = description
    Street | addressStreet | Address Street | Address (Street) = address
    City | addressCity | Address City = city
    State | addressState | Address State = region
    Postal Code | addressPostalCode | Address Postal Code = postal_code
    Country | addressCountry | Address Country = country
    Source | source | Lead Source = source
    Status | status = lead_status
    Industry | industry = company.industry
    Website | website = company.website
    Assigned User | assignedUserName = owner
    Opportunity Amount | opportunityAmount = deal.value
    opportunityAmountCurrency | Opportunity Amount Currency = deal.currency
    Campaign | campaignName | Teams | teamsIds | Opportunity Amount Converted | opportunityAmountConverted | Account Type | Portal User | Address =
    assignedUserId | createdById | createdByName | modifiedById | modifiedByName | Created By | Modified By | Modified At | modifiedAt | deleted = -
    Email Address Is Opted Out | Phone Number Is Opted Out | emailAddressIsOptedOut | phoneNumberIsOptedOut | hasPortalUser | Stream Updated At = -
    Converted At | convertedAt | createdAccountId | createdContactId | createdOpportunityId | Created At | createdAt =
    """,
    """Account Title:8|emailAddress:3|phoneNumber:2|assignedUserName:6|assignedUserId:5|Assigned User:4|doNotCall:2|accountName:3|accountId:1|addressStreet:3
    Opportunity Amount:7|opportunityAmount:7|Do Not Call:2|firstName:1|Account:2|phoneNumberOffice:6|phoneNumberHome:5|phoneNumberMobile:5|createdByName:5
    salutationName:4|Created By:1|Modified By:2|Teams:3|Account Name:1|Status:1|Source:1|Name:1""",
    strange="Contact ID|Lead ID|Record Id|closeDate|Close Date|billingAddressStreet|Billing Address Street|OwnerId|parentName",
)
_ESPO_ACCOUNTS = Layout(
    "companies",
    """
    ID | id = external_id
    Name | name = name
    Website | website = website
    Phone | phoneNumber = phone
    Industry | industry = industry
    Billing Address Street | billingAddressStreet = address
    Billing Address City | billingAddressCity = city
    Billing Address State | billingAddressState = region
    Billing Address Postal Code | billingAddressPostalCode = postal_code
    Billing Address Country | billingAddressCountry = country
    shippingAddressStreet | shippingAddressCity | shippingAddressState | shippingAddressPostalCode | shippingAddressCountry =
    Description | description = description
    Assigned User | assignedUserName = owner
    Type | type | SIC Code | sicCode | Email | emailAddress | Teams | teamsIds | Campaign =
    assignedUserId | createdById | createdByName | modifiedById | modifiedByName | Created By | Modified By | Modified At | modifiedAt | deleted = -
    Created At | createdAt =
    """,
    """billingAddressStreet:6|Billing Address Street:6|billingAddressCity:5|Billing Address City:5|assignedUserName:5|assignedUserId:4|Assigned User:4|sicCode:5
    emailAddress:2|Teams:2|SIC Code:2|Website:1|Industry:1|Name:1|createdByName:4""",
    strange="lastName|Last Name|Record Id|closeDate",
)
_ESPO_DEALS = Layout(
    "deals",
    """
    ID | id = external_id
    Name | name = title
    Account | accountName = company
    accountId = company_external_id
    Contact | contactName = contact
    contactId = contact_external_id
    Stage | stage = stage
    Amount | amount = value
    Amount Currency | amountCurrency = currency
    Probability, % | Probability | probability = probability
    Close Date | closeDate = expected_close
    Lead Source | leadSource = source
    Description | description = description
    Assigned User | assignedUserName = owner
    Contacts | contactsIds | Teams | teamsIds | Campaign | campaignName | Last Stage | lastStage | Amount Converted | amountConverted | Weighted Amount =
    amountWeightedConverted | assignedUserId | createdById | createdByName | modifiedById | modifiedByName | Created By | Modified By | Modified At = -
    modifiedAt | deleted = -
    Created At | createdAt =
    """,
    """closeDate:4|assignedUserName:5|assignedUserId:4|Assigned User:4|amountCurrency:5|leadSource:2|accountName:2|Account:1|Stage:1|Close Date:1|Amount:1
    amountConverted:4|Amount Converted:4|Probability, %:1|Lead Source:1|createdByName:4|lastStage:4|Name:1|Teams:2""",
    strange="StageName|Record Id|lastName|Opportunity Name|Deal Name",
)
ESPOCRM = Source(
    "espocrm",
    "EspoCRM",
    (_ESPO_CONTACTS, _ESPO_ACCOUNTS, _ESPO_DEALS),
    stages=(
        KnownStage("Prospecting", "open"),
        KnownStage("Qualification", "open"),
        KnownStage("Proposal", "open"),
        KnownStage("Negotiation", "open"),
        KnownStage("Closed Won", "won"),
        KnownStage("Closed Lost", "lost"),
    ),
)

_TWENTY_DERIVED = """
    Creation date | Created at | createdAt =
    Last update | updatedAt | Deleted at | deletedAt | Created by / Name | Created by / Source | Created by / Workspace Member ID | Position | position = -
    Created by / Context | Updated by / Name | Updated by / Source | Search vector = -
"""
_TWENTY_PEOPLE = Layout(
    "contacts",
    """
    Id | id = external_id
    Name / First Name | First Name = first_name
    Name / Last Name | Last Name = last_name
    Emails / Primary Email = email
    Emails / Additional Emails = email_2
    Phones / Primary Phone Number | Phones / Primary Phone = phone
    Phones / Additional Phones = phone_2
    Whatsapp / Primary Phone Number = phone+
    Phones / Primary Phone Country Code | Phones / Primary Phone Calling Code | Linkedin / Link URL | Linkedin / Link Label | Linkedin / Secondary Links = -
    X / Link URL | X / Link Label | X / Secondary Links | Avatar = -
    Job Title = title
    City = city
    Company / Name | Company = company
    Company / Id | Company Id | Company (ID) | companyId = company_external_id
    Company / Domain Name | Company / Domain = company.domain
    """
    + _TWENTY_DERIVED,
    """Name / First Name:8|Name / Last Name:8|Emails / Primary Email:8|Emails / Additional Emails:8|Phones / Primary Phone Number:8|Phones / Primary Phone:6
    Linkedin / Link URL:4|X / Link URL:4|Phones / Primary Phone Calling Code:8|Company / Name:3|Created by / Name:4""",
)
_TWENTY_COMPANIES = Layout(
    "companies",
    """
    Id | id = external_id
    Name = name
    Domain Name / Link URL | Domain / Link URL | Domain Name / Primary Link URL = domain
    Domain Name | Domain = domain
    Employees = employees
    Address / Address 1 | Address / Street 1 | Address / Address Street 1 = address
    Address / Address 2 | Address / Street 2 | Address / Address Street 2 = address_2
    Address / City | Address / Address City = city
    Address / State | Address / Address State = region
    Address / Post Code | Address / Postcode | Address / Address Postcode = postal_code
    Address / Country | Address / Address Country = country
    Account Owner | Account Owner / Name | Account Owner / User Email | Account Owner / Email = owner
    Domain Name / Link Label | Domain Name / Secondary Links | Domain / Link Label | Domain / Secondary Links | Linkedin / Link URL | Linkedin / Link Label = -
    Linkedin / Secondary Links | X / Link URL | X / Link Label | X / Secondary Links | Address / Latitude | Address / Longitude | Account Owner / Id = -
    ARR / Amount | ARR / Currency | Annual Recurring Revenue / Amount | Annual Recurring Revenue / Currency | ICP | Ideal Customer Profile =
    """
    + _TWENTY_DERIVED,
    """Domain Name / Link URL:9|Domain / Link URL:9|Domain Name / Primary Link URL:9|Address / Address 1:5|Address / City:4|Address / Post Code:5|ARR / Amount:5
    ARR / Currency:5|Linkedin / Link URL:4|ICP:2|Ideal Customer Profile:4|Created by / Name:4|Account Owner / Name:3|Annual Recurring Revenue / Amount:6""",
    strange="Name / First Name|Amount / Amount",
)
_TWENTY_DEALS = Layout(
    "deals",
    """
    Id | id = external_id
    Name = title
    Amount / Amount | Amount / Amount Micros = value
    Amount / Currency | Amount / Currency Code = currency
    Close date = expected_close
    Stage = stage
    Company / Name | Company = company
    Company / Id | Company Id | companyId = company_external_id
    Point of Contact | Point of Contact / Name = contact
    Point of Contact / Id | Point of Contact Id | pointOfContactId = contact_external_id
    Owner | Owner / Name = owner
    """
    + _TWENTY_DERIVED,
    "Amount / Amount:8|Amount / Currency:6|Close date:2|Stage:2|Point of Contact:4|Point of Contact Id:5|Company Id:2|Created by / Name:4",
)
TWENTY = Source(
    "twenty",
    "Twenty",
    (_TWENTY_PEOPLE, _TWENTY_COMPANIES, _TWENTY_DEALS),
    stages=(
        KnownStage("New", "open"),
        KnownStage("Screening", "open"),
        KnownStage("Meeting", "open"),
        KnownStage("Proposal", "open"),
        KnownStage("Customer", "won"),
    ),
)

_ATOMIC_CONTACTS = Layout(
    "contacts",
    """
    id = external_id
    first_name = first_name
    last_name = last_name
    title = title
    company_name = company
    company = company
    company_id = company_external_id
    email_work = email+
    email_home = email+
    email_other = email+
    phone_work = phone+
    phone_home = phone+
    phone_other = phone+
    background = description
    status =
    tags = tags
    sales = owner
    gender | first_seen | last_seen | has_newsletter | linkedin_url =
    sales_id | nb_tasks | avatar | email_jsonb | phone_jsonb | email_fts = -
    """,
    """email_work:4|email_home:3|email_other:3|phone_work:3|phone_home:2|phone_other:2|background:2|has_newsletter:4|first_seen:3|last_seen:3|nb_tasks:4
    sales_id:4|company_id:1|gender:1""",
)
_ATOMIC_COMPANIES = Layout(
    "companies",
    """
    id = external_id
    name = name
    website = website
    phone_number = phone
    sector = industry
    size = employees
    address = address
    zipcode = postal_code
    city = city
    state_abbr | stateAbbr = region
    country = country
    description = description
    sales = owner
    revenue | tax_identifier | linkedin_url | created_at | context_links =
    sales_id | nb_contacts | nb_deals | logo = -
    """,
    "sector:2|state_abbr:5|stateAbbr:5|nb_contacts:4|nb_deals:4|sales_id:4|tax_identifier:3|phone_number:1|zipcode:1|size:1|website:1|revenue:1|context_links:3",
)
_ATOMIC_DEALS = Layout(
    "deals",
    """
    id = external_id
    name = title
    company = company
    company_id = company_external_id
    contact_ids = contact_external_id
    stage = stage
    amount = value
    expected_closing_date | expecting_closing_date = expected_close
    description = description
    sales = owner
    category | type | created_at | archived_at =
    sales_id | index | updated_at = -
    """,
    "expected_closing_date:6|expecting_closing_date:6|contact_ids:4|sales_id:4|company_id:1|index:1|stage:1|amount:1|archived_at:3|category:1",
)
ATOMIC = Source(
    "atomic",
    "Atomic CRM",
    (_ATOMIC_CONTACTS, _ATOMIC_COMPANIES, _ATOMIC_DEALS),
    stages=(
        KnownStage("Opportunity", "open"),
        KnownStage("Proposal Sent", "open"),
        KnownStage("In Negotiation", "open"),
        KnownStage("Won", "won"),
        KnownStage("Lost", "lost"),
        KnownStage("Delayed", "open"),
    ),
)

BOTTLECRM = Source(
    "bottlecrm",
    "BottleCRM",
    (
        Layout(
            "contacts",
            """
            first_name = first_name
            last_name = last_name
            email = email
            phone = phone
            organization = company
            account_name = company
            title = title
            do_not_call = do_not_call
            address_line = address
            city = city
            state = region
            postcode = postal_code
            country = country
            description = description
            assigned_emails = owner
            tags = tags
            department | linkedin_url | team_names =
            """,
            "assigned_emails:6|team_names:5|address_line:3|account_name:1|do_not_call:2|organization:1|linkedin_url:1|postcode:1|first_name:1",
        ),
    ),
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
    strange="Deal Name|Lead Status|Record ID",
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
    strange="Record ID|Opportunity Name",
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
            campaign_name =
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
