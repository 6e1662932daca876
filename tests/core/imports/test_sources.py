"""Exports of the systems that people come from: each is recognised by its headers, and every column of it is known."""

from __future__ import annotations

import pytest

from core.imports.shapes import ENTITIES
from core.imports.sources import SOURCES, recognise, source_named
from core.imports.targets import exact_target
from tests.core.imports.tables import mapped, proposed, seen, set_up

EXPORTS = {
    "hubspot contacts": """
        Record ID=external_id,First Name=first_name,Last Name=last_name,Email=email,Phone Number=phone,Mobile Phone Number=phone_2,Job Title=title,
        Company Name=company,Lifecycle Stage,Lead Status=lead_status,Contact owner=owner,Country/Region=country,State/Region=region,City=city,
        Postal Code=postal_code,Create Date,Last Activity Date,Last Modified Date,Original Source=source,Associated Company,
        Associated Company IDs=company_external_id
    """,
    "hubspot companies": """
        Record ID=external_id,Company name=name,Company Domain Name=domain,Website URL=website,Industry=industry,Company owner=owner,
        Phone Number=phone,City=city,State/Region=region,Country/Region=country,Number of Employees=employees,Annual Revenue,Create Date
    """,
    "hubspot deals": """
        Record ID=external_id,Deal Name=title,Deal Stage=stage,Pipeline=pipeline,Amount=value,Close Date=expected_close,Create Date,
        Deal Owner=owner,Deal Type,Associated Company=company,Associated Company IDs=company_external_id,Associated Contact=contact,
        Associated Contact IDs=contact_external_id,Last Activity Date,Date entered "Demo (Sales Pipeline)",hs_v2_date_entered_appointmentscheduled
    """,
    "hubspot activities": """
        ID do objeto=external_id,Título da chamada=subject,Resultado da chamada=outcome,Data da atividade=occurred_at,
        Duração da chamada=duration_s,Atividade atribuída a=user
    """,
    "hubspot tasks": """
        Record ID=external_id,Task Title=subject,Task Notes=body,Due date=due_at,Task Status=done,Task Type=kind,Priority=priority,
        Assigned to=assignee,Associated Contact=contact,Associated Contact IDs=contact_external_id
    """,
    "salesforce contacts": """
        Id=external_id,IsDeleted=deleted,MasterRecordId,LastName=last_name,FirstName=first_name,Salutation,Name,Title=title,Company=company,Street=address,
        City=city,State=region,PostalCode=postal_code,Country=country,Latitude,Longitude,GeocodeAccuracy,Address,Phone=phone,MobilePhone=phone_2,
        Fax,Email=email,Website=company.website,PhotoUrl,Description=description,LeadSource=source,Status=lead_status,Industry=company.industry,
        Rating,AnnualRevenue,NumberOfEmployees=company.employees,OwnerId=owner,IsConverted,ConvertedDate,ConvertedAccountId,ConvertedContactId,
        ConvertedOpportunityId,IsUnreadByOwner,CreatedDate,CreatedById,LastModifiedDate,LastModifiedById,SystemModstamp,LastActivityDate,
        LastViewedDate,LastReferencedDate,Jigsaw,JigsawContactId,CompanyDunsNumber,DandbCompanyId,EmailBouncedReason,EmailBouncedDate,IndividualId,
        Deal_Size__c
    """,
    "salesforce contacts of accounts": """
        Id=external_id,IsDeleted=deleted,AccountId=company_external_id,LastName=last_name,FirstName=first_name,Salutation,Name,OtherStreet,OtherCity,
        MailingStreet=address,MailingCity=city,MailingState=region,MailingPostalCode=postal_code,MailingCountry=country,Phone=phone,
        MobilePhone=phone_2,HomePhone=phone_3,AssistantPhone,ReportsToId,Email=email,Title=title,Department,AssistantName,LeadSource=source,
        OwnerId=owner,HasOptedOutOfEmail,DoNotCall=do_not_call
    """,
    "salesforce deals": """
        Id=external_id,AccountId=company_external_id,Name=title,StageName=stage,Amount=value,Probability=probability,ExpectedRevenue,
        CloseDate=expected_close,Type,NextStep=next_step,LeadSource=source,IsClosed=is_closed,IsWon=is_won,ForecastCategory,ForecastCategoryName,
        OwnerId=owner,CreatedDate,LastStageChangeDate=stage_since
    """,
    "salesforce contacts in a report": """
        Full Name,Lead ID=external_id,Deleted=deleted,Master Record ID,Last Name=last_name,First Name=first_name,Salutation,Title=title,Company=company,
        Street=address
    """,
    "salesforce contacts in another report": """
        Full Name,Contact ID=external_id,Deleted=deleted,Master Record ID,Account ID=company_external_id,Last Name=last_name,First Name=first_name,
        Salutation,Other Street,Other City
    """,
    "salesforce companies": """
        Account Name=name,Account ID=external_id,Billing Street=address,Billing City=city,Billing State/Province=region,
        Billing Zip/Postal Code=postal_code
    """,
    "salesforce deals in a report": """
        Opportunity Owner=owner,Account Name=company,Opportunity Name=title,Stage=stage,Fiscal Period,Amount=value,Probability (%)=probability,Age,
        Close Date=expected_close,Created Date,Next Step=next_step,Lead Source=source,Type
    """,
    "salesforce tasks": """
        Id=external_id,WhoId=contact_external_id,WhatId=deal_external_id,Subject=subject,ActivityDate=due_at,Status,Priority=priority,
        OwnerId=assignee,Description=body,IsClosed=done
    """,
    "pipedrive contacts": """
        Person - Name*,Person - First name=first_name,Person - Last name=last_name,Person - Phone=phone,Person - Email (Work)=email,
        Person - Email (Home)=email_2,Organization - Name*=company,Organization - Address=company.address,Deal - Title=deal.title,
        Deal - Value=deal.value,Activity - Subject*=task.subject,Activity - Due date=task.due_at,Note - Content*=note
    """,
    "pipedrive contacts of people": """
        Person - ID=external_id,Person - Name=name,Person - Organization=company,Person - Email - Work=email,Person - Email - Home=email_2,
        Person - Phone - Work=phone,Person - Phone - Mobile=phone_2,Person - Labels=tags,Person - Owner=owner,Person - Visible to
    """,
    "pipedrive companies": """
        Organization - Name=name,Organization - Labels=tags,Organization - Address,
        Organization - Address - Street/road name of Address=address,Organization - Address - City/town/village/locality of Address=city,
        Organization - Address - ZIP/Postal code of Address=postal_code,Organization - Address - Country of Address=country,Organization - Owner=owner
    """,
    "pipedrive deals": """
        Deal - Title=title,Deal - Value=value,Deal - Currency of value=currency,Organization=company,Contact person=contact,Deal - Owner=owner,
        Deal - Stage (pipeline)=stage,Deal - Status=outcome,Deal - Label=tags,Deal - Probability=probability,
        Deal - Expected close date=expected_close,Deal - Creation date,Deal - Closed on=closed_at,Deal - Won time=closed_at_2,
        Deal - Lost time=closed_at_3,Deal - Lost reason=lost_reason,Deal - Visible to,Deal - Pipedrive System ID=external_id
    """,
    "pipedrive deals with prefixes": """
        Deal - ID=external_id,Deal - Title=title,Deal - Organization=company,Deal - Contact person=contact,Deal - Value=value,
        Deal - Currency=currency,Deal - Pipeline=pipeline,Deal - Stage=stage,Deal - Status=outcome,Deal - Owner=owner,Deal - Deal created
    """,
    "pipedrive deals without prefixes": "Title=title,Value=value,Currency=currency,Organization=company,Contact person=contact",
    "pipedrive contacts without prefixes": """
        Name=name,Label=tags,Phone=phone,Email=email,Organization=company,Owner=owner,Open deals,Closed deals,Next activity date
    """,
    "pipedrive companies without prefixes": "Name=name,Label=tags,Address=address,People,Open deals,Closed deals,Next activity date,Owner=owner",
    "hubspot deals from the API": """
        hs_object_id=external_id,dealname=title,amount=value,dealstage=stage,closedate=expected_close,pipeline=pipeline,hubspot_owner_id=owner
    """,
    "hubspot contacts from the API": """
        hs_object_id=external_id,firstname=first_name,lastname=last_name,email=email,phone=phone,company=company,jobtitle=title,
        lifecyclestage=lead_status,hubspot_owner_id=owner
    """,
    "pipedrive tasks": """
        Activity - Subject*=subject,Activity - Due date=due_at,Activity - Due time=due_time,Activity - Duration,Activity - Type=kind,
        Activity - Done=done,Activity - Note=body,Activity - Assigned to user=assignee,Deal=deal.title,Organization=company,Contact person=contact
    """,
    "pipedrive activities": "Note - Content*=body,Note - Pipedrive system ID=external_id",
    "google contacts": """
        First Name=first_name,Middle Name=middle_name,Last Name=last_name,Phonetic First Name,Name Prefix,Name Suffix=name_suffix,Nickname,File As,
        Organization Name=company,Organization Title=title,Organization Department,Birthday,Notes=description,Photo,Labels=tags,
        E-mail 1 - Label=email_label,E-mail 1 - Value=email,E-mail 2 - Label=email_2_label,E-mail 2 - Value=email_2,Phone 1 - Label=phone_label,
        Phone 1 - Value=phone,Address 1 - Label,Address 1 - Formatted,Address 1 - Street=address,Address 1 - City=city,Address 1 - PO Box=address_2,
        Address 1 - Region=region,Address 1 - Postal Code=postal_code,Address 1 - Country=country,Website 1 - Label,
        Website 1 - Value=company.website,Event 1 - Value,Custom Field 1 - Value
    """,
    "google contacts before 2024": """
        Name,Given Name=first_name,Additional Name=middle_name,Family Name=last_name,Yomi Name,Group Membership=tags,E-mail 1 - Type=email_label,
        E-mail 1 - Value=email,Phone 1 - Type=phone_label,Phone 1 - Value=phone,Phone 2 - Value=phone_2,Organization 1 - Name=company,
        Organization 1 - Title=title
    """,
    "outlook contacts": """
        First Name=first_name,Middle Name=middle_name,Last Name=last_name,Title,Suffix=name_suffix,Nickname,Given Yomi,Surname Yomi,
        E-mail Address=email,E-mail 2 Address=email_2,E-mail 3 Address=email_3,Home Phone=phone_5,Home Phone 2=phone_6,Business Phone=phone_2,
        Business Phone 2=phone_4,Mobile Phone=phone_3,Primary Phone=phone,Pager,Business Fax,Home Fax,Company Main Phone=company.phone,Callback,
        Radio Phone,Telex,TTY/TDD Phone,IMAddress,Job Title=title,Department,Company=company,Office Location,Manager's Name,Assistant's Name,
        Assistant's Phone,Business Street=address,Business City=city,Business State=region,Business Postal Code=postal_code,
        Business Country/Region=country,Home Street,Other Country/Region,Personal Web Page,Spouse,Web Page=company.website,Birthday,
        Anniversary,Notes=description
    """,
    "outlook contacts from Google": """
        First Name=first_name,Middle Name=middle_name,Last Name=last_name,Title,Suffix=name_suffix,Initials,Web Page=company.website,Gender,
        Birthday,Notes=description,E-mail Address=email,E-mail 2 Address=email_2,Primary Phone=phone
    """,
    "outlook contacts from Windows": """
        Title,First Name=first_name,Middle Name=middle_name,Last Name=last_name,Suffix=name_suffix,Company=company,Department,Job Title=title,
        E-mail Address=email,E-mail Type,E-mail Display Name
    """,
    "close companies": """
        id=external_id,lead_name=name,description=description,url=website,status_id,status_label=contact.lead_status,primary_contact_name,
        primary_contact_first_name=contact.first_name,primary_contact_last_name=contact.last_name,primary_contact_title=contact.title,
        primary_contact_primary_phone=contact.phone,primary_contact_primary_phone_type=contact.phone_label,
        primary_contact_other_phones=contact.phone_2,primary_contact_primary_email=contact.email,
        primary_contact_primary_email_type=contact.email_label,primary_contact_other_emails=contact.email_2,primary_contact_primary_url,
        primary_contact_other_urls,num_calls,num_emails,last_call_note=note,last_activity_date,next_task_text=task.subject,
        next_task_date=task.due_at,custom.Plan
    """,
    "espocrm contacts": """
        First Name=first_name,Last Name=last_name,Account=company,Account Title=title,Email=email,Phone=phone,Do Not Call=do_not_call
    """,
    "espocrm contacts that are leads": """
        Name=name,Title=title,Account Name=company,Status=lead_status,Source=source,Opportunity Amount=deal.value
    """,
    "espocrm contacts by attribute": """
        id=external_id,firstName=first_name,lastName=last_name,accountName=company,emailAddress=email,phoneNumberOffice=phone,
        phoneNumberHome=phone_2,assignedUserName=owner,doNotCall=do_not_call
    """,
    "twenty contacts": """
        Id=external_id,Name / First Name=first_name,Name / Last Name=last_name,Emails / Primary Email=email,Emails / Additional Emails=email_2,
        Phones / Primary Phone Number=phone,Phones / Primary Phone Calling Code,Company / Name=company,Job Title=title,City=city
    """,
    "atomic contacts": """
        first_name=first_name,last_name=last_name,gender,title=title,background=description,first_seen,last_seen,has_newsletter,status,tags=tags,
        linkedin_url,email_work=email,email_home=email_2,email_other=email_3,phone_work=phone,phone_home=phone_2,phone_other=phone_3,
        id=external_id,company_id=company_external_id,sales_id,company_name=company,nb_tasks,sales=owner
    """,
    "bottlecrm contacts": """
        first_name=first_name,last_name=last_name,email=email,phone=phone,organization=company,title=title,department,do_not_call=do_not_call,
        linkedin_url,address_line=address,city=city,state=region,postcode=postal_code,country=country,description=description,account_name,
        assigned_emails=owner,team_names,tags=tags
    """,
    "zoho contacts": "Lead Name=name,Email=email,Phone=phone,Lead Source=source,Lead Owner=owner,Lead Status=lead_status,Industry=company.industry",
    "zoho contacts of accounts": """
        Record Id=external_id,Contact Owner=owner,Contact Owner Id,First Name=first_name,Last Name=last_name,Account Name=company,
        Account Name Id=company_external_id,Email=email,Secondary Email=email_2,Mobile=phone,Mailing Zip=postal_code,Created Time,Modified Time
    """,
    "zoho companies": """
        Record Id=external_id,Account Owner=owner,Account Name=name,Phone=phone,Website=website,Billing Street=address,Billing Code=postal_code,
        Shipping Code,Parent Account,Created Time,Modified Time
    """,
    "espocrm deals": """
        name=title,accountName=company,stage=stage,amount=value,amountCurrency=currency,closeDate=expected_close,leadSource=source,
        assignedUserName=owner
    """,
    "twenty companies": """
        Id=external_id,Name=name,Domain Name / Link URL=domain,Employees=employees,Address / Address 1=address,Address / City=city,
        Address / Post Code=postal_code,Account Owner / Name=owner
    """,
    "twenty deals": """
        Id=external_id,Name=title,Amount / Amount=value,Amount / Currency=currency,Close date=expected_close,Stage=stage,Company / Name=company,
        Point of Contact / Name=contact
    """,
    "atomic companies": """
        name=name,sector=industry,size=employees,website=website,phone_number=phone,address=address,zipcode=postal_code,city=city,
        state_abbr=region,country=country,id=external_id,sales_id=owner,nb_contacts,nb_deals
    """,
    "atomic deals": """
        id=external_id,name=title,company_id=company_external_id,contact_ids=contact_external_id,category,stage=stage,amount=value,
        description=description,expected_closing_date=expected_close,sales_id=owner,index
    """,
    "close deals": """
        id=external_id,lead_id=company_external_id,lead_name=company,contact_name=contact,value=value,value_currency=currency,value_period,
        confidence=probability,status_label=stage,status_type=outcome,user_name=owner,date_won=closed_at
    """,
    "hubspot contacts in German": """
        Datensatz-ID=external_id,Vorname=first_name,Nachname=last_name,E-Mail=email,Telefonnummer=phone,Name des Unternehmens=company,
        Lifecycle-Phase=lead_status,Zuständiger Mitarbeiter=owner
    """,
    "hubspot contacts in Spanish": """
        ID de registro=external_id,Nombre=first_name,Apellidos=last_name,Correo=email,Número de teléfono=phone,
        Propietario del contacto=owner,Etapa del ciclo de vida=lead_status
    """,
    "hubspot contacts in French": """
        ID de l'objet=external_id,Prénom=first_name,Nom de famille=last_name,E-mail=email,Numéro de téléphone=phone,Nom de l'entreprise=company,
        Propriétaire du contact=owner,Phase du cycle de vie=lead_status
    """,
    "hubspot contacts by another id": "Record ID - Contact=external_id,First Name=first_name,Last Name=last_name,Email=email",
    "zoho deals": """
        Record Id=external_id,Deal Owner=owner,Deal Owner Id,Deal Name=title,Account Name=company,Contact Name=contact,Stage=stage,Amount=value,
        Closing Date=expected_close,Created Time,Modified Time
    """,
    "facebook contacts": """
        id=external_id,created_time,ad_name,adset_name,campaign_name=source,form_name,is_organic,platform,full_name=name,email=email,phone_number=phone,
        city=city,state=region,country=country
    """,
    "offhook contacts": """
        id=id,first_name=first_name,last_name=last_name,title=title,company=company,email=email,email_label=email_label,email_2=email_2,
        email_2_label=email_2_label,phone=phone,phone_label=phone_label,lead_status=lead_status,source=source,owner=owner,address=address,
        postal_code=postal_code,city=city,region=region,country=country,time_zone=time_zone,do_not_call=do_not_call,description=description,
        tags=tags,last_activity_at,next_task_at,created_at,updated_at,external_ids=external_id
    """,
    "offhook companies": """
        id=id,name=name,domain=domain,website=website,phone=phone,industry=industry,employees=employees,address=address,postal_code=postal_code,
        city=city,region=region,country=country,owner=owner,description=description,tags=tags,created_at,updated_at,external_ids=external_id
    """,
    "offhook deals": """
        id=id,title=title,company=company,contact=contact,value=value,currency=currency,probability=probability,pipeline=pipeline,stage=stage,
        outcome=outcome,lost_reason=lost_reason,expected_close=expected_close,next_step=next_step,source=source,owner=owner,
        description=description,tags=tags,stage_since=stage_since,closed_at=closed_at,last_activity_at,next_task_at,created_at,updated_at
    """,
    "offhook activities": """
        id=id,occurred_at=occurred_at,kind=kind,direction=direction,outcome=outcome,duration_s=duration_s,subject=subject,body=body,
        contact=contact,company=company,deal=deal.title,user=user,owner,contact_id=contact_external_id,
        company_id=company_external_id,deal_id=deal_external_id
    """,
}


def columns_of(export: str) -> dict[str, str]:
    split = (part.strip().rpartition("=") for part in export.replace("\n", " ").split(",") if part.strip())
    return {(header or target): (target if header else "") for header, _, target in split}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_recognised_and_each_column_of_it_known(name):
    expected = columns_of(EXPORTS[name])
    source, entity = name.split()[:2]

    proposal = proposed(list(expected))

    assert (proposal.source, proposal.entity) == (source, entity)
    assert {guess.header: guess.target for guess in proposal.guesses} == expected


@pytest.mark.parametrize("name", EXPORTS)
def test_neither_the_file_name_nor_the_order_of_columns_matters(name):
    headers = list(columns_of(EXPORTS[name]))
    as_it_comes, turned = proposed(headers), proposed(headers[::-1], name="deals and companies.csv")
    assert (turned.source, turned.entity) == (as_it_comes.source, as_it_comes.entity)
    assert mapped(turned) == mapped(as_it_comes)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_target_of_a_source_is_one(source):
    for layout in source.layouts:
        for header, place in layout.lines:
            name = place.target.removesuffix("+").replace("_{n}", "_2")
            assert not name or exact_target(name, layout.entity, set_up()), (header, place.target)
        assert layout.entity in ENTITIES


@pytest.mark.parametrize(
    "headers",
    [
        "First Name,Last Name,Email,Phone,Company,Title",
        "Name,Email,Phone,Notes",
        "id,name,email,phone",
        "Company,Website,Industry,City",
        "Title,Value,Stage,Company",
        "Column 1,Column 2,Column 3",
        "Vorname,Nachname,E-Mail,Telefon",
        "",
    ],
)
def test_a_plain_table_is_no_systems_export(headers):
    assert recognise(headers.split(",")) is None


def test_a_known_system_can_be_said_in_anyones_words():
    for said in ("HubSpot", "hubspot", " Hub Spot ", "HUBSPOT CRM"):
        assert source_named(said).name == "hubspot"
    assert source_named("Google Contacts").name == source_named("google").name == "google"
    assert source_named("Zoho").name == source_named("zoho crm").name == "zoho"
    assert source_named("my own spreadsheet") is None
    assert source_named("") is None


def test_what_the_user_says_of_the_source_counts_more_than_the_headers():
    hubspot = "Record ID,First Name,Last Name,Lifecycle Stage,Contact owner"
    assert proposed(hubspot).source == "hubspot"
    assert proposed(hubspot, source="Our old CRM").source == "our-old-crm"
    said = proposed("Id,Name,StageName", source="salesforce")
    assert (said.source, said.entity) == ("salesforce", "deals")
    assert mapped(said) == {"Id": "external_id", "Name": "title", "StageName": "stage"}


def test_notion_is_recognised_by_its_links():
    headers = ["Name", "Company", "Email"]
    row = ["Ann Lee", "Acme (https://www.notion.so/Acme-0123456789abcdef0123456789abcdef)", "ann@acme.com"]
    assert proposed(headers, row).source == "notion"
    assert mapped(proposed(headers, row)) == {"Name": "name", "Company": "company", "Email": "email"}
    assert recognise(headers, seen(headers, ["Ann Lee", "Acme (UK)", "ann@acme.com"])) is None


def test_of_two_columns_for_one_field_the_filled_one_is_taken():
    headers = "Record ID,First Name,Last Name,Company Name,Associated Company,Contact owner,Lifecycle Stage"
    row = ["8001", "Ann", "Lee", "", "Acme", "Mia", "lead"]
    found = mapped(proposed(headers, row))
    assert found["Associated Company"] == "company"
    assert "Company Name" not in found


def test_stages_are_known_in_their_order_with_their_ends():
    kinds = {source.name: [kind for _, kind in source.stages] for source in SOURCES if source.stages}
    assert {
        "hubspot",
        "salesforce",
        "zoho",
        "espocrm",
        "twenty",
        "atomic",
        "close",
        "pipedrive",
    } <= kinds.keys()
    assert [name for name, _ in source_named("hubspot").stages][:2] == [
        "Appointment Scheduled",
        "Qualified To Buy",
    ]
    assert kinds["hubspot"][-2:] == kinds["salesforce"][-2:] == ["won", "lost"]


def test_the_address_for_work_stays_the_first_one_where_few_have_any() -> None:
    headers = "first_name,last_name,gender,has_newsletter,first_seen,email_work,email_home,email_other,phone_work,phone_home"
    row = ["Ann", "Lee", "female", "true", "2024-07-01", "", "", "ann@x.com", "", "+1 505 555 0001"]
    found = mapped(proposed(headers, row))
    assert [found[f"email_{kind}"] for kind in ("work", "home", "other")] == ["email", "email_2", "email_3"]
    assert [found[f"phone_{kind}"] for kind in ("work", "home")] == ["phone", "phone_2"]
