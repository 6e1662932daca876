"""HubSpot: a file per object, its columns those of the view it was exported from, in the user's language."""

from __future__ import annotations

from core.imports.sources.base import KnownStage, Layout, Source

_DERIVED = """
Last Activity Date | Last Modified Date | Last activity | Last Contacted | Number of times contacted | Number of Sales Activities = -
Original Source Drill-Down 1 | Original Source Drill-Down 2 | Marketing contact status | Become a Customer Date | Time of Last Session = -
Días sin actividad | Data da última atividade | Letzte Aktivität | Datum der letzten Aktivität | Date de la dernière activité = -
Fecha de la última actividad | Data da última modificação | Datum der letzten Änderung | Zuletzt geändert am = -
Create Date | Created Date | Erstelldatum | Erstellungsdatum | Date de création | Fecha de creación | Data de criação =
"""

_CONTACTS = Layout(
    "contacts",
    """
    Record ID | Record ID - Contact | Contact ID | Vid | ID do objeto | ID do registro | Datensatz-ID | Objekt-ID | ID de fiche d'informations | ID de l'objet = external_id
    ID de registro | ID de objeto = external_id
    First Name | Vorname | Prénom | Nombre | Primeiro nome = first_name
    Last Name | Nachname | Nom de famille | Nom | Apellidos | Apellido | Sobrenome = last_name
    Email | E-Mail | E-mail | Adresse e-mail | Correo | Correo electrónico | Email Address = email
    Work email | Additional email addresses | Zusätzliche E-Mail-Adressen | E-mails adicionais = email+
    Phone Number | Telefonnummer | Numéro de téléphone | Número de teléfono | Número de telefone = phone+
    Mobile Phone Number | Mobiltelefonnummer | Numéro de téléphone mobile | Número de teléfono móvil | Número de celular = phone+
    WhatsApp Phone Number = phone+
    Job Title | Jobtitel | Berufsbezeichnung | Intitulé du poste | Cargo | Puesto | Título del trabajo | Poste = title
    Company Name | Name des Unternehmens | Unternehmensname | Nom de l'entreprise | Nombre de la empresa | Nome da empresa = company
    Associated Company | Associated Company Names | Primary Associated Company | Zugehöriges Unternehmen | Entreprise associée | Empresa asociada | Empresa associada = company
    Associated Company IDs | Associated Company ID | Primary Associated Company ID | IDs de empresas associadas | Zugehörige Unternehmens-IDs = company_external_id
    Website URL = company.website
    Industry = company.industry
    Number of Employees = company.employees
    Lead Status | Lead-Status | Statut du lead | Estado del lead | Status do lead = lead_status
    Lifecycle Stage | Lifecycle-Phase | Phase du cycle de vie | Etapa del ciclo de vida | Fase do ciclo de vida = lead_status
    Contact owner | Zuständiger Mitarbeiter | Kontakt-Inhaber | Propriétaire du contact | Propietario del contacto | Proprietário do contato = owner
    Original Source | Lead Source | Latest Source | Ursprüngliche Quelle | Source d'origine | Fuente original | Fonte original = source
    Street Address | Straße | Adresse postale | Dirección | Endereço | Adresse = address
    Postal Code | Zip | Postleitzahl | Code postal | Código postal | CEP = postal_code
    City | Stadt | Ort | Ville | Ciudad | Cidade = city
    State/Region | Bundesland/Region | Département/Région | Estado o región | Estado/Região = region
    Country/Region | Country | Land/Region | Pays/Région | País o región | País/Região = country
    Time Zone | Zeitzone = time_zone
    Associated Note | Notes = note
    Associated Deal | Associated Deal IDs =
    """
    + _DERIVED,
    """Record ID:4|Record ID - Contact:9|Lifecycle Stage:4|Contact owner:5|Associated Company:3|Associated Company IDs:5|Create Date:2
    Original Source:3|Country/Region:2|State/Region:2|Mobile Phone Number:1|Last Modified Date:2|Last Activity Date:2|Company Name:1
    Lead Status:1|Phone Number:1|Marketing contact status:5|First Name:1|Last Name:1|Email:1|Primary Associated Company ID:6|Job Title:1
    ID do objeto:5|ID do registro:5|Datensatz-ID:5|Objekt-ID:5|ID de fiche d'informations:6|ID de l'objet:5|ID de registro:5|ID de objeto:5
    Proprietário do contato:5|Propietario del contacto:5|Propriétaire du contact:5|Kontakt-Inhaber:5|Fase do ciclo de vida:5|Etapa del ciclo de vida:5
    Phase du cycle de vie:5|Lifecycle-Phase:5|Sobrenome:1|Primeiro nome:1|Nachname:1|Vorname:1|Prénom:1|Apellidos:1|Zuständiger Mitarbeiter:3
    Número de telefone:1|Número de teléfono:1|Telefonnummer:1|Numéro de téléphone:1|Estado del lead:2|Status do lead:2|Statut du lead:2""",
    strange="Created Time|Modified Time|Contact Owner Id|Deal Name|Deal Stage|Company owner|Company Domain Name|Call title|Account ID|Lead Owner",
)
_COMPANIES = Layout(
    "companies",
    """
    Record ID | Record ID - Company | Company ID | ID do objeto | ID do registro | Datensatz-ID | Objekt-ID | ID de l'objet | ID de registro | ID de objeto = external_id
    Company name | Name | Name des Unternehmens | Unternehmensname | Nom de l'entreprise | Nombre de la empresa | Nome da empresa = name
    Company Domain Name | Domain-Name des Unternehmens | Unternehmensdomain | Nom de domaine de l'entreprise | Nombre de dominio de la empresa = domain
    Nome de domínio da empresa | Domínio da empresa = domain
    Website URL | Website-URL | URL du site web | URL del sitio web | URL do site = website
    Industry | Branche | Secteur d'activité | Sector | Setor | Industria = industry
    Company owner | Zuständiger Mitarbeiter für Unternehmen | Propriétaire de l'entreprise | Propietario de la empresa | Proprietário da empresa = owner
    Phone Number | Telefonnummer | Numéro de téléphone | Número de teléfono | Número de telefone = phone
    Street Address | Straße | Adresse postale | Dirección | Endereço | Adresse = address
    Street Address 2 = address_2
    Postal Code | Postleitzahl | Code postal | Código postal = postal_code
    City | Stadt | Ort | Ville | Ciudad | Cidade = city
    State/Region | Bundesland/Region | Département/Région | Estado o región | Estado/Região = region
    Country/Region | Country | Land/Region | Pays/Région | País o región | País/Região = country
    Number of Employees | Anzahl der Mitarbeiter | Nombre d'employés | Número de empleados | Número de funcionários = employees
    Description | About Us | Beschreibung | Descripción | Descrição = description
    Annual Revenue | Jahresumsatz | Chiffre d'affaires annuel | Ingresos anuales | Receita anual =
    Lifecycle Stage | Lead Status | Type =
    Associated Contact | Associated Contact IDs | Associated Deal | Associated Deal IDs =
    """
    + _DERIVED,
    """Record ID:4|Record ID - Company:9|Company Domain Name:6|Company owner:6|Website URL:2|Number of Employees:2|Annual Revenue:1|Create Date:2
    State/Region:2|Country/Region:2|Company name:1|Phone Number:1|Associated Contact IDs:3|Associated Deal IDs:3|Lifecycle Stage:2
    ID do objeto:5|ID do registro:5|Datensatz-ID:5|Objekt-ID:5|ID de l'objet:5|ID de registro:5|ID de objeto:5|Proprietário da empresa:6
    Propietario de la empresa:6|Propriétaire de l'entreprise:6|Nome de domínio da empresa:6|Nombre de dominio de la empresa:6
    Nom de domaine de l'entreprise:6|Unternehmensdomain:6|Domain-Name des Unternehmens:6|Nombre de la empresa:1|Nome da empresa:1|Unternehmensname:1""",
    strange="Created Time|Modified Time|Account Owner Id|Deal Name|Deal Stage|First Name|Last Name|Contact owner|Call title|Account ID",
)
_DEALS = Layout(
    "deals",
    """
    Record ID | Record ID - Deal | Deal ID | ID do objeto | ID do registro | Datensatz-ID | Objekt-ID | ID de l'objet | ID de registro | ID de objeto = external_id
    Deal Name | Deal-Name | Dealname | Nom de la transaction | Nom de l'affaire | Nombre del negocio | Nombre del trato | Nome do negócio = title
    Deal Stage | Deal-Phase | Dealphase | Phase de la transaction | Phase de l'affaire | Etapa del negocio | Etapa del trato | Etapa do negócio | Fase do negócio = stage
    Pipeline | Deal-Pipeline = pipeline
    Amount | Betrag | Deal-Wert | Montant | Cantidad | Importe | Valor | Monto = value
    Amount in company currency =
    Currency | Währung | Devise | Moneda | Moeda = currency
    Close Date | Abschlussdatum | Date de fermeture | Date de clôture | Fecha de cierre | Data de fechamento = expected_close
    Deal owner | Zuständiger Mitarbeiter für Deal | Deal-Inhaber | Zuständiger Mitarbeiter = owner
    Propriétaire de la transaction | Propriétaire de l'affaire | Propietario del negocio | Propietario del trato | Proprietário do negócio = owner
    Deal probability | Deal-Wahrscheinlichkeit | Probabilidade do negócio = probability
    Associated Company | Associated Company Names | Primary Associated Company | Zugehöriges Unternehmen | Entreprise associée | Empresa asociada | Empresa associada = company
    Associated Company IDs | Associated Company ID | Primary Associated Company ID | IDs de empresas associadas | Zugehörige Unternehmens-IDs = company_external_id
    Associated Contact | Associated Contacts | Associated Contact Names | Zugehöriger Kontakt | Contact associé | Contacto asociado | Contato associado = contact
    Associated Contact IDs | Associated Contact ID | IDs de contatos associados | Zugehörige Kontakt-IDs = contact_external_id
    Associated Contact Emails = contact.email
    Closed Lost Reason | Grund für Verlust | Motivo da perda | Motivo de cierre perdido = lost_reason
    Is Closed Won = is_won
    Is Deal Closed? | Is Closed = is_closed
    Next step | Nächster Schritt | Próximo passo | Próximo paso = next_step
    Deal Description | Description | Deal-Beschreibung = description
    Original Source | Original Source Type | Deal source = source
    Date entered current stage = stage_since
    Closed Won Reason | Deal Type | Deal-Typ | Tipo de negócio | Tipo de negocio | Priority | Forecast amount | Forecast category | Weighted amount =
    Days to Close | Is Open | Associated Note =
    """
    + _DERIVED,
    """Record ID:4|Record ID - Deal:9|Deal Name:4|Deal Stage:4|Deal owner:5|Pipeline:1|Associated Company IDs:4|Associated Contact IDs:4|Amount:1
    Close Date:1|Create Date:2|Deal Type:1|Associated Company:2|Associated Contact:2|ID do objeto:5|ID do registro:5|Datensatz-ID:5|Objekt-ID:5
    ID de l'objet:5|ID de registro:5|ID de objeto:5|Nome do negócio:4|Etapa do negócio:4|Fase do negócio:4|Proprietário do negócio:5
    Nombre del negocio:4|Etapa del negocio:4|Propietario del negocio:5|Nom de la transaction:4|Phase de la transaction:4|Deal-Phase:4|Deal-Name:2
    Propriétaire de la transaction:5|Deal-Inhaber:5|Nom de l'affaire:3|Phase de l'affaire:3|Dealphase:3|Last Activity Date:1""",
    strange="Call title|Opportunity Name|Deal - Title|Closing Date|Account Name|Created Time|Modified Time|Deal Owner Id",
)
_LINKS = """
    Associated Contact | Associated Contacts | Contato associado | Contacto asociado | Contact associé | Zugehöriger Kontakt = contact
    Contatos associados | Contactos asociados | Contacts associés | Zugehörige Kontakte = contact
    Associated Contact IDs | Associated Contact ID | IDs de contatos associados | IDs de contactos asociados = contact_external_id
    IDs de contacts associés | Zugehörige Kontakt-IDs = contact_external_id
    Associated Company | Associated Companies | Empresa associada | Empresa asociada | Entreprise associée | Zugehöriges Unternehmen = company
    Empresas associadas | Empresas asociadas | Entreprises associées | Zugehörige Unternehmen = company
    Associated Company IDs | Associated Company ID | IDs de empresas associadas | IDs de empresas asociadas = company_external_id
    IDs d'entreprises associées | Zugehörige Unternehmens-IDs = company_external_id
    Associated Deal | Associated Deals | Negócio associado | Negocio asociado | Zugehöriger Deal = deal.title
    Associated Deal IDs | Associated Deal ID = deal_external_id
    Record ID | Call ID | Note ID | Task ID | ID do objeto | ID do registro | Datensatz-ID | Objekt-ID | ID de l'objet | ID de registro | ID de objeto = external_id
"""
_CALLS = Layout(
    "activities",
    _LINKS
    + """
    Call Title | Call name | Título da chamada | Título de la llamada | Titre de l'appel | Anruftitel | Titel des Anrufs = subject
    Call Notes | Call Summary | Notas da chamada | Notas de la llamada | Notes d'appel | Anrufnotizen | Call body | Observações da chamada | Corpo da chamada = body
    Activity date | Call date | Call Start Time | Data da atividade | Fecha de actividad | Fecha de la actividad | Date de l'activité | Aktivitätsdatum = occurred_at
    Call Outcome | Resultado da chamada | Resultado de la llamada | Résultat de l'appel | Anrufergebnis | Call disposition = outcome
    Call Duration | Call Duration (HH:mm:ss) | Duração da chamada | Duración de la llamada | Durée de l'appel | Anrufdauer | Call duration (seconds) = duration_s
    Call Direction | Direção da chamada | Dirección de la llamada | Anrufrichtung | Sens de l'appel = direction
    Call and meeting type | Activity type | Type | Tipo de chamada e reunião = kind
    Activity assigned to | Assigned to | Atividade atribuída a | Actividad asignada a | Activité attribuée à | Aktivität zugewiesen zu | Call owner = user
    To Number | From Number | Call Status | Call Source | Recording URL | Call ID from Twilio =
    """
    + _DERIVED,
    """Call Title:6|Call name:3|Call Outcome:4|Call Duration:3|Call Direction:4|Call Notes:4|Activity assigned to:5|Activity date:2|Record ID:4|Call Status:2
    Título da chamada:6|Resultado da chamada:6|Título de la llamada:6|Resultado de la llamada:6|Titre de l'appel:6|Résultat de l'appel:6|Anrufergebnis:6
    Anruftitel:6|Titel des Anrufs:6|ID do objeto:4|ID do registro:4|Datensatz-ID:4|ID de registro:4|ID de l'objet:4|Associated Contact IDs:3
    Atividade atribuída a:5|Aktivität zugewiesen zu:5|Duração da chamada:4|Associated Contact:2|Data da atividade:2|Direção da chamada:4""",
)
_NOTES = Layout(
    "activities",
    _LINKS
    + """
    Note body | Note | Body | Corpo da nota | Nota | Cuerpo de la nota | Corps de la note | Notiztext | Meeting description | Email body | Email Text = body
    Note title | Meeting name | Meeting title | Email subject | Título da reunião | Título de la reunión = subject
    Activity date | Meeting start time | Email send date | Data da atividade | Fecha de actividad | Date de l'activité | Aktivitätsdatum = occurred_at
    Meeting outcome | Email send status = outcome
    Email direction = direction
    Activity type | Engagement type | Type = kind
    Activity assigned to | Assigned to | Note owner | Meeting owner | Atividade atribuída a | Actividad asignada a = user
    Create Date | Data de criação | Fecha de creación | Erstelldatum | Date de création = occurred_at
    Meeting end time | Meeting location | Internal meeting notes =
    """
    + _DERIVED,
    """Note body:7|Record ID:4|Activity date:2|Activity assigned to:5|Associated Contact IDs:3|Meeting name:5|Meeting start time:5|Meeting outcome:4
    Corpo da nota:7|Cuerpo de la nota:7|Corps de la note:7|Notiztext:7|ID do objeto:4|Atividade atribuída a:5|Email subject:4|Email body:4|Email direction:5
    Associated Contact:2|Associated Company IDs:2|Associated Deal IDs:2|Create Date:2""",
    strange="Call Title|Task Title|First Name",
)
_TASKS = Layout(
    "tasks",
    _LINKS
    + """
    Task Title | Task name | Título da tarefa | Título de la tarea | Titre de la tâche | Aufgabentitel | Titel der Aufgabe = subject
    Task Notes | Notes | Notas da tarefa | Notas de la tarea | Task body = body
    Due date | Task due date | Data de vencimento | Fecha de vencimiento | Date d'échéance | Fälligkeitsdatum = due_at
    Due time = due_time
    Task Status | Status da tarefa | Estado de la tarea | Statut de la tâche | Aufgabenstatus = done
    Completed at | Task completion date | Completion date = done_at
    Task Type | Tipo de tarefa | Tipo de tarea | Aufgabentyp = kind
    Priority | Task priority | Prioridade | Prioridad | Priorität = priority
    Assigned to | Activity assigned to | Task owner | Atribuído a | Asignado a | Zugewiesen an | Atividade atribuída a = assignee
    Queue | Reminder date | Task queue =
    """
    + _DERIVED,
    """Task Title:6|Task Status:4|Task Type:4|Due date:1|Record ID:4|Associated Contact IDs:3|Associated Deal IDs:2|Activity assigned to:4|Título da tarefa:6
    Título de la tarea:6|Titre de la tâche:6|Aufgabentitel:6|Status da tarefa:4|ID do objeto:4|Task Notes:3|Assigned to:1|Associated Contact:2|Priority:1|Queue:1""",
    strange="Call Title|Note body",
)

# What a program fetched from the API and wrote down: the internal names.
_API_CONTACTS = Layout(
    "contacts",
    """
    hs_object_id | vid | id = external_id
    firstname = first_name
    lastname = last_name
    email = email
    phone = phone+
    mobilephone = phone+
    jobtitle = title
    company = company
    associatedcompanyid = company_external_id
    website = company.website
    industry = company.industry
    hs_lead_status = lead_status
    lifecyclestage = lead_status
    hubspot_owner_id = owner
    hs_analytics_source = source
    address = address
    zip = postal_code
    city = city
    state = region
    country = country
    createdate =
    lastmodifieddate | hs_lastmodifieddate | notes_last_contacted | notes_last_updated = -
    """,
    "hs_object_id:6|lifecyclestage:5|hubspot_owner_id:5|firstname:2|lastname:2|hs_lead_status:5|associatedcompanyid:5|createdate:2|jobtitle:1|mobilephone:1",
    strange="dealname|dealstage",
)
_API_DEALS = Layout(
    "deals",
    """
    hs_object_id | dealId | id = external_id
    dealname = title
    dealstage = stage
    pipeline = pipeline
    amount = value
    deal_currency_code = currency
    hs_deal_stage_probability = probability
    closedate = expected_close
    closed_lost_reason = lost_reason
    hs_is_closed_won = is_won
    hs_is_closed = is_closed
    hs_next_step = next_step
    hubspot_owner_id = owner
    description = description
    hs_analytics_source = source
    dealtype | createdate =
    hs_lastmodifieddate | notes_last_contacted = -
    """,
    "dealname:4|dealstage:5|hubspot_owner_id:4|hs_object_id:4|closedate:2|amount:1|pipeline:1|dealtype:2|createdate:1",
)

HUBSPOT = Source(
    "hubspot",
    "HubSpot",
    (_CONTACTS, _COMPANIES, _DEALS, _CALLS, _NOTES, _TASKS, _API_CONTACTS, _API_DEALS),
    stages=(
        KnownStage("Appointment Scheduled", "open"),
        KnownStage("Qualified To Buy", "open"),
        KnownStage("Presentation Scheduled", "open"),
        KnownStage("Decision Maker Bought-In", "open"),
        KnownStage("Contract Sent", "open"),
        KnownStage("Closed Won", "won"),
        KnownStage("Closed Lost", "lost"),
    ),
)
