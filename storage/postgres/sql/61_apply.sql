-- Applying changesets: the one door through which offhook writes. It runs under the caller's own rights (SECURITY INVOKER):
-- row-level security, column grants and triggers decide what may be done, here as for plain SQL. What this adds is what
-- plain SQL has not: whole or not at all, once however often it is sent, and nothing overwritten that nobody saw.
--
-- Every changeset has its own subtransaction and its own answer. What says nothing of a changeset but of the server
-- (deadlock, a lock that does not come, a connection that ends) fails the whole call: the client sends it again.

-- --- statements by table ------------------------------------------------------------------------------------------

-- Made from the declarations for all tables at once: PostgreSQL keeps the plan of a written-out statement for the session,
-- and plans one that is put together at run time every time.
do $make$
declare
    v_locked text;
    v_visible text;
    v_added text;
    v_noted text;
begin
    select
        string_agg(format(
            E'when %1$L then return query select r.id, to_jsonb(r) from (select %2$s from offhook.%1$I t'
            ' where t.org_id = p_org and t.id = any(p_ids) order by t.id for no key update) r;\n',
            f.table_name, f.told), ''),
        string_agg(format(
            E'when %1$L then select to_jsonb(r) into v_row from (select %2$s from offhook.%1$I t'
            ' where t.org_id = p_org and t.id = p_id) r;\n',
            f.table_name, f.told), ''),
        string_agg(format(
            E'when %1$L then if p_row ?& %2$L then insert into offhook.%1$I (%3$s)'
            ' select %4$s from jsonb_populate_record(null::offhook.%1$I, p_row) t; return; end if;\n',
            f.table_name, f.names, f.data, f.set), ''),
        string_agg(format(
            E'when %1$L then insert into changeset_rows (org_id, table_name, row_id, seq)'
            ' select v_org, %1$L, t.id, p_seq from %1$I t where t.org_id = v_org and t.id = any(v_ids)'
            ' and t.sync_xid = pg_current_xact_id() and t.updated_by = v_me.id and t.updated_at = now() on conflict do nothing;\n',
            f.table_name), '')
    into v_locked, v_visible, v_added, v_noted
    from (
        select table_name,
               string_agg(format('t.%I', name), ', ' order by position) filter (where role <> 'derived') as told,
               string_agg(format('%I', name), ', ' order by position) filter (where role = 'data') as data,
               string_agg(format('t.%I', name), ', ' order by position) filter (where role = 'data') as set,
               array_agg(name order by position) filter (where role = 'data') as names
        from offhook.fields group by table_name
    ) f;

    -- The rows that the caller may change, locked in the order of their ids. Keys never change, so that whoever only points
    -- to a row need not wait.
    execute format($body$
        create or replace function offhook.locked_rows(p_org uuid, p_table text, p_ids uuid[])
        returns table (id uuid, held jsonb)
        language plpgsql
        as $$
        begin
            case p_table
            %s
            end case;
        end
        $$;
    $body$, v_locked);

    -- A row as the caller sees it; null where there is none, or none for them.
    execute format($body$
        create or replace function offhook.visible_row(p_org uuid, p_table text, p_id uuid) returns jsonb
        language plpgsql stable
        as $$
        declare
            v_row jsonb;
        begin
            case p_table
            %s
            end case;
            return v_row;
        end
        $$;
    $body$, v_visible);

    -- A new row. One that leaves fields out (an older client does not know them) gets the table's defaults.
    execute format($body$
        create or replace function offhook.add_row(p_table text, p_row jsonb) returns void
        language plpgsql
        as $$
        declare
            v_names text;
        begin
            case p_table
            %s
            end case;
            select string_agg(quote_ident(f.name), ', ' order by f.position) into v_names
            from offhook.fields f where f.table_name = p_table and p_row ? f.name;
            execute format('insert into offhook.%%1$I (%%2$s) select %%2$s from jsonb_populate_record(null::offhook.%%1$I, $1)',
                           p_table, v_names) using p_row;
        end
        $$;
    $body$, v_added);

    -- Puts down which rows a changeset of the caller's has written. Only what they have changed in this very transaction
    -- counts, and not what merely followed: so nobody puts a line into the history of a record that they could not write.
    execute format($body$
        create or replace function offhook.remember(p_seq bigint, p_status text, p_tables text[], p_ids uuid[]) returns void
        language plpgsql security definer
        set search_path = offhook, pg_temp
        as $$
        declare
            v_me constant users := offhook.caller();
            v_org constant uuid := v_me.org_id;
            v_table text;
            v_ids uuid[];
        begin
            perform from changesets h where h.org_id = v_org and h.seq = p_seq and h.user_id = v_me.id;
            if not found then
                raise exception 'That change is not yours to tell of.' using errcode = 'OH001';
            end if;
            for v_table, v_ids in
                select u.t, array_agg(u.id) from unnest(p_tables, p_ids) as u(t, id) group by u.t
            loop
                case v_table
                %s
                end case;
            end loop;
            if p_status = 'merged' then
                update changesets h set status = 'merged' where h.org_id = v_org and h.seq = p_seq;
            end if;
        end
        $$;
    $body$, v_noted);
end
$make$;

-- Writes some columns of a row, and says how many rows that were. What is changed every day has one statement for all
-- columns, planned once; the set-up's columns are not everybody's to write, so each is only named where it changes.
do $make$
declare
    v_daily text;
begin
    select string_agg(format(
        E'when %1$L then update offhook.%1$I t set %2$s from jsonb_populate_record(null::offhook.%1$I, p_new) r'
        ' where t.org_id = p_org and t.id = p_id;\n',
        f.table_name, f.set), '')
    into v_daily
    from (
        select table_name,
               string_agg(format('%1$I = case when p_new ? %1$L then r.%1$I else t.%1$I end', name), ', ' order by position) as set
        from offhook.fields
        where table_name in ('companies', 'contacts', 'deals', 'tasks') and role = 'data' and name not in ('id', 'book_id')
        group by table_name
    ) f;
    execute format($body$
        create or replace function offhook.change_row(p_org uuid, p_table text, p_id uuid, p_new jsonb) returns bigint
        language plpgsql
        as $$
        declare
            v_set text;
            v_count bigint;
        begin
            case p_table
            %s
            else
                select string_agg(format('%%1$I = r.%%1$I', k.name), ', ' order by k.name) into v_set
                from jsonb_object_keys(p_new) k(name);
                execute format('update offhook.%%1$I t set %%2$s from jsonb_populate_record(null::offhook.%%1$I, $1) r'
                               ' where t.org_id = $2 and t.id = $3', p_table, v_set)
                using p_new, p_org, p_id;
            end case;
            get diagnostics v_count = row_count;
            return v_count;
        end
        $$;
    $body$, v_daily);
end
$make$;

-- --- what a changeset may say -------------------------------------------------------------------------------------

-- What offhook.fields says, as one constant: {table: {field: [kind, role, nullable]}}.
do $make$
begin
    execute format(
        'create or replace function offhook.declared() returns jsonb language sql immutable parallel safe as $$ select %L::jsonb $$',
        (select jsonb_object_agg(t.table_name, t.names) from (
            select f.table_name, jsonb_object_agg(f.name, jsonb_build_array(f.kind, f.role, f.nullable)) as names
            from offhook.fields f group by f.table_name) t));
end
$make$;

create or replace function offhook.is_uuid(p_text text) returns boolean
language sql immutable parallel safe
as $$
    select coalesce(p_text ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', false)
$$;

-- What is wrong with a changeset, in a sentence; null where it can be applied as far as its shape goes.
create or replace function offhook.fault_of(p_body jsonb, p_org uuid, p_user uuid) returns text
language plpgsql stable
as $$
begin
    return coalesce(offhook.fault_of_head(p_body, p_org, p_user), offhook.fault_of_changes(p_body -> 'changes'));
end
$$;

-- What is wrong with what a changeset says of itself.
create or replace function offhook.fault_of_head(p_body jsonb, p_org uuid, p_user uuid) returns text
language plpgsql stable
as $$
declare
    v_name text;
begin
    if jsonb_typeof(p_body) is distinct from 'object' or not offhook.is_uuid(p_body ->> 'id') then
        return 'That is no changeset.';
    end if;
    if p_org is null or p_user is null then
        return 'You are not known here, or no longer.';
    end if;
    if p_body ->> 'org_id' is distinct from p_org::text or p_body ->> 'user_id' is distinct from p_user::text then
        return 'That is not a change of yours.';
    end if;
    foreach v_name in array array['at', 'command', 'summary', 'event'] loop
        if jsonb_typeof(p_body -> v_name) is distinct from 'string' then
            return format('The changeset does not say its “%s”.', v_name);
        end if;
    end loop;
    if coalesce(p_body -> 'undoes', 'null') <> 'null' and not offhook.is_uuid(p_body ->> 'undoes') then
        return 'What it undoes is no changeset.';
    end if;
    if jsonb_typeof(p_body -> 'changes') is distinct from 'array' then
        return 'The changeset has no changes.';
    end if;
    return null;
end
$$;

-- What is wrong with changes, of one changeset or of many.
create or replace function offhook.fault_of_changes(p_changes jsonb) returns text
language plpgsql stable
as $$
declare
    v_fault text;
begin
    select case
        when jsonb_typeof(c.value) <> 'object' or not offhook.is_uuid(c.value ->> 'id')
            or coalesce(c.value ->> 'op', '') not in ('insert', 'update') then 'That is no change of a row.'
        when not coalesce(offhook.declared() ? (c.value ->> 'table'), false)
            then format('There is no “%s” to change.', left(c.value ->> 'table', 40))
        when c.value ->> 'table' = 'activities' and c.value ->> 'op' = 'update' then 'Activities are only ever added.'
        when exists (
            select from unnest(array['set', 'base', 'add', 'remove']) part
            where c.value ? part and jsonb_typeof(c.value -> part) <> 'object')
            or (c.value ->> 'op' = 'insert' and (c.value -> 'set' ->> 'id' is distinct from c.value ->> 'id'
                                                  or c.value ? 'add' or c.value ? 'remove'))
            then 'That is no change of a row.'
        end
    into v_fault
    from jsonb_array_elements(p_changes) c
    order by 1 nulls last limit 1;
    return coalesce(v_fault, offhook.fault_of_fields(p_changes));
end
$$;

create or replace function offhook.fault_of_fields(p_changes jsonb) returns text
language plpgsql stable
as $$
begin
    return (select case
        when v.field is null or (v.path <> '' and v.field ->> 0 <> 'map')
            then format('A %s has no field “%s”.', offhook.label(v.table_name), left(v.name, 40))
        when v.part <> 'base' and (v.field ->> 1 <> 'data' or (v.head = 'id' and v.op = 'update'))
            then format('“%s” of a %s is kept by offhook itself.', v.head, offhook.label(v.table_name))
        when v.part <> 'base' and v.op = 'update' and v.head = 'book_id'
            and v.table_name not in ('companies', 'contacts', 'deals')
            then format('Where a %s lies does not change by itself.', offhook.label(v.table_name))
        else format('“%s” of a %s cannot be %s.', v.name, offhook.label(v.table_name), left(v.value::text, 60))
        end
    from (
        select c.value ->> 'table' as table_name, c.value ->> 'op' as op, part.name as part, e.key as name, e.value,
               h.head, substr(e.key, length(h.head) + 2) as path, offhook.declared() -> (c.value ->> 'table') -> h.head as field
        from jsonb_array_elements(p_changes) c
        cross join (values ('set'), ('base'), ('add'), ('remove')) as part(name)
        cross join lateral jsonb_each(c.value -> part.name) e
        cross join lateral (select split_part(e.key, '.', 1)) as h(head)
        offset 0
    ) v
    where v.field is null
        or (v.path <> '' and v.field ->> 0 <> 'map')
        or (v.part <> 'base' and (v.field ->> 1 <> 'data' or (v.op = 'update' and v.head = 'id')))
        or (v.part <> 'base' and v.op = 'update' and v.head = 'book_id'
            and v.table_name not in ('companies', 'contacts', 'deals'))
        or (v.part in ('add', 'remove') and (v.field ->> 0 <> 'set' or jsonb_typeof(v.value) <> 'array'))
        or (v.part in ('set', 'base') and v.path = '' and case
                when v.value = 'null' then v.part = 'set' and not (v.field -> 2)::boolean
                when v.field ->> 0 = 'int' then jsonb_typeof(v.value) <> 'number'
                when v.field ->> 0 = 'bool' then jsonb_typeof(v.value) <> 'boolean'
                when v.field ->> 0 = 'set' then jsonb_typeof(v.value) <> 'array'
                when v.field ->> 0 = 'map' then jsonb_typeof(v.value) <> 'object'
                else jsonb_typeof(v.value) <> 'string'
            end)
    order by 1 limit 1);
end
$$;

-- --- answers ------------------------------------------------------------------------------------------------------

create or replace function offhook.answer(
    p_id jsonb, p_status text, p_reason text default '', p_revision bigint default 0, p_more jsonb default '{}'
) returns jsonb
language sql immutable parallel safe
as $$
    select jsonb_build_object(
        'id', p_id, 'status', p_status, 'revision', p_revision, 'xid', null, 'reason', p_reason, 'taken_by', null, 'about', null,
        'conflicts', '[]'::jsonb, 'rows', '[]'::jsonb, 'fields', '{}'::jsonb) || p_more
$$;

-- The answer that an applied changeset of the caller's got; null where there is none. It says no transaction: that one
-- has been visible for as long as its answer could be found.
create or replace function offhook.stored_answer(p_org uuid, p_user uuid, p_id uuid) returns jsonb
language plpgsql
as $$
declare
    v_found record;
begin
    select h.seq, h.status into v_found
    from offhook.changesets h where h.org_id = p_org and h.id = p_id and h.user_id = p_user;
    if found then
        return offhook.answer(to_jsonb(p_id), v_found.status, '', v_found.seq);
    end if;
    return null;
end
$$;

-- What an error says of the changeset that met it.
create or replace function offhook.refusal(
    p_id jsonb, p_table text, p_state text, p_message text, p_detail text, p_constraint text, p_column text
) returns jsonb
language plpgsql stable
as $$
declare
    v_label text := coalesce(offhook.label(p_table), 'record');
    v_points_to text;
    v_fields jsonb := '{}';
begin
    case
        when p_state = 'OH001' then
            return offhook.answer(p_id, 'rejected', p_message);
        when p_state = 'OH002' then
            return offhook.answer(p_id, 'gone', p_message);
        when p_state = 'OH003' then
            if p_detail like '{%}' then
                v_fields := p_detail::jsonb;
            end if;
            return offhook.answer(p_id, 'rejected', p_message, 0, jsonb_build_object('fields', v_fields));
        when p_state = '42501' and offhook.my_role() = 'readonly' then
            return offhook.answer(p_id, 'rejected', 'Your role is read-only: you can look at everything and change nothing.');
        when p_state = '42501' and p_table = 'imports' and not offhook.may_import() then
            return offhook.answer(p_id, 'rejected', 'You may not import. Ask an admin for the right to, or to import it for you.');
        when p_state = '42501' and p_message like '%row-level security%' then
            return offhook.answer(p_id, 'rejected', format('You may not put a %s there.', v_label));
        when p_state = '42501' then
            return offhook.answer(p_id, 'rejected', format(
                'Your role (%s) does not let you change that of a %s.', coalesce(offhook.my_role(), 'none'), v_label));
        when p_state = '23505' then
            return offhook.answer(p_id, 'rejected', format(
                'That %s is there already.', case when p_constraint like '%\_changesets\_%' then 'change' else v_label end));
        when p_state = '23503' then
            select offhook.label(f.ref) into v_points_to from offhook.fields f
            where f.table_name = p_table and p_constraint = format('fk_%s_org_id_%s', p_table, f.name);
            return offhook.answer(p_id, 'gone', format(
                'The %s that this %s points to is not there.', coalesce(v_points_to, 'record'), v_label));
        when p_state = '23502' then
            return offhook.answer(p_id, 'rejected', format('“%s” of a %s is missing.', p_column, v_label));
        when p_state = '23514' then
            return offhook.answer(p_id, 'rejected', format('A %s cannot be like that (%s).', v_label, p_constraint));
        when left(p_state, 2) = '22' then
            return offhook.answer(p_id, 'rejected', format('A value of a %s cannot be kept: %s.', v_label, p_message));
        else
            return offhook.answer(p_id, 'rejected', format('The server does not take it: %s.', p_message));
    end case;
end
$$;

-- --- applying -----------------------------------------------------------------------------------------------------

-- Puts a changeset of the caller's down and numbers it; null for one that changes nothing. Nobody has the right to write into
-- the table itself: others read in the history of their records what stands there, so it must be a changeset.
create or replace function offhook.open_changeset(p_body jsonb) returns bigint
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_me record;
    v_fault text;
    v_seq bigint;
begin
    select u.org_id, u.id, u.role into v_me from users u
    where u.login = session_user::text and u.login <> '' and u.disabled_at is null and u.deleted_at is null;
    v_fault := offhook.fault_of(p_body, v_me.org_id, v_me.id);
    if v_fault is not null then
        raise exception '%', v_fault using errcode = 'OH001';
    end if;
    if p_body -> 'changes' = '[]' then
        return null;
    end if;
    if v_me.role = 'readonly' then
        raise exception 'Your role is read-only: you can look at everything and change nothing.' using errcode = 'OH001';
    end if;
    insert into changesets (id, org_id, user_id, at, command, summary, body, status, undoes)
    values ((p_body ->> 'id')::uuid, v_me.org_id, v_me.id, (p_body ->> 'at')::timestamptz, p_body ->> 'command',
            p_body ->> 'summary', p_body, 'ok', (p_body ->> 'undoes')::uuid)
    returning seq into v_seq;
    return v_seq;
end
$$;

-- Applies one changeset, whole or not at all, and answers it. One that was put down already (62_push.sql) says where.
drop function if exists offhook.apply_one(jsonb, uuid, uuid);
create or replace function offhook.apply_one(p_body jsonb, p_org uuid, p_user uuid, p_seq bigint default null) returns jsonb
language plpgsql
as $$
declare
    v_said jsonb := p_body -> 'id';
    v_id uuid;
    v_seq bigint;
    v_stop jsonb;
    v_count int;
    v_status text := 'ok';
    v_table text;
    v_ids uuid[];
    v_places int[];
    v_held jsonb[];
    v_lock record;
    v_row jsonb;
    v_change record;
    v_merge jsonb;
    v_conflicts jsonb := '[]';
    v_disputed jsonb := '[]';
    v_before jsonb[];
    v_after jsonb[];
    v_tables text[];
    v_row_ids uuid[];
    v_new jsonb;
    v_moves int[] := '{}';
    v_written_in text[] := '{}';
    v_written uuid[] := '{}';
    v_place int;
    -- What is to be written, in its order: new rows whole, of others what changes.
    v_put_in text[] := '{}';
    v_put uuid[] := '{}';
    v_put_new boolean[] := '{}';
    v_put_rows jsonb[] := '{}';
    v_from int := 1;
    v_is_in boolean;
    -- The row that is looked at: the one that is refused, where something is.
    v_row_id uuid;
    v_state text;
    v_message text;
    v_detail text;
    v_constraint text;
    v_column text;
begin
    begin
        if offhook.is_uuid(p_body ->> 'id') then
            v_id := (p_body ->> 'id')::uuid;
        end if;
        -- First of all: a changeset that was applied already, or is being applied on another connection, fails (or waits)
        -- here, and its answer is found below.
        v_seq := coalesce(p_seq, offhook.open_changeset(p_body));
        if v_seq is null then
            return offhook.answer(v_said, 'ok');
        end if;
        v_count := jsonb_array_length(p_body -> 'changes');
        perform set_config('offhook.changeset', v_id::text, true);
        if p_body ->> 'undoes' is not null then
            perform offhook.mark_undone((p_body ->> 'undoes')::uuid, v_id);
        end if;

        -- Always in the same order, so that two who change the same rows wait for each other and not in a circle.
        v_before := array_fill(null::jsonb, array[v_count]);
        v_held := v_before;
        for v_table, v_ids, v_places in
            select r.tbl, array_agg(r.id), array_agg(r.place) from (
                select c.value ->> 'table' as tbl, (c.value ->> 'id')::uuid as id, min(c.ordinality)::int as place
                from jsonb_array_elements(p_body -> 'changes') with ordinality c
                group by 1, 2 having bool_or(c.value ->> 'op' = 'update')
            ) r group by 1 order by 1
        loop
            for v_lock in
                select p.place, l.held from offhook.locked_rows(p_org, v_table, v_ids) l
                join unnest(v_ids, v_places) p(id, place) on p.id = l.id
            loop
                v_held[v_lock.place] := v_lock.held;
            end loop;
        end loop;

        -- What the rows come to, in memory.
        v_after := v_before;
        v_tables := array_fill(null::text, array[v_count]);
        v_row_ids := array_fill(null::uuid, array[v_count]);
        for v_change in
            select c.value as body, c.value ->> 'table' as in_table, (c.value ->> 'id')::uuid as id,
                   c.value ->> 'op' = 'insert' as is_new,
                   (min(c.ordinality) over (partition by c.value ->> 'table', (c.value ->> 'id')::uuid))::int as place
            from jsonb_array_elements(p_body -> 'changes') with ordinality c order by c.ordinality
        loop
            v_table := v_change.in_table;
            v_row_id := v_change.id;
            v_place := v_change.place;
            v_row := v_after[v_place];
            if v_change.is_new then
                if v_row is not null then
                    raise exception 'That % is there already.', offhook.label(v_table) using errcode = 'OH001';
                end if;
                v_tables[v_place] := v_table;
                v_row_ids[v_place] := v_change.id;
                v_after[v_place] := v_change.body -> 'set';
                continue;
            end if;
            if v_row is null then
                v_row := v_held[v_place];
                if v_row is null then
                    v_stop := offhook.out_of_reach(v_said, p_org, v_table, v_change.id);
                    raise exception 'stop' using errcode = 'OH000';
                end if;
                v_tables[v_place] := v_table;
                v_row_ids[v_place] := v_change.id;
                v_before[v_place] := v_row;
            elsif v_before[v_place] is null then
                v_row := offhook.normal(v_table, v_row);
            end if;
            if v_row ->> 'deleted_at' is not null and not coalesce(v_change.body -> 'set' ? 'deleted_at', false) then
                raise exception '% was deleted meanwhile.', offhook.titled(v_table, v_row) using errcode = 'OH002';
            end if;
            v_merge := offhook.merge_row(v_table, v_row, v_change.body);
            if v_merge -> 'conflicts' <> '[]' then
                v_conflicts := v_conflicts || (v_merge -> 'conflicts');
                v_disputed := v_disputed || jsonb_build_object('table', v_table, 'row', v_row);
            end if;
            if (v_merge ->> 'merged')::boolean then
                v_status := 'merged';
            end if;
            v_after[v_place] := v_row || (v_merge -> 'write');
        end loop;
        v_row_id := null;
        if v_conflicts <> '[]' then
            v_stop := offhook.answer(v_said, 'conflict', '', 0, jsonb_build_object(
                'conflicts', v_conflicts, 'rows', v_disputed, 'taken_by', (
                    select offhook.owner_name((c.value ->> 'theirs')::uuid)
                    from jsonb_array_elements(v_conflicts) c where c.value ->> 'field' = 'book_id' limit 1)));
            raise exception 'stop' using errcode = 'OH000';
        end if;

        -- Into the tables. What changes hands does so last: until then it, and what is told of it, is the caller's to write.
        for v_place in 1 .. v_count loop
            continue when v_after[v_place] is null;
            v_new := v_after[v_place];
            if v_before[v_place] is not null then
                select jsonb_object_agg(a.key, a.value) into v_new
                from jsonb_each(v_after[v_place]) a where a.value is distinct from v_before[v_place] -> a.key;
                -- A row that says it all already stays as it is.
                continue when v_new is null;
                if v_new ? 'book_id' then
                    v_moves := v_moves || v_place;
                    v_new := v_new - 'book_id';
                end if;
            end if;
            if v_new <> '{}' then
                v_put_in := v_put_in || v_tables[v_place];
                v_put := v_put || v_row_ids[v_place];
                v_put_new := v_put_new || (v_before[v_place] is null);
                v_put_rows := v_put_rows || v_new;
            end if;
            v_written_in := v_written_in || v_tables[v_place];
            v_written := v_written || v_row_ids[v_place];
        end loop;
        -- What is of one kind and follows each other by one statement: an import brings hundreds of rows.
        for v_at in 1 .. cardinality(v_put) loop
            v_table := v_put_in[v_at];
            continue when v_at < cardinality(v_put) and v_put_in[v_at + 1] = v_table and v_put_new[v_at + 1] = v_put_new[v_at]
                and offhook.goes_together(v_table, v_put_new[v_at], v_put_rows[v_at])
                and offhook.goes_together(v_table, v_put_new[v_at], v_put_rows[v_at + 1]);
            v_is_in := false;
            if v_from < v_at then
                begin
                    if v_put_new[v_at] then
                        perform offhook.add_rows(v_table, v_put_rows[v_from:v_at]);
                        v_is_in := true;
                    else
                        v_is_in := offhook.change_rows(
                            p_org, v_table, v_put[v_from:v_at], v_put_rows[v_from:v_at]) = v_at - v_from + 1;
                    end if;
                exception when others then
                    if left(sqlstate, 2) in ('25', '40', '53', '55', '57', '58', 'XX') then
                        raise;
                    end if;
                end;
            end if;
            -- One by one it shows which of them is refused.
            for v_place in v_from .. v_at loop
                exit when v_is_in;
                v_row_id := v_put[v_place];
                if v_put_new[v_place] then
                    perform offhook.add_row(v_table, v_put_rows[v_place]);
                elsif offhook.change_row(p_org, v_table, v_row_id, v_put_rows[v_place]) <> 1 then
                    v_stop := offhook.out_of_reach(v_said, p_org, v_table, v_row_id);
                    raise exception 'stop' using errcode = 'OH000';
                end if;
            end loop;
            v_row_id := null;
            v_from := v_at + 1;
        end loop;
        foreach v_place in array v_moves loop
            v_table := v_tables[v_place];
            v_row_id := v_row_ids[v_place];
            perform offhook.hand_over(v_table, v_row_ids[v_place], (v_after[v_place] ->> 'book_id')::uuid);
        end loop;
        v_row_id := null;
        if v_written <> '{}' or v_status = 'merged' then
            perform offhook.remember(v_seq, v_status, v_written_in, v_written);
        end if;
        return offhook.answer(
            v_said, v_status, '', v_seq, jsonb_build_object('xid', pg_current_xact_id()::text));
    exception when others then
        get stacked diagnostics v_state = returned_sqlstate, v_message = message_text, v_detail = pg_exception_detail,
            v_constraint = constraint_name, v_column = column_name;
        -- Deadlocks, locks that do not come, a server that is full or shuts down or stands by: no verdict on the changeset.
        if left(v_state, 2) in ('25', '40', '53', '55', '57', '58', 'XX') then
            raise;
        end if;
        if v_state <> 'OH000' then
            v_stop := offhook.refusal(v_said, v_table, v_state, v_message, v_detail, v_constraint, v_column);
        end if;
        if v_row_id is not null then
            v_stop := v_stop || jsonb_build_object('row', jsonb_build_object('table', v_table, 'id', v_row_id));
        end if;
    end;
    if p_seq is not null then
        return v_stop;
    end if;
    -- Where the same changeset was under way on another connection, it is that one's effect which stood in the way.
    return coalesce(offhook.stored_answer(p_org, p_user, v_id), v_stop);
end
$$;

-- How a sentence begins that is about this record.
create or replace function offhook.titled(p_table text, p_row jsonb) returns text
language sql immutable parallel safe
as $$
    select case when offhook.title_of(p_table, p_row) = offhook.label(p_table) then 'That ' || offhook.label(p_table)
                else offhook.title_of(p_table, p_row) end
$$;

-- Why a row cannot be changed: it is out of sight, or in sight and another's.
create or replace function offhook.out_of_reach(p_said jsonb, p_org uuid, p_table text, p_id uuid) returns jsonb
language plpgsql
as $$
declare
    v_row jsonb := offhook.visible_row(p_org, p_table, p_id);
begin
    if v_row is null then
        return offhook.answer(p_said, 'gone', format('That %s is not there any more.', offhook.label(p_table)), 0,
                              jsonb_build_object('taken_by', offhook.who_took(p_table, p_id),
                                                 'about', jsonb_build_object('table', p_table, 'id', p_id)));
    end if;
    if offhook.my_role() = 'readonly' then
        return offhook.answer(p_said, 'rejected', 'Your role is read-only: you can look at everything and change nothing.');
    end if;
    if v_row ->> 'book_id' is null then
        return offhook.answer(p_said, 'rejected', format('%s is not yours to change.', offhook.titled(p_table, v_row)));
    end if;
    return offhook.answer(p_said, 'rejected', format(
        '%s belongs to %s; you cannot change it.', offhook.titled(p_table, v_row),
        offhook.owner_name((v_row ->> 'book_id')::uuid)));
end
$$;

-- Applies changesets in their order, each whole or not at all, and answers each: {id, status, revision, xid, reason,
-- taken_by, about, conflicts, rows, fields}, and `row`, the row that is refused, where it is one. `about` is the row that is out
-- of sight, `rows` are those of which conflicts tell, as they are now.
create or replace function offhook.apply(changesets jsonb) returns jsonb
language plpgsql
set search_path = offhook, pg_temp
set lock_timeout = '5s'
-- Every statement here goes by keys: one plan serves the whole session.
set plan_cache_mode = force_generic_plan
as $$
declare
    v_org uuid;
    v_user uuid;
    v_body jsonb;
    v_answers jsonb[] := '{}';
begin
    -- The door: an upgrade takes this table first, and whoever waits for it here holds nothing that the upgrade needs.
    perform from offhook.meta;
    v_org := offhook.my_org();
    v_user := offhook.my_user();
    if jsonb_typeof(changesets) is distinct from 'array' then
        raise exception 'Changesets come as a list.' using errcode = 'OH003';
    end if;
    for v_body in select e.value from jsonb_array_elements(changesets) with ordinality e order by e.ordinality loop
        v_answers := v_answers || offhook.apply_one(v_body, v_org, v_user);
    end loop;
    return to_jsonb(v_answers);
end
$$;

-- Marks a changeset as taken back, which can be done once and only by who did it. Of two who try, the second waits here.
create or replace function offhook.mark_undone(p_undone uuid, p_by uuid) returns void
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_org uuid := offhook.my_org();
    v_user uuid := offhook.my_user();
    v_done record;
begin
    -- Only for a changeset that is there: the one that takes back is put down before this.
    perform from changesets h where h.org_id = v_org and h.id = p_by and h.user_id = v_user and h.undoes = p_undone;
    if not found then
        raise exception 'That change takes nothing back.' using errcode = 'OH001';
    end if;
    update changesets h set undone_by = p_by
    where h.org_id = v_org and h.id = p_undone and h.user_id = v_user and h.undone_by is null;
    if found then
        return;
    end if;
    select h.summary, h.user_id into v_done from changesets h where h.org_id = v_org and h.id = p_undone;
    if v_done.user_id = v_user then
        raise exception 'That was taken back already: %', v_done.summary using errcode = 'OH001';
    end if;
    raise exception 'That change is not in your history.' using errcode = 'OH001';
end
$$;
