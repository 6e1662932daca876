-- What the store works out of the data, as storage.derive does it on SQLite: search texts and their lexemes, sort keys,
-- contact points, external ids, the book of a child. (Last activity, next task and revisions: 36_times.sql.)
--
-- Whoever depends on a row locks it: a child its parent, a record the company or contact whose name it takes. So a move or
-- a rename that happens at the same moment misses nobody. Contacts are locked before deals, and each kind in order of id.

-- --- the columns of a row itself -----------------------------------------------------------------------------------

create or replace function offhook.name_of_company(org uuid, company uuid, lock boolean) returns text
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_name text;
begin
    if company is null then
        return '';
    end if;
    if lock then
        select c.name into v_name from companies c where c.org_id = org and c.id = company for share;
    else
        select c.name into v_name from companies c where c.org_id = org and c.id = company;
    end if;
    return coalesce(v_name, '');
end
$$;

create or replace function offhook.name_of_contact(org uuid, contact uuid, lock boolean) returns text
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_name text;
begin
    if contact is null then
        return '';
    end if;
    if lock then
        select full_name(c.first_name, c.last_name) into v_name
        from contacts c where c.org_id = org and c.id = contact for share;
    else
        select full_name(c.first_name, c.last_name) into v_name
        from contacts c where c.org_id = org and c.id = contact;
    end if;
    return coalesce(v_name, '');
end
$$;

create or replace function offhook.derive_contact() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    -- A record that a rename would pass over: it is not there yet, or deleted, or belongs to another company.
    v_unreached boolean := true;
begin
    if tg_op = 'UPDATE' then
        v_unreached := old.company_id is distinct from new.company_id or old.deleted_at is not null;
    else
        new.last_activity_at := null;
        new.next_task_at := null;
    end if;
    new.sort_key := contact_sort_key(new);
    new.search := contact_search(new, name_of_company(new.org_id, new.company_id, v_unreached));
    new.lexemes := lexemes(new.search);
    return new;
end
$$;

create or replace function offhook.derive_company() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    new.sort_key := fold(new.name);
    new.search := company_search(new);
    new.lexemes := lexemes(new.search);
    return new;
end
$$;

create or replace function offhook.derive_deal() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_unreached boolean := true;
begin
    if tg_op = 'UPDATE' then
        v_unreached := (old.company_id, old.contact_id) is distinct from (new.company_id, new.contact_id)
            or old.deleted_at is not null;
    else
        new.last_activity_at := null;
        new.next_task_at := null;
    end if;
    new.sort_key := fold(new.title);
    new.search := deal_search(
        new,
        name_of_company(new.org_id, new.company_id, v_unreached),
        name_of_contact(new.org_id, new.contact_id, v_unreached)
    );
    new.lexemes := lexemes(new.search);
    return new;
end
$$;

create or replace function offhook.derive_activity() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        new.superseded := false;
    end if;
    new.search := activity_search(new);
    new.lexemes := lexemes(new.search);
    return new;
end
$$;

-- Whether the caller sees what lies in a book. The operator, who founds organizations and loads data, sees everything.
create or replace function offhook.is_seen(book uuid, books uuid[]) returns boolean
language sql stable parallel safe as $$
    select coalesce(
        book = any (books)
        or (book is not null and cardinality(books) = 0 and pg_has_role(session_user, 'offhook_owner', 'member')),
        false
    )
$$;

-- The same for one book, without working out all of them where it is the caller's own, as it is most of the time.
create or replace function offhook.is_in_sight(book uuid) returns boolean
language plpgsql stable security definer parallel safe set search_path = offhook, pg_temp as $$
begin
    perform from known_caller() me join books b on b.org_id = me.org_id and b.user_id = me.id
    where b.id = book and b.deleted_at is null;
    return found or is_seen(book, visible_books());
end
$$;

create or replace function offhook.is_among(one uuid, known uuid[]) returns boolean
language sql immutable parallel safe as $$
    select coalesce(one = any (known), false)
$$;

-- What is hidden and what never was get the same answer.
create or replace function offhook.refuse_reference(ref text, tbl text) returns void
language plpgsql as $$
begin
    raise exception 'The % that this % points to is not there.', offhook.label(ref), offhook.label(tbl)
        using errcode = 'OH002';
end
$$;

-- What an entry or a task is about: the first of deal, contact and company is its parent, whose book it shares. Each must be
-- in sight of the caller, or else be what the parent itself points to, as a contact's company that a colleague has. They
-- are locked as the change of their times will need it, so that two children never wait for each other. What the owner's own
-- functions write (hand_in) has been looked at there.
create or replace function offhook.place_child() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_owned constant boolean := tg_nargs > 0;
    v_deal record;
    v_contact record;
    v_company uuid;
    -- What needs no look: links of a task that were there before were seen to then. Each kind by itself, since ids are the
    -- clients' to choose, and a company may have that of a hidden contact.
    v_known_deal uuid;
    v_known_contacts uuid[] := '{}';
    v_known_companies uuid[] := '{}';
begin
    if tg_op = 'UPDATE' then
        v_known_deal := old.deal_id;
        v_known_contacts := array[old.contact_id];
        v_known_companies := array[old.company_id];
    end if;
    if new.contact_id is not null then
        select c.book_id, c.company_id, c.deleted_at into v_contact from contacts c
        where c.org_id = new.org_id and c.id = new.contact_id for no key update;
        if v_contact.deleted_at is not null and exists (
            -- In whatever book they lay then.
            select from exits e
            where e.org_id = new.org_id and e.table_name = 'contacts' and e.row_id = new.contact_id and e.op = 'erased')
        then
            -- Told offline of somebody who meanwhile had everything about them taken out.
            raise exception 'That person asked to be erased: nothing is kept about them any more.' using errcode = 'OH002';
        end if;
    end if;
    if new.deal_id is not null then
        select d.book_id, d.contact_id, d.company_id into v_deal from deals d
        where d.org_id = new.org_id and d.id = new.deal_id for no key update;
        if v_deal.book_id is null
            or not (v_owned or new.deal_id is not distinct from v_known_deal or is_in_sight(v_deal.book_id))
        then
            perform refuse_reference('deals', tg_table_name);
        end if;
        v_known_contacts := v_known_contacts || v_deal.contact_id;
        v_known_companies := v_known_companies || v_deal.company_id;
        new.book_id := v_deal.book_id;
    end if;
    if new.contact_id is not null then
        if v_contact.book_id is null
            or not (v_owned or is_among(new.contact_id, v_known_contacts) or is_in_sight(v_contact.book_id))
        then
            perform refuse_reference('contacts', tg_table_name);
        end if;
        v_known_companies := v_known_companies || v_contact.company_id;
        if new.deal_id is null then
            new.book_id := v_contact.book_id;
        end if;
    end if;
    if new.company_id is not null and not is_among(new.company_id, v_known_companies) then
        select c.book_id into v_company from companies c
        where c.org_id = new.org_id and c.id = new.company_id for share;
        if not (v_owned or is_in_sight(v_company)) then
            perform refuse_reference('companies', tg_table_name);
        end if;
    end if;
    if new.company_id is not null and new.deal_id is null and new.contact_id is null then
        select c.book_id into new.book_id from companies c
        where c.org_id = new.org_id and c.id = new.company_id for share;
    end if;
    return new;
end
$$;

-- --- what other rows take from it ----------------------------------------------------------------------------------

-- What a contact is looked up by (storage.derive.points_of): e-mails in lower case, phones without their extension. A
-- statement's contacts all at once.
create or replace function offhook.add_points() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    insert into contact_points (org_id, contact_id, kind, value, book_id)
    select f.org_id, f.id, 'email', lowered(point ->> 'value'), f.book_id
    from fresh f cross join jsonb_array_elements(f.emails) as point where f.deleted_at is null
    union
    select f.org_id, f.id, 'phone', split_part(point ->> 'value', ';', 1), f.book_id
    from fresh f cross join jsonb_array_elements(f.phones) as point where f.deleted_at is null;
    return null;
end
$$;

create or replace function offhook.change_points() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    delete from contact_points p where p.org_id = old.org_id and p.contact_id = old.id;
    if tg_op = 'UPDATE' and new.deleted_at is null then
        insert into contact_points (org_id, contact_id, kind, value, book_id)
        select new.org_id, new.id, 'email', lowered(point ->> 'value'), new.book_id
        from jsonb_array_elements(new.emails) as point
        union
        select new.org_id, new.id, 'phone', split_part(point ->> 'value', ';', 1), new.book_id
        from jsonb_array_elements(new.phones) as point;
    end if;
    return null;
end
$$;

-- What records are known by in other systems, for looking them up by it: a statement's new ones all at once.
create or replace function offhook.add_keys() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    insert into record_keys (org_id, table_name, row_id, value, book_id)
    select distinct f.org_id, tg_table_name, f.id, k.value, f.book_id
    from fresh f cross join jsonb_array_elements_text(f.external_ids) k(value)
    where f.deleted_at is null and f.external_ids <> '[]';
    return null;
end
$$;

create or replace function offhook.change_keys() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    delete from record_keys k where k.org_id = old.org_id and k.table_name = tg_table_name and k.row_id = old.id;
    if tg_op = 'UPDATE' and new.deleted_at is null then
        insert into record_keys (org_id, table_name, row_id, value, book_id)
        select distinct new.org_id, tg_table_name, new.id, k.value, new.book_id
        from jsonb_array_elements_text(new.external_ids) k(value);
    end if;
    return null;
end
$$;

create or replace function offhook.rename_company() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_contact contacts;
    v_deal deals;
    v_search text;
begin
    for v_contact in
        select * from contacts c
        where c.org_id = new.org_id and c.company_id = new.id and c.deleted_at is null
        order by c.id for no key update
    loop
        v_search := contact_search(v_contact, new.name);
        update contacts c set search = v_search, lexemes = lexemes(v_search)
        where c.org_id = v_contact.org_id and c.id = v_contact.id and c.search <> v_search;
    end loop;
    for v_deal in
        select * from deals d
        where d.org_id = new.org_id and d.company_id = new.id and d.deleted_at is null
        order by d.id for no key update
    loop
        v_search := deal_search(v_deal, new.name, name_of_contact(v_deal.org_id, v_deal.contact_id, false));
        update deals d set search = v_search, lexemes = lexemes(v_search)
        where d.org_id = v_deal.org_id and d.id = v_deal.id and d.search <> v_search;
    end loop;
    return null;
end
$$;

create or replace function offhook.rename_contact() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_deal deals;
    v_search text;
begin
    for v_deal in
        select * from deals d
        where d.org_id = new.org_id and d.contact_id = new.id and d.deleted_at is null
        order by d.id for no key update
    loop
        v_search := deal_search(
            v_deal,
            name_of_company(v_deal.org_id, v_deal.company_id, false),
            full_name(new.first_name, new.last_name)
        );
        update deals d set search = v_search, lexemes = lexemes(v_search)
        where d.org_id = v_deal.org_id and d.id = v_deal.id and d.search <> v_search;
    end loop;
    return null;
end
$$;

-- Records that move take along what has them as its parent, a statement's all at once. The entries in two halves, each in the
-- words of an index.
create or replace function offhook.move_children() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_of record;
begin
    for v_of in
        select t.org_id, array_agg(t.id) as ids, array_agg(t.book_id) as books from (
            select f.org_id, f.id, f.book_id from fresh f except select s.org_id, s.id, s.book_id from stale s
        ) t group by 1
    loop
        case tg_table_name
        when 'deals' then
            update activities t set book_id = m.book_id from unnest(v_of.ids, v_of.books) m (id, book_id)
            where t.org_id = v_of.org_id and t.deal_id = m.id
                and t.deleted_at is null and not t.superseded and not t.retracted;
            update activities t set book_id = m.book_id from unnest(v_of.ids, v_of.books) m (id, book_id)
            where t.org_id = v_of.org_id and t.deal_id = m.id and (t.superseded or t.retracted);
            update tasks t set book_id = m.book_id from unnest(v_of.ids, v_of.books) m (id, book_id)
            where t.org_id = v_of.org_id and t.deal_id = m.id;
        when 'contacts' then
            update activities t set book_id = m.book_id from unnest(v_of.ids, v_of.books) m (id, book_id)
            where t.org_id = v_of.org_id and t.contact_id = m.id and t.deal_id is null
                and t.deleted_at is null and not t.superseded and not t.retracted;
            update activities t set book_id = m.book_id from unnest(v_of.ids, v_of.books) m (id, book_id)
            where t.org_id = v_of.org_id and t.contact_id = m.id and t.deal_id is null and (t.superseded or t.retracted);
            update tasks t set book_id = m.book_id from unnest(v_of.ids, v_of.books) m (id, book_id)
            where t.org_id = v_of.org_id and t.contact_id = m.id and t.deal_id is null;
        else
            update activities t set book_id = m.book_id from unnest(v_of.ids, v_of.books) m (id, book_id)
            where t.org_id = v_of.org_id and t.company_id = m.id and t.deal_id is null and t.contact_id is null
                and t.deleted_at is null and not t.superseded and not t.retracted;
            update activities t set book_id = m.book_id from unnest(v_of.ids, v_of.books) m (id, book_id)
            where t.org_id = v_of.org_id and t.company_id = m.id and t.deal_id is null and t.contact_id is null and (t.superseded or t.retracted);
            update tasks t set book_id = m.book_id from unnest(v_of.ids, v_of.books) m (id, book_id)
            where t.org_id = v_of.org_id and t.company_id = m.id and t.deal_id is null and t.contact_id is null;
        end case;
    end loop;
    return null;
end
$$;

-- --- the triggers --------------------------------------------------------------------------------------------------

do $$
declare
    v_trigger record;
begin
    for v_trigger in
        select * from (values
            -- Before a row is written.
            ('t20_place_child', 'activities', 'before insert',
             'coalesce(new.deal_id, new.contact_id, new.company_id) is not null and current_user <> ''offhook_owner''',
             'place_child()'),
            ('t20_place_child_of_owner', 'activities', 'before insert',
             'coalesce(new.deal_id, new.contact_id, new.company_id) is not null and current_user = ''offhook_owner''',
             'place_child(''owner'')'),
            ('t20_place_child', 'tasks', 'before insert',
             'coalesce(new.deal_id, new.contact_id, new.company_id) is not null and current_user <> ''offhook_owner''',
             'place_child()'),
            ('t20_place_child_of_owner', 'tasks', 'before insert',
             'coalesce(new.deal_id, new.contact_id, new.company_id) is not null and current_user = ''offhook_owner''',
             'place_child(''owner'')'),
            ('t20_place_child_anew', 'tasks', 'before update',
             '(old.contact_id, old.deal_id, old.company_id) is distinct from (new.contact_id, new.deal_id, new.company_id)',
             'place_child()'),
            ('t50_derive_insert', 'companies', 'before insert', '', 'derive_company()'),
            ('t50_derive_insert', 'contacts', 'before insert', '', 'derive_contact()'),
            ('t50_derive_insert', 'deals', 'before insert', '', 'derive_deal()'),
            ('t50_derive_insert', 'activities', 'before insert', '', 'derive_activity()'),
            ('t50_derive_update', 'companies', 'before update',
             '(old.name, old.domain, old.phone, old.tags, old.city, old.custom, old.deleted_at)'
             ' is distinct from (new.name, new.domain, new.phone, new.tags, new.city, new.custom, new.deleted_at)',
             'derive_company()'),
            ('t50_derive_update', 'contacts', 'before update',
             '(old.first_name, old.last_name, old.company_id, old.title, old.emails, old.phones, old.tags, old.city,'
             ' old.custom, old.deleted_at) is distinct from (new.first_name, new.last_name, new.company_id, new.title,'
             ' new.emails, new.phones, new.tags, new.city, new.custom, new.deleted_at)',
             'derive_contact()'),
            ('t50_derive_update', 'deals', 'before update',
             '(old.title, old.company_id, old.contact_id, old.tags, old.custom, old.deleted_at)'
             ' is distinct from (new.title, new.company_id, new.contact_id, new.tags, new.custom, new.deleted_at)',
             'derive_deal()'),
            ('t50_derive_update', 'activities', 'before update',
             '(old.kind, old.subject, old.body, old.retracted, old.superseded, old.deleted_at)'
             ' is distinct from (new.kind, new.subject, new.body, new.retracted, new.superseded, new.deleted_at)',
             'derive_activity()'),
            -- When it is written.
            ('derive_points_update', 'contacts', 'after update',
             '(old.emails, old.phones, old.book_id, old.deleted_at)'
             ' is distinct from (new.emails, new.phones, new.book_id, new.deleted_at)',
             'change_points()'),
            ('derive_points_delete', 'contacts', 'after delete', '', 'change_points()'),
            ('derive_keys_update', 'companies', 'after update', '{keys}', 'change_keys()'),
            ('derive_keys_update', 'contacts', 'after update', '{keys}', 'change_keys()'),
            ('derive_keys_update', 'deals', 'after update', '{keys}', 'change_keys()'),
            ('derive_keys_delete', 'companies', 'after delete', 'old.external_ids <> ''[]''', 'change_keys()'),
            ('derive_keys_delete', 'contacts', 'after delete', 'old.external_ids <> ''[]''', 'change_keys()'),
            ('derive_keys_delete', 'deals', 'after delete', 'old.external_ids <> ''[]''', 'change_keys()'),
            ('derive_rename', 'companies', 'after update', 'old.name <> new.name', 'rename_company()'),
            ('derive_rename', 'contacts', 'after update',
             '(old.first_name, old.last_name) is distinct from (new.first_name, new.last_name)', 'rename_contact()')
        ) as t (name, tbl, event, condition, function)
    loop
        execute format('drop trigger if exists %I on offhook.%I', v_trigger.name, v_trigger.tbl);
        execute format(
            'create trigger %I %s on offhook.%I for each row %s execute function offhook.%s',
            v_trigger.name, v_trigger.event, v_trigger.tbl,
            case when v_trigger.condition = '' then '' else format('when (%s)', replace(
                v_trigger.condition, '{keys}',
                '(old.external_ids <> ''[]'' or new.external_ids <> ''[]'') and (old.external_ids, old.book_id, old.deleted_at)'
                ' is distinct from (new.external_ids, new.book_id, new.deleted_at)')) end,
            v_trigger.function);
    end loop;
end
$$;

drop trigger if exists derive_followers on offhook.contacts;
create trigger derive_followers after insert on offhook.contacts referencing new table as fresh
    for each statement execute function offhook.add_points();

do $$
declare
    v_table text;
begin
    foreach v_table in array array['companies', 'contacts', 'deals'] loop
        execute format('drop trigger if exists derive_keys on offhook.%I', v_table);
        execute format(
            'create trigger derive_keys after insert on offhook.%I referencing new table as fresh'
            ' for each statement execute function offhook.add_keys()', v_table);
        execute format('drop trigger if exists derive_move on offhook.%I', v_table);
        execute format(
            'create trigger derive_move after update on offhook.%I referencing old table as stale new table as fresh'
            ' for each statement execute function offhook.move_children()', v_table);
    end loop;
end
$$;
