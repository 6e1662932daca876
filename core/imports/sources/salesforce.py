"""Salesforce: the Data Loader and the weekly export (API names), and reports (labels)."""

from __future__ import annotations

from core.imports.sources.base import KnownStage, Layout, Source

_API_DERIVED = """
    IsDeleted | Deleted | Is Deleted = deleted
    MasterRecordId | PhotoUrl | SystemModstamp | LastModifiedById | LastModifiedDate | LastViewedDate | LastReferencedDate | CreatedById = -
    Latitude | Longitude | GeocodeAccuracy | MailingLatitude | MailingLongitude | MailingGeocodeAccuracy | OtherLatitude | OtherLongitude = -
    OtherGeocodeAccuracy | BillingLatitude | BillingLongitude | BillingGeocodeAccuracy | ShippingLatitude | ShippingLongitude = -
    ShippingGeocodeAccuracy | Address | MailingAddress | OtherAddress | BillingAddress | ShippingAddress | IsUnreadByOwner | Jigsaw | JigsawContactId = -
    JigsawCompanyId | CompanyDunsNumber | DandbCompanyId | EmailBouncedReason | EmailBouncedDate | IsEmailBounced | IndividualId | LastActivityDate = -
    LastCURequestDate | LastCUUpdateDate | HasOpenActivity | HasOverdueTask | FiscalQuarter | FiscalYear | Fiscal | RecordTypeId | CleanStatus = -
    Master Record ID | Last Modified By | Last Modified Date | Last Activity | Last Activity Date | Created By | System Modstamp = -
    CreatedDate | Created Date | Create Date =
"""
_API_LEADS = Layout(
    "contacts",
    """
    Id = external_id
    FirstName = first_name
    LastName = last_name
    MiddleName = middle_name
    Suffix = name_suffix
    Name = name
    Salutation =
    Title = title
    Company = company
    Email = email
    Phone = phone+
    MobilePhone = phone+
    Fax =
    Street = address
    City = city
    State | StateCode = region
    PostalCode = postal_code
    Country | CountryCode = country
    Website = company.website
    Industry = company.industry
    NumberOfEmployees = company.employees
    LeadSource = source
    Status = lead_status
    OwnerId | Owner.Name | Owner.Email | Owner.Username = owner
    DoNotCall = do_not_call
    Description = description
    AnnualRevenue | Rating | HasOptedOutOfEmail =
    IsConverted | ConvertedDate | ConvertedAccountId | ConvertedContactId | ConvertedOpportunityId =
    """
    + _API_DERIVED,
    """Id:2|LastName:3|FirstName:2|LeadSource:4|IsConverted:6|Status:2|OwnerId:3|PostalCode:1|MobilePhone:2|Company:2|NumberOfEmployees:2|AnnualRevenue:1
    ConvertedDate:4|SystemModstamp:4|IsDeleted:3|Salutation:1""",
    strange="AccountId|StageName",
)
_API_CONTACTS = Layout(
    "contacts",
    """
    Id = external_id
    AccountId | Account.Id = company_external_id
    Account.Name = company
    FirstName = first_name
    LastName = last_name
    MiddleName = middle_name
    Suffix = name_suffix
    Name = name
    Salutation =
    Title = title
    Email = email
    Phone = phone+
    MobilePhone = phone+
    HomePhone = phone+
    OtherPhone = phone+
    Fax | AssistantPhone | AssistantName | ReportsToId | Department | Birthdate =
    MailingStreet = address
    MailingCity = city
    MailingState | MailingStateCode = region
    MailingPostalCode = postal_code
    MailingCountry | MailingCountryCode = country
    OtherStreet | OtherCity | OtherState | OtherPostalCode | OtherCountry =
    LeadSource = source
    OwnerId | Owner.Name | Owner.Email | Owner.Username = owner
    DoNotCall = do_not_call
    Description = description
    HasOptedOutOfEmail | HasOptedOutOfFax =
    """
    + _API_DERIVED,
    """Id:2|AccountId:5|LastName:3|FirstName:2|MailingStreet:5|MailingCity:5|ReportsToId:4|OtherStreet:3|HomePhone:1|OwnerId:3|LeadSource:2|MobilePhone:1
    SystemModstamp:4|IsDeleted:3|Account.Name:5|AssistantName:2|MailingPostalCode:3|Birthdate:1""",
    strange="StageName|ActivityDate",
)
_API_ACCOUNTS = Layout(
    "companies",
    """
    Id = external_id
    Name = name
    Website = website
    Phone = phone
    Industry = industry
    NumberOfEmployees = employees
    BillingStreet = address
    BillingCity = city
    BillingState | BillingStateCode = region
    BillingPostalCode = postal_code
    BillingCountry | BillingCountryCode = country
    ShippingStreet | ShippingCity | ShippingState | ShippingPostalCode | ShippingCountry =
    OwnerId | Owner.Name | Owner.Email | Owner.Username = owner
    Description = description
    Type | ParentId | Fax | AccountNumber | Sic | SicDesc | AnnualRevenue | Ownership | TickerSymbol | Rating | Site | AccountSource | NaicsCode =
    Tradestyle | YearStarted | DunsNumber =
    """
    + _API_DERIVED,
    """Id:2|Name:1|BillingStreet:5|BillingCity:5|ShippingStreet:3|ShippingCity:3|NumberOfEmployees:3|AccountSource:4|TickerSymbol:4|OwnerId:3|ParentId:2
    SystemModstamp:4|IsDeleted:3|AnnualRevenue:2|BillingPostalCode:3|BillingCountry:3|AccountNumber:2""",
    strange="LastName|StageName|AccountId",
)
_API_OPPORTUNITIES = Layout(
    "deals",
    """
    Id = external_id
    AccountId | Account.Id = company_external_id
    Account.Name = company
    ContactId = contact_external_id
    Name = title
    StageName = stage
    Amount = value
    CurrencyIsoCode = currency
    Probability = probability
    CloseDate = expected_close
    NextStep = next_step
    LeadSource = source
    IsClosed = is_closed
    IsWon = is_won
    OwnerId | Owner.Name | Owner.Email | Owner.Username = owner
    Description = description
    LastStageChangeDate = stage_since
    Loss_Reason__c | Lost_Reason__c | Closed_Lost_Reason__c = lost_reason
    Type | ExpectedRevenue | TotalOpportunityQuantity | CampaignId | Pricebook2Id | ContractId =
    ForecastCategory | ForecastCategoryName | HasOpportunityLineItem | PushCount | LastAmountChangedHistoryId | LastCloseDateChangedHistoryId = -
    """
    + _API_DERIVED,
    """Id:2|AccountId:3|StageName:6|CloseDate:3|Amount:1|IsClosed:3|IsWon:3|ForecastCategory:4|ForecastCategoryName:4|Probability:1|OwnerId:2|NextStep:1
    LeadSource:1|SystemModstamp:4|ExpectedRevenue:2|Name:1""",
)
_API_TASKS = Layout(
    "tasks",
    """
    Id = external_id
    WhoId = contact_external_id
    WhatId = deal_external_id
    AccountId = company_external_id
    Subject = subject
    ActivityDate = due_at
    ReminderDateTime =
    IsClosed = done
    Status = done
    Priority = priority
    TaskSubtype | Type = kind
    OwnerId | Owner.Name | Owner.Email = assignee
    Description = body
    CompletedDateTime = done_at
    IsHighPriority | CallDurationInSeconds | CallType | CallDisposition | CallObject | IsArchived | IsReminderSet =
    IsRecurrence | RecurrenceActivityId | RecurrenceType | WhoCount | WhatCount = -
    """
    + _API_DERIVED,
    "Id:2|WhoId:5|WhatId:5|ActivityDate:4|Subject:2|Status:1|Priority:1|TaskSubtype:4|OwnerId:2|IsClosed:1|SystemModstamp:3|IsDeleted:2",
    strange="StartDateTime|EndDateTime|StageName",
)
_API_EVENTS = Layout(
    "activities",
    """
    Id = external_id
    WhoId = contact_external_id
    WhatId = deal_external_id
    AccountId = company_external_id
    Subject = subject
    StartDateTime = occurred_at
    ActivityDateTime = occurred_at
    ActivityDate = occurred_at
    EventSubtype | Type = kind
    OwnerId | Owner.Name | Owner.Email = user
    Description = body
    EndDateTime | EndDate | DurationInMinutes | Location | ShowAs | IsAllDayEvent | IsPrivate | IsGroupEvent | GroupEventType =
    IsRecurrence | RecurrenceActivityId | WhoCount | WhatCount | IsArchived | IsChild | IsReminderSet | ReminderDateTime = -
    """
    + _API_DERIVED,
    "Id:2|WhoId:5|WhatId:5|ActivityDateTime:4|Subject:2|StartDateTime:6|EndDateTime:4|DurationInMinutes:4|IsAllDayEvent:4|OwnerId:2|EventSubtype:4",
)
_LEAD_REPORT = Layout(
    "contacts",
    """
    Lead ID = external_id
    First Name = first_name
    Last Name = last_name
    Middle Name = middle_name
    Suffix = name_suffix
    Full Name | Name | Lead Name = name
    Salutation =
    Title = title
    Company | Company / Account = company
    Email = email
    Phone = phone+
    Mobile | Mobile Phone = phone+
    Fax =
    Street | Address Line 1 = address
    Address Line 2 = address_2
    City = city
    State/Province | State = region
    Zip/Postal Code | Zip = postal_code
    Country = country
    Website = company.website
    Industry = company.industry
    No. of Employees | Employees = company.employees
    Lead Source = source
    Lead Status | Status = lead_status
    Lead Owner | Owner ID = owner
    Do Not Call = do_not_call
    Description = description
    Rating | Annual Revenue | Converted | Converted Date | Unread By Owner | Lead Owner Alias =
    """
    + _API_DERIVED,
    """Lead ID:7|Deleted:3|Master Record ID:5|Salutation:1|Lead Owner:4|Lead Status:3|Company / Account:5|State/Province:3|Zip/Postal Code:3|Lead Source:2
    Converted:2|Unread By Owner:4|Full Name:1|Rating:1|No. of Employees:3|Street:1|Company:1|Last Name:1""",
    strange="Account ID|Opportunity Name|Record Id|Lead Owner Id|Created Time|Record ID|Contact ID",
)
_CONTACT_REPORT = Layout(
    "contacts",
    """
    Contact ID = external_id
    Account ID = company_external_id
    Account Name = company
    First Name = first_name
    Last Name = last_name
    Middle Name = middle_name
    Suffix = name_suffix
    Full Name | Name | Contact Name = name
    Salutation =
    Title = title
    Email = email
    Phone | Business Phone = phone+
    Mobile | Mobile Phone = phone+
    Home Phone = phone+
    Other Phone = phone+
    Fax | Business Fax | Asst. Phone | Assistant | Assistant's Name | Department | Birthdate | Reports To | Reports To ID =
    Mailing Street | Mailing Address Line 1 = address
    Mailing Address Line 2 = address_2
    Mailing City = city
    Mailing State/Province | Mailing State/Province (text only) | Mailing State = region
    Mailing Zip/Postal Code = postal_code
    Mailing Country | Mailing Country (text only) = country
    Other Street | Other City | Other State/Province | Other Zip/Postal Code | Other Country =
    Account Phone | Account Fax =
    Website | Account Website = company.website
    Industry = company.industry
    Billing Street | Billing City | Billing State/Province | Billing Zip/Postal Code | Billing Country =
    Lead Source = source
    Contact Owner = owner
    Account Owner =
    Do Not Call = do_not_call
    Contact Description | Description = description
    Email Opt Out | Contact Owner Alias =
    """
    + _API_DERIVED,
    """Contact ID:5|Account ID:4|Account Name:3|Mailing Street:5|Mailing City:5|Mailing State/Province:6|Mailing Zip/Postal Code:6|Contact Owner:3
    Other Street:3|Other City:3|Salutation:1|Deleted:3|Master Record ID:5|Asst. Phone:4|Reports To:2|Account Owner:3|Last Name:1|First Name:1""",
    strange="Opportunity Name|Lead ID|Record Id|Created Time|Record ID",
)
_ACCOUNT_REPORT = Layout(
    "companies",
    """
    Account ID = external_id
    Account Name = name
    Website | Account Website = website
    Phone | Account Phone = phone
    Industry = industry
    Employees | No. of Employees = employees
    Billing Street | Billing Address Line 1 = address
    Billing Address Line 2 = address_2
    Billing City = city
    Billing State/Province | Billing State/Province (text only) | Billing State = region
    Billing Zip/Postal Code = postal_code
    Billing Country | Billing Country (text only) = country
    Shipping Street | Shipping City | Shipping State/Province | Shipping Zip/Postal Code | Shipping Country =
    Account Owner = owner
    Account Description | Description = description
    Type | Parent Account | Parent Account ID | Account Fax | Fax | Account Number | SIC Code | SIC Description | Annual Revenue | Ownership =
    Ticker Symbol | Rating | Account Rating | Account Site | Account Source | Account Owner Alias | Account Record Type =
    """
    + _API_DERIVED,
    """Account ID:3|Account Name:3|Billing Street:4|Billing City:4|Billing State/Province:6|Billing Zip/Postal Code:6|Account Owner:3|Parent Account:2
    Shipping City:2|Shipping Street:2|Type:1|Account Site:4|Deleted:3|Master Record ID:5|Rating:1|Employees:1|Account Number:1|Ticker Symbol:3""",
    strange="Opportunity Name|Contact ID|First Name|Last Name|Mailing Street|Record Id|Created Time|Subject",
)
_OPPORTUNITY_REPORT = Layout(
    "deals",
    """
    Opportunity ID = external_id
    Opportunity Name = title
    Account ID = company_external_id
    Account Name = company
    Contact ID = contact_external_id
    Contact Name | Primary Contact | Contact: Full Name = contact
    Stage = stage
    Amount = value
    Amount Currency | Opportunity Currency | Currency = currency
    Probability (%) = probability
    Close Date = expected_close
    Next Step = next_step
    Lead Source = source
    Opportunity Owner = owner
    Closed = is_closed
    Won = is_won
    Loss Reason | Closed Lost Reason | Lost Reason = lost_reason
    Description = description
    Last Stage Change Date = stage_since
    Email = contact.email
    Phone = contact.phone
    Fiscal Period | Age | Type | Expected Revenue | Owner Role | Stage Duration | Forecast Category | Primary Campaign Source | Account Owner =
    Expected Revenue Currency | From Stage | To Stage | Opportunity Owner Alias =
    """
    + _API_DERIVED,
    """Opportunity Name:5|Opportunity Owner:5|Opportunity ID:5|Account Name:2|Stage:1|Fiscal Period:4|Probability (%):4|Age:1|Close Date:1|Next Step:1
    Lead Source:1|Owner Role:3|Forecast Category:2|Expected Revenue:1|Amount:1|Created Date:1""",
    strange="Record Id|Created Time|Subject|Record ID",
)
_ACTIVITY_REPORT = Layout(
    "tasks",
    """
    Activity ID = external_id
    Subject = subject
    Date | Due Date | Due Date Only = due_at
    Status | Task Status = done
    Priority = priority
    Activity Type | Task Subtype | Type = kind
    Assigned | Assigned To = assignee
    Comments | Full Comments | Description = body
    Contact | Contact Name | Name = contact
    Lead = contact
    Contact ID = contact_external_id
    Company / Account | Account Name | Account = company
    Account ID = company_external_id
    Opportunity | Opportunity Name | Related To = deal.title
    Opportunity ID = deal_external_id
    Email = contact.email
    Phone = contact.phone
    Call Duration | Call Type | Call Result | Location | Start | End | Task =
    """
    + _API_DERIVED,
    """Activity ID:6|Subject:3|Assigned:4|Company / Account:4|Activity Type:1|Full Comments:5|Comments:1|Related To:3|Due Date Only:6|Priority:1|Status:1
    Date:1|Contact:1|Lead:1|Opportunity:2|Account ID:2|Task:2|Last Modified By:1""",
    strange="Record Id|Record ID",
)

SALESFORCE = Source(
    "salesforce",
    "Salesforce",
    (
        _API_LEADS,
        _API_CONTACTS,
        _API_ACCOUNTS,
        _API_OPPORTUNITIES,
        _API_TASKS,
        _API_EVENTS,
        _LEAD_REPORT,
        _CONTACT_REPORT,
        _ACCOUNT_REPORT,
        _OPPORTUNITY_REPORT,
        _ACTIVITY_REPORT,
    ),
    stages=(
        KnownStage("Prospecting", "open"),
        KnownStage("Qualification", "open"),
        KnownStage("Needs Analysis", "open"),
        KnownStage("Value Proposition", "open"),
        KnownStage("Id. Decision Makers", "open"),
        KnownStage("Perception Analysis", "open"),
        KnownStage("Proposal/Price Quote", "open"),
        KnownStage("Negotiation/Review", "open"),
        KnownStage("Closed Won", "won"),
        KnownStage("Closed Lost", "lost"),
    ),
)
