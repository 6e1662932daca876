"""CRMs whose source is open: EspoCRM, Twenty, Atomic CRM and BottleCRM."""

from __future__ import annotations

from core.imports.sources.base import KnownStage, Layout, Source

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
    assignedUserId | createdById | createdByName | modifiedById | modifiedByName | Created By | Modified By | Modified At | modifiedAt = -
    deleted | Deleted = deleted
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
    assignedUserId | createdById | createdByName | modifiedById | modifiedByName | Created By | Modified By | Modified At | modifiedAt = -
    deleted | Deleted = deleted
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
    modifiedAt = -
    deleted | Deleted = deleted
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
    Deleted at | deletedAt = deleted
    Last update | updatedAt | Created by / Name | Created by / Source | Created by / Workspace Member ID | Position | position = -
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
    emails.email = email
    emails.type = email_label
    emails.{n}.email = email_{n}
    emails.{n}.type = email_{n}_label
    phones.number = phone
    phones.type = phone_label
    phones.{n}.number = phone_{n}
    phones.{n}.type = phone_{n}_label
    background = description
    status =
    tags = tags
    sales = owner
    sales_id = owner
    gender | first_seen | last_seen | has_newsletter | linkedin_url =
    nb_tasks | avatar | email_jsonb | phone_jsonb | email_fts = -
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
    sales_id = owner
    revenue | tax_identifier | linkedin_url | created_at | context_links =
    nb_contacts | nb_deals | logo = -
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
    sales_id = owner
    category | type | created_at | archived_at =
    index | updated_at = -
    """,
    "expected_closing_date:6|expecting_closing_date:6|contact_ids:4|sales_id:4|company_id:1|index:1|stage:1|amount:1|archived_at:3|category:1",
)
_ATOMIC_NOTES = Layout(
    "activities",
    """
    id = external_id
    contact_id = contact_external_id
    deal_id = deal_external_id
    text = body
    attachments.url | attachments = body+
    type = kind
    date = occurred_at
    sales = user
    sales_id = user
    status | attachments.name | attachments.src | attachments.title | attachments.type =
    """,
    "contact_id:3|deal_id:3|sales_id:4|text:3|date:1|attachments.url:2|attachments:2",
    strange="first_name|title|name|stage|due_date|amount",
)
_ATOMIC_TASKS = Layout(
    "tasks",
    """
    id = external_id
    contact_id = contact_external_id
    text = body
    type = kind
    due_date = due_at
    done_date = done_at
    sales = assignee
    sales_id = assignee
    """,
    "contact_id:2|sales_id:3|text:3|due_date:3|done_date:4",
    strange="first_name|title|name|stage|amount",
)
ATOMIC = Source(
    "atomic",
    "Atomic CRM",
    (_ATOMIC_CONTACTS, _ATOMIC_COMPANIES, _ATOMIC_DEALS, _ATOMIC_NOTES, _ATOMIC_TASKS),
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
