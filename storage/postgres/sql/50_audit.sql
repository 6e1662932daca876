-- The audit: who changed what and when, written by the database itself, whatever program the change came through.
--
-- An entry holds the difference (jsonb: column -> [before, after]), a random salt, and a digest over who, when, what and a
-- commitment to the difference: sha256(salt || difference). Erasing a person takes the difference away and leaves the
-- commitment in the place of the salt, so the digest still holds. Seals chain digests over everything that is committed.
-- Nobody, not even the owner, changes or removes an entry in any other way; `offhook audit verify` finds what a superuser
-- or a restored file did, since every client remembers the last seal that it has seen.

-- None of these three has a search path of its own, so that PostgreSQL can write them into the statements that call them.
create or replace function offhook.audit_commitment(salt bytea, diff jsonb) returns bytea
language sql stable parallel safe
as $$
    -- Of an erased entry only the commitment is left.
    select case when diff is null then salt else sha256(salt || convert_to(diff::text, 'UTF8')) end
$$;

create or replace function offhook.audit_digest(
    org_id uuid, at timestamptz, xid xid8, login text, user_id uuid, table_name text, row_id uuid, op text,
    changeset_id uuid, commitment bytea
) returns bytea
language sql stable parallel safe
as $$
    select sha256(
        convert_to(
            concat_ws(
                '|', org_id, (extract(epoch from at) * 1000000)::bigint, xid, login, coalesce(user_id::text, ''), table_name,
                coalesce(row_id::text, ''), op, coalesce(changeset_id::text, '')
            ),
            'UTF8'
        ) || commitment
    )
$$;

-- The changeset that a write belongs to is told by the client: good to know, never relied on.
create or replace function offhook.told_changeset() returns uuid
language sql stable parallel safe
as $$
    select case
        when current_setting('offhook.changeset', true) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
            then current_setting('offhook.changeset', true)::uuid
    end
$$;

-- One entry, from any place that has something to tell which is no row of a table.
create or replace function offhook.write_audit(
    p_org uuid, p_op text, p_table text, p_row uuid, p_diff jsonb
) returns void
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_salt bytea := uuid_send(gen_random_uuid());
    v_user uuid := offhook.my_user();
    v_changeset uuid := offhook.told_changeset();
begin
    insert into audit (org_id, at, xid, login, user_id, table_name, row_id, op, changeset_id, diff, salt, digest)
    values (
        p_org, now(), pg_current_xact_id(), session_user, v_user, p_table, p_row, p_op, v_changeset, p_diff, v_salt,
        offhook.audit_digest(
            p_org, now(), pg_current_xact_id(), session_user, v_user, p_table, p_row, p_op, v_changeset,
            offhook.audit_commitment(v_salt, p_diff)
        )
    );
end
$$;

-- A row that was written. The argument names the columns that are no news: stamps, and what the store works out of other
-- rows. Where nothing else has changed the version stays, and this is not called.
create or replace function offhook.audit_row() returns trigger
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_untold constant text[] := tg_argv[0];
    v_op constant text := lower(tg_op);
    v_user constant uuid := offhook.my_user();
    v_salt constant bytea := uuid_send(gen_random_uuid());
    v_org uuid;
    v_id uuid;
    v_was jsonb;
    v_diff jsonb;
begin
    if tg_op = 'INSERT' then
        v_org := new.org_id;
        v_id := new.id;
        select coalesce(jsonb_object_agg(v.key, jsonb_build_array(null, v.value)), '{}') into v_diff
        from jsonb_each(to_jsonb(new) - v_untold) v where v.value not in ('null', '""', '[]', '{}');
    elsif tg_op = 'UPDATE' then
        v_org := new.org_id;
        v_id := new.id;
        v_was := to_jsonb(old);
        select jsonb_object_agg(v.key, jsonb_build_array(v_was -> v.key, v.value)) into v_diff
        from jsonb_each(to_jsonb(new) - v_untold) v where v.value is distinct from v_was -> v.key;
        if v_diff is null then
            return null;
        end if;
    else
        v_org := old.org_id;
        v_id := old.id;
        select coalesce(jsonb_object_agg(v.key, jsonb_build_array(v.value, null)), '{}') into v_diff
        from jsonb_each(to_jsonb(old) - v_untold) v where v.value not in ('null', '""', '[]', '{}');
    end if;
    insert into audit (org_id, at, xid, login, user_id, table_name, row_id, op, changeset_id, diff, salt, digest)
    values (
        v_org, now(), pg_current_xact_id(), session_user, v_user, tg_table_name, v_id, v_op, offhook.told_changeset(), v_diff,
        v_salt,
        offhook.audit_digest(
            v_org, now(), pg_current_xact_id(), session_user, v_user, tg_table_name, v_id, v_op, offhook.told_changeset(),
            offhook.audit_commitment(v_salt, v_diff)
        )
    );
    return null;
end
$$;

-- By id of the row, the changeset that the next statement's rows belong to, where it writes those of many: told as above.
create or replace function offhook.told_changesets() returns jsonb
language plpgsql stable parallel safe
as $$
begin
    return nullif(current_setting('offhook.changesets', true), '')::jsonb;
exception when data_exception then
    return null;
end
$$;

-- The rows that a statement has written, all at once; as audit_row for each.
create or replace function offhook.audit_rows() returns trigger
language plpgsql security definer
set search_path = offhook, pg_temp
-- Old and new rows find each other by their ids, however many there are.
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    v_untold constant text[] := tg_argv[0];
    v_op constant text := lower(tg_op);
    v_user constant uuid := offhook.my_user();
    v_all constant jsonb := offhook.told_changesets();
    v_one constant uuid := offhook.told_changeset();
begin
    if tg_op = 'UPDATE' then
        insert into audit (org_id, at, xid, login, user_id, table_name, row_id, op, changeset_id, diff, salt, digest)
        select t.org_id, now(), pg_current_xact_id(), session_user, v_user, tg_table_name, t.id, v_op, t.changeset_id, t.diff,
               t.salt,
               offhook.audit_digest(
                   t.org_id, now(), pg_current_xact_id(), session_user, v_user, tg_table_name, t.id, v_op, t.changeset_id,
                   offhook.audit_commitment(t.salt, t.diff))
        from (
            select p.org_id, p.id, uuid_send(gen_random_uuid()) as salt, coalesce((v_all ->> p.id::text)::uuid, v_one) as changeset_id,
                   (select jsonb_object_agg(v.key, jsonb_build_array(p.was -> v.key, v.value))
                    from jsonb_each(p.now - v_untold) v where v.value is distinct from p.was -> v.key) as diff
            from (
                select f.org_id, f.id, to_jsonb(s) as was, to_jsonb(f) as now
                from fresh f join stale s on s.org_id = f.org_id and s.id = f.id
                where s.version <> f.version
                offset 0
            ) p
            offset 0
        ) t
        where t.diff is not null;
        return null;
    end if;
    insert into audit (org_id, at, xid, login, user_id, table_name, row_id, op, changeset_id, diff, salt, digest)
    select t.org_id, now(), pg_current_xact_id(), session_user, v_user, tg_table_name, t.id, v_op, t.changeset_id, t.diff,
           t.salt,
           offhook.audit_digest(
               t.org_id, now(), pg_current_xact_id(), session_user, v_user, tg_table_name, t.id, v_op, t.changeset_id,
               offhook.audit_commitment(t.salt, t.diff))
    from (
        select w.org_id, w.id, uuid_send(gen_random_uuid()) as salt, coalesce((v_all ->> w.id::text)::uuid, v_one) as changeset_id,
               (select coalesce(
                    jsonb_object_agg(v.key, case when v_op = 'insert' then jsonb_build_array(null, v.value)
                                                 else jsonb_build_array(v.value, null) end), '{}')
                from jsonb_each(to_jsonb(w) - v_untold) v where v.value not in ('null', '""', '[]', '{}')) as diff
        from written w
        offset 0
    ) t;
    return null;
end
$$;

-- What a statement of anybody's writes is told once it is done; what triggers write for it, row by row: mostly what is worked
-- out of other rows, and no news.
do $$
declare
    v_table text;
    v_untold text[];
begin
    for v_table, v_untold in
        select f.table_name, array_agg(f.name) filter (where f.role <> 'data') || array['id', 'sync_xid', 'lexemes']
        from offhook.fields f group by f.table_name
    loop
        execute format('drop trigger if exists audit_insert on offhook.%I', v_table);
        execute format('drop trigger if exists audit_update on offhook.%I', v_table);
        execute format('drop trigger if exists audit_delete on offhook.%I', v_table);
        execute format('drop trigger if exists audit_insert_within on offhook.%I', v_table);
        execute format('drop trigger if exists audit_update_within on offhook.%I', v_table);
        execute format('drop trigger if exists audit_delete_within on offhook.%I', v_table);
        execute format(
            'create trigger audit_insert after insert on offhook.%I referencing new table as written'
            ' for each statement when (pg_trigger_depth() = 0) execute function offhook.audit_rows(%L)', v_table, v_untold);
        execute format(
            'create trigger audit_update after update on offhook.%I referencing old table as stale new table as fresh'
            ' for each statement when (pg_trigger_depth() = 0) execute function offhook.audit_rows(%L)', v_table, v_untold);
        execute format(
            'create trigger audit_delete after delete on offhook.%I referencing old table as written'
            ' for each statement when (pg_trigger_depth() = 0) execute function offhook.audit_rows(%L)', v_table, v_untold);
        execute format(
            'create trigger audit_insert_within after insert on offhook.%I'
            ' for each row when (pg_trigger_depth() > 0) execute function offhook.audit_row(%L)', v_table, v_untold);
        execute format(
            'create trigger audit_update_within after update on offhook.%I'
            ' for each row when (old.version <> new.version and pg_trigger_depth() > 0)'
            ' execute function offhook.audit_row(%L)', v_table, v_untold);
        execute format(
            'create trigger audit_delete_within after delete on offhook.%I'
            ' for each row when (pg_trigger_depth() > 0) execute function offhook.audit_row(%L)', v_table, v_untold);
    end loop;
end
$$;

-- --- nothing is ever taken out ------------------------------------------------------------------------------------

create or replace function offhook.audit_stays() returns trigger
language plpgsql
set search_path = offhook, pg_temp
as $$
begin
    if tg_op = 'UPDATE' and tg_table_name = 'audit' then
        -- Erasing a person: the difference goes, the commitment to it stays, nothing else moves.
        if old.diff is not null and new.diff is null
            and new.salt = offhook.audit_commitment(old.salt, old.diff)
            and to_jsonb(new) - '{diff,salt}'::text[] = to_jsonb(old) - '{diff,salt}'::text[]
        then
            return new;
        end if;
    end if;
    raise exception 'The audit is only ever added to.' using errcode = 'OH001';
end
$$;

drop trigger if exists stays on offhook.audit;
create trigger stays before update or delete on offhook.audit for each row execute function offhook.audit_stays();
drop trigger if exists stays_whole on offhook.audit;
create trigger stays_whole before truncate on offhook.audit for each statement execute function offhook.audit_stays();
drop trigger if exists stays on offhook.audit_seals;
create trigger stays before update or delete on offhook.audit_seals
    for each row execute function offhook.audit_stays();
drop trigger if exists stays_whole on offhook.audit_seals;
create trigger stays_whole before truncate on offhook.audit_seals
    for each statement execute function offhook.audit_stays();

-- --- seals --------------------------------------------------------------------------------------------------------

-- Seals what is committed and not sealed yet. Entries are numbered in the order of writing, not of committing, so a seal
-- covers transactions (from the last seal's horizon to the oldest one still open), and thereby a set that can never grow.
-- After a restore transaction numbers begin anew: then everything there is goes under one seal without a horizon, and
-- later seals look at later entries only (`restored`).
--
-- Whoever is at work asks for it from time to time, so that no organization's audit depends on an admin's remembering it.
-- Ten minutes lie between two seals, unless an admin wants one now.
create or replace function offhook.seal_audit(p_least int default 1, p_restored boolean default false) returns int
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_me constant users := offhook.caller();
    v_org constant uuid := v_me.org_id;
    v_last audit_seals%rowtype;
    v_floor bigint;
    v_from xid8;
    v_horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
    v_entries bigint;
    v_up_to bigint;
    v_digests bytea;
    v_number int;
begin
    if p_restored and v_me.role is distinct from 'admin' then
        raise exception 'Only an admin seals a restored audit.' using errcode = 'OH001';
    end if;
    select * into v_last from audit_seals s where s.org_id = v_org order by s.number desc limit 1;
    if v_me.role is distinct from 'admin' and v_last.at > now() - interval '10 minutes' then
        return v_last.number;
    end if;
    select coalesce(max(s.up_to_seq), 0) into v_floor from audit_seals s where s.org_id = v_org and s.horizon is null;
    v_from := coalesce(v_last.horizon, '0'::xid8);
    if p_restored then
        v_horizon := null;
    end if;
    select count(*), max(a.seq), string_agg(a.digest, ''::bytea order by a.seq)
    into v_entries, v_up_to, v_digests
    from audit a
    where a.org_id = v_org and a.seq > v_floor and a.xid >= v_from and (v_horizon is null or a.xid < v_horizon);
    if v_entries < greatest(p_least, 1) then
        return v_last.number;
    end if;
    v_number := coalesce(v_last.number, 0) + 1;
    -- Two who seal at once see the same last seal; the second finds its number taken and leaves it at that.
    insert into audit_seals (org_id, number, at, up_to_seq, entries, digest, previous, horizon)
    values (
        v_org, v_number, now(), v_up_to, v_entries,
        sha256(coalesce(v_last.digest, ''::bytea) || convert_to(v_number || '|' || v_entries || '|', 'UTF8') || v_digests),
        v_last.digest, v_horizon
    )
    on conflict (org_id, number) do nothing;
    return v_number;
end
$$;

-- --- what is told that is no row ----------------------------------------------------------------------------------

-- An export, told before the data leaves. Many rows at once are told to the admins, as a task each.
create or replace function offhook.note_export(p_table text, p_rows bigint, p_filter text) returns void
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_org uuid := offhook.my_org();
    v_me users%rowtype;
    v_many bigint;
begin
    select * into v_me from users u where u.org_id = v_org and u.id = offhook.my_user();
    if v_me.id is null then
        raise exception 'You are not known here.' using errcode = 'OH001';
    end if;
    if v_me.export_right = 'no' or (v_me.export_right = '' and v_me.role not in ('admin', 'manager')) then
        raise exception 'Exporting is for admins and managers here; ask one of them.' using errcode = 'OH001';
    end if;
    -- The sentence goes into other people's tasks.
    if p_rows is null or p_rows < 0 or p_table is null or p_table !~ '^[a-z_]{1,60}$' then
        raise exception 'An export is of so and so many records of one kind.' using errcode = 'OH003';
    end if;
    perform offhook.write_audit(v_org, 'export', p_table, null,
                                jsonb_build_object('rows', p_rows, 'filter', left(p_filter, 2000)));
    select coalesce((o.settings ->> 'large_export')::bigint, 1000) into v_many from organizations o where o.id = v_org;
    if p_rows >= v_many then
        insert into tasks (org_id, id, book_id, kind, subject, body, due_at, all_day, assignee_id)
        select v_org, gen_random_uuid(), b.id, 'todo',
               left(format('%s exported %s %s', v_me.name, to_char(p_rows, 'FM999G999G999'), p_table), 300),
               format('Filter: %s', coalesce(nullif(left(p_filter, 2000), ''), 'none')), now(), true, u.id
        from users u join books b on b.org_id = u.org_id and b.user_id = u.id and b.kind = 'own' and b.deleted_at is null
        where u.org_id = v_org and u.role = 'admin' and u.disabled_at is null and u.deleted_at is null and u.id <> v_me.id;
    end if;
end
$$;

-- --- a person's data ----------------------------------------------------------------------------------------------

-- Everything that is kept about a contact (GDPR articles 15 and 20), for an admin to hand over. Telling of it is audited.
create or replace function offhook.export_person(p_contact uuid) returns jsonb
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_org uuid := offhook.my_org();
    v_out jsonb;
begin
    if offhook.my_role() is distinct from 'admin' then
        raise exception 'Only an admin hands out all that is kept about a person.' using errcode = 'OH001';
    end if;
    select jsonb_build_object(
        'contact', to_jsonb(c) - '{search,sort_key,lexemes,sync_xid}'::text[],
        'company', (select k.name from companies k where k.org_id = v_org and k.id = c.company_id),
        'deals', (select coalesce(jsonb_agg(to_jsonb(d) - '{search,sort_key,lexemes,sync_xid}'::text[] order by d.id), '[]')
                  from deals d where d.org_id = v_org and d.contact_id = c.id),
        'activities', (select coalesce(jsonb_agg(to_jsonb(a) - '{search,lexemes,sync_xid}'::text[] order by a.occurred_at), '[]')
                       from activities a where a.org_id = v_org and a.contact_id = c.id),
        'tasks', (select coalesce(jsonb_agg(to_jsonb(t) - '{sync_xid}'::text[] order by t.due_at), '[]')
                  from tasks t where t.org_id = v_org and t.contact_id = c.id),
        'changes', (select coalesce(jsonb_agg(jsonb_build_object('at', a.at, 'by', a.login, 'what', a.op, 'fields', a.diff)
                                              order by a.seq), '[]')
                    from audit a where a.org_id = v_org and a.table_name = 'contacts' and a.row_id = c.id)
    )
    into v_out from contacts c where c.org_id = v_org and c.id = p_contact;
    if v_out is null then
        raise exception 'That contact is not there.' using errcode = 'OH002';
    end if;
    perform offhook.write_audit(v_org, 'export', 'contacts', p_contact, jsonb_build_object('why', 'request of the person'));
    return v_out;
end
$$;

-- Erases a person (GDPR article 17): the contact, what was said and planned about it, what the history and the audit hold
-- of all these. Deals stay, without the name. The entry that tells of it holds no personal data.
create or replace function offhook.erase_person(p_contact uuid) returns jsonb
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_org uuid := offhook.my_org();
    v_activities uuid[];
    v_tasks uuid[];
    v_rows uuid[];
    v_name text;
    v_audit bigint;
    v_history bigint;
begin
    if offhook.my_role() is distinct from 'admin' then
        raise exception 'Only an admin erases a person.' using errcode = 'OH001';
    end if;
    select offhook.title_of('contacts', to_jsonb(c)) into v_name
    from contacts c where c.org_id = v_org and c.id = p_contact for update;
    if not found then
        raise exception 'That contact is not there.' using errcode = 'OH002';
    end if;
    select coalesce(array_agg(a.id), '{}') into v_activities
    from activities a where a.org_id = v_org and a.contact_id = p_contact;
    select coalesce(array_agg(t.id), '{}') into v_tasks from tasks t where t.org_id = v_org and t.contact_id = p_contact;
    v_rows := v_activities || v_tasks || p_contact;
    update activities a set subject = 'Erased', body = '', data = '{}'
    where a.org_id = v_org and a.id = any(v_activities);
    update tasks t set subject = 'Erased', body = '', deleted_at = coalesce(t.deleted_at, now())
    where t.org_id = v_org and t.id = any(v_tasks);
    update contacts c
    set first_name = '', last_name = '', title = '', company_id = null, emails = '[]', phones = '[]', lead_status = '',
        source = '', time_zone = '', address = '', postal_code = '', city = '', region = '', country = '',
        do_not_call = true, description = '', tags = '[]', custom = '{}', external_ids = '[]',
        deleted_at = coalesce(c.deleted_at, now())
    where c.org_id = v_org and c.id = p_contact;
    perform offhook.note_erasure(v_org, 'contacts', array[p_contact]);
    perform offhook.note_erasure(v_org, 'activities', v_activities);
    perform offhook.note_erasure(v_org, 'tasks', v_tasks);
    -- What was done stays in the history, what it said about the person does not.
    update changesets h
    set summary = 'Erased',
        body = jsonb_set(jsonb_set(h.body, '{summary}', '"Erased"'), '{changes}', (
            select coalesce(jsonb_agg(
                case when (c.value ->> 'id')::uuid = any(v_rows)
                    then jsonb_build_object('table', c.value -> 'table', 'id', c.value -> 'id', 'op', 'update')
                    else c.value end order by c.ordinality), '[]')
            from jsonb_array_elements(h.body -> 'changes') with ordinality c))
    where h.org_id = v_org and (
        h.seq in (
            select r.seq from changeset_rows r where r.org_id = v_org and r.row_id = any(v_rows)
            and r.table_name in ('contacts', 'activities', 'tasks'))
        -- What came to nothing, since somebody had done the same before, has written no row and says it all the same.
        or h.body -> 'changes' @> any(array(
            select jsonb_build_array(jsonb_build_object('id', r.id)) from unnest(v_tasks || p_contact) r(id))));
    get diagnostics v_history = row_count;
    -- Answers that a client has not fetched for good yet tell what the person's rows held, or name them. What a client has kept
    -- there itself may be of any shape.
    update answers a set answer = a.answer || jsonb_build_object(
        'conflicts', '[]'::jsonb, 'rows', '[]'::jsonb,
        'reason', case when strpos(a.answer ->> 'reason', v_name) > 0 then 'The person was erased.' else a.answer ->> 'reason' end)
    where a.org_id = v_org and (
        strpos(a.answer ->> 'reason', v_name) > 0
        or exists (select from jsonb_path_query(a.answer, '$.rows[*].row.id') i where lower(i #>> '{}') = any(v_rows::text[])));
    -- The entries of the erasing itself hold the old values as well.
    update audit a set diff = null, salt = offhook.audit_commitment(a.salt, a.diff)
    where a.org_id = v_org and a.diff is not null and a.row_id = any(v_rows)
        and a.table_name in ('contacts', 'activities', 'tasks');
    get diagnostics v_audit = row_count;
    perform offhook.write_audit(v_org, 'erase', 'contacts', p_contact, jsonb_build_object(
        'activities', to_jsonb(v_activities), 'tasks', to_jsonb(v_tasks)));
    return jsonb_build_object(
        'activities', cardinality(v_activities), 'tasks', cardinality(v_tasks), 'history', v_history, 'audit', v_audit);
end
$$;
