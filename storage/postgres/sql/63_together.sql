-- Many changesets of one caller at once, with the effects and answers that apply_one would have given one after the other.
--
-- What is read and written follows from the changesets themselves, so it is known beforehand which of them have nothing to do
-- with each other: those are a wave, and a wave has one statement for each table. Several changes of one row fall into several
-- waves, in their order: each has its own version and its own entry in the audit. What meets anything unusual (a value that
-- somebody else has changed, a row that is not there) goes through apply_one, in its wave. Where a wave as a whole fails,
-- because a rule says no to one of them, all of it is taken back and done again in halves.
--
-- Everything here runs under the caller's rights, but for putting changesets down and noting which rows they have written.

-- --- statements by table ------------------------------------------------------------------------------------------

do $make$
declare
    v_checked text;
    v_added text;
    v_changed text;
    v_names text;
    v_noted text;
begin
    select
        string_agg(format($arm$
            when %1$L then return query
                select c.place, l.id,
                       case
                           when not c.is_plain or not (%5$s) then null
                           when %6$s then c.body -> 'set' else '{}' end,
                       to_jsonb(l),
                       case when c.body -> 'set' ? 'book_id' and s.book_id is distinct from l.book_id then s.book_id end
                from (select %2$s from offhook.%1$I t
                      where t.org_id = p_org and t.id = any(p_ids || p_also) order by t.id for no key update) l
                join (
                    select u.place, u.id, u.body,
                           not u.body ?| '{add,remove}' and coalesce(u.body -> 'base', '{}') - %4$L::text[] = '{}'
                           and u.body ? 'set' and (u.body -> 'set') - %4$L::text[] = '{}' as is_plain
                    from unnest(p_places, p_ids, p_bodies) u(place, id, body)
                ) c on c.id = l.id
                cross join lateral jsonb_populate_record(null::offhook.%1$I, coalesce(c.body -> 'base', '{}')) b
                cross join lateral jsonb_populate_record(null::offhook.%1$I, coalesce(c.body -> 'set', '{}')) s;
            $arm$, f.table_name, f.told, f.data, f.names, f.clean, f.differs), ''),
        string_agg(format(
            E'when %1$L then insert into offhook.%1$I (%2$s) select %3$s from unnest(p_rows) with ordinality u(body, place)'
            ' cross join lateral jsonb_populate_record(null::offhook.%1$I, u.body) t order by u.place;\n',
            f.table_name, f.data, f.set), ''),
        string_agg(format(
            E'when %1$L then update offhook.%1$I t set %2$s from unnest(p_ids, p_new) u(id, body)'
            ' cross join lateral jsonb_populate_record(null::offhook.%1$I, u.body) r'
            ' where t.org_id = p_org and t.id = any(p_ids) and t.id = u.id;\n',
            f.table_name, f.updated), '') filter (where f.table_name <> 'activities'),
        string_agg(format('when %L then %L::text[] ', f.table_name, f.names), ''),
        string_agg(format(
            E'when %1$L then insert into changeset_rows (org_id, table_name, row_id, seq)'
            ' select v_me.org_id, %1$L, t.id, u.seq from unnest(v_seqs, v_ids) u(seq, id)'
            ' join %1$I t on t.org_id = v_me.org_id and t.id = u.id'
            ' where t.sync_xid = pg_current_xact_id() and t.updated_by = v_me.id and t.updated_at = now()'
            ' on conflict do nothing;\n',
            f.table_name), '')
    into v_checked, v_added, v_changed, v_names, v_noted
    from (
        select table_name,
               string_agg(format('t.%I', name), ', ' order by position) filter (where role <> 'derived') as told,
               string_agg(format('%I', name), ', ' order by position) filter (where role = 'data') as data,
               string_agg(format('t.%I', name), ', ' order by position) filter (where role = 'data') as set,
               array_agg(name order by position) filter (where role = 'data') as names,
               -- Every value that was seen is still there, and a list says what it was before.
               'l.deleted_at is null and ' || string_agg(
                   format('(not coalesce(c.body -> ''base'' ? %1$L, false) or b.%1$I is not distinct from l.%1$I)', name)
                   || case when kind = 'set' then
                       format(' and (not c.body -> ''set'' ? %1$L or coalesce(c.body -> ''base'' ? %1$L, false))', name)
                   else '' end,
                   ' and ' order by position) filter (where role = 'data') as clean,
               string_agg(format('(c.body -> ''set'' ? %1$L and s.%1$I is distinct from l.%1$I)', name), ' or ' order by position)
                   filter (where role = 'data' and name not in ('id', 'book_id')) as differs,
               string_agg(
                   format('%1$I = case when u.body ? %1$L then r.%1$I else t.%1$I end', name), ', ' order by position)
                   filter (where role = 'data' and name not in ('id', 'book_id')) as updated
        from offhook.fields where table_name in ('companies', 'contacts', 'deals', 'activities', 'tasks')
        group by table_name
    ) f;

    -- The rows that changes mean, locked in the order of their ids, together with others (`p_also`) that will be needed: what
    -- is to be written of each, null where that takes a merge. A row that the caller cannot change is not among them.
    execute format($body$
        create or replace function offhook.checked_rows(
            p_org uuid, p_table text, p_places int[], p_ids uuid[], p_bodies jsonb[], p_also uuid[]
        )
        returns table (place int, id uuid, new jsonb, held jsonb, book uuid)
        language plpgsql
        as $$
        begin
            case p_table
            %s
            end case;
        end
        $$;
    $body$, v_checked);

    execute format($body$
        create or replace function offhook.add_rows(p_table text, p_rows jsonb[]) returns void
        language plpgsql
        as $$
        begin
            case p_table
            %s
            end case;
        end
        $$;
    $body$, v_added);

    execute format($body$
        create or replace function offhook.change_rows(p_org uuid, p_table text, p_ids uuid[], p_new jsonb[]) returns bigint
        language plpgsql
        as $$
        declare
            v_count bigint;
        begin
            case p_table
            %s
            end case;
            get diagnostics v_count = row_count;
            return v_count;
        end
        $$;
    $body$, v_changed);

    -- The fields that a client writes of a table which is worked with every day; null for another table.
    execute format($body$
        create or replace function offhook.names_of(p_table text) returns text[]
        language sql immutable parallel safe
        as $$ select case p_table %s end $$;
    $body$, v_names);

    -- As `remember`, for many changesets.
    execute format($body$
        create or replace function offhook.remember_many(
            p_seqs bigint[], p_tables text[], p_ids uuid[], p_merged bigint[]
        ) returns void
        language plpgsql security definer
        set search_path = offhook, pg_temp
        as $$
        declare
            v_me constant users := offhook.caller();
            v_table text;
            v_seqs bigint[];
            v_ids uuid[];
        begin
            for v_table, v_seqs, v_ids in
                select u.t, array_agg(u.seq), array_agg(u.id)
                from unnest(p_seqs, p_tables, p_ids) as u(seq, t, id)
                join changesets h on h.org_id = v_me.org_id and h.seq = u.seq and h.user_id = v_me.id
                group by u.t
            loop
                case v_table
                %s
                end case;
            end loop;
            update changesets h set status = 'merged'
            where h.org_id = v_me.org_id and h.seq = any(p_merged) and h.user_id = v_me.id and h.status = 'ok';
        end
        $$;
    $body$, v_noted);
end
$make$;

-- Whether a row may be written by one statement with its neighbours, which are of the same table and new or changed like it.
-- An older client's row leaves fields out, and a revision looks for its entry.
create or replace function offhook.goes_together(p_table text, p_is_new boolean, p_row jsonb) returns boolean
language sql immutable parallel safe
as $$
    select coalesce(
        case when p_is_new then p_row ?& offhook.names_of(p_table) and p_row ->> 'revises' is null
             else offhook.names_of(p_table) is not null and p_table <> 'activities' end,
        false)
$$;

-- --- the history ---------------------------------------------------------------------------------------------------

-- Puts changesets of the caller's down in their order; gives their numbers, null for one that is there already, says nothing
-- or is none. What is refused afterwards is to be closed in the same transaction.
create or replace function offhook.open_changesets(p_bodies jsonb[]) returns bigint[]
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_me constant users := offhook.caller();
    v_changes jsonb;
    v_all_good boolean;
    v_good boolean[];
    v_seqs bigint[];
begin
    if v_me.id is null or v_me.role = 'readonly' then
        return array_fill(null::bigint, array[cardinality(p_bodies)]);
    end if;
    select jsonb_agg(c.value) into v_changes
    from unnest(p_bodies) b
    cross join jsonb_array_elements(case when jsonb_typeof(b -> 'changes') = 'array' then b -> 'changes' else '[]' end) c;
    v_all_good := offhook.fault_of_changes(coalesce(v_changes, '[]')) is null;
    select array_agg(
        case when v_all_good then offhook.fault_of_head(u.body, v_me.org_id, v_me.id) is null
             else offhook.fault_of(u.body, v_me.org_id, v_me.id) is null end
        and u.body -> 'changes' <> '[]' order by u.place)
    into v_good from unnest(p_bodies) with ordinality u(body, place);
    with fresh as (
        insert into changesets as h (id, org_id, user_id, at, command, summary, body, status, undoes)
        select (u.body ->> 'id')::uuid, v_me.org_id, v_me.id, (u.body ->> 'at')::timestamptz, u.body ->> 'command',
               u.body ->> 'summary', u.body, 'ok', (u.body ->> 'undoes')::uuid
        from unnest(p_bodies, v_good) with ordinality u(body, is_good, place)
        where u.is_good order by u.place
        on conflict (org_id, id) do nothing
        returning h.id, h.seq
    )
    select array_agg(case when t.nth = 1 then f.seq end order by t.place)
    into v_seqs
    from (
        select u.place, i.id, row_number() over (partition by i.id order by u.place) as nth
        from unnest(p_bodies, v_good) with ordinality u(body, is_good, place)
        cross join lateral (select case when u.is_good then (u.body ->> 'id')::uuid end) i(id)
    ) t left join fresh f on f.id = t.id;
    return v_seqs;
end
$$;

-- Takes back changesets that were put down in this transaction and refused: what has written a row stays, whoever asks. (The
-- age says of subtransactions, too, that they are no older than this transaction.)
create or replace function offhook.close_changesets(p_seqs bigint[]) returns void
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_me constant users := offhook.caller();
    v_count bigint;
begin
    delete from changesets h
    where h.org_id = v_me.org_id and h.seq = any(p_seqs) and h.user_id = v_me.id and age(h.xmin) <= 0
        and not exists (
            select from jsonb_array_elements(h.body -> 'changes') c
            join changeset_rows r on r.org_id = h.org_id and r.table_name = c.value ->> 'table'
                and r.row_id = (c.value ->> 'id')::uuid and r.seq = h.seq);
    get diagnostics v_count = row_count;
    if v_count <> cardinality(p_seqs) then
        raise exception 'The history stays as it is.' using errcode = 'OH001';
    end if;
end
$$;

-- --- waves ---------------------------------------------------------------------------------------------------------

-- Whether a changeset reads and writes only what waves know of: records in their everyday life. Not the set-up, on which
-- everything depends; not taking back; not the end of what others depend on.
create or replace function offhook.is_daily(p_body jsonb) returns boolean
language sql immutable parallel safe
as $$
    select coalesce(
        jsonb_typeof(p_body -> 'changes') = 'array' and coalesce(p_body -> 'undoes', 'null') = 'null'
        and not p_body -> 'changes' @? '$[*] ? (
            !(@.table == "companies" || @.table == "contacts" || @.table == "deals" || @.table == "activities"
              || @.table == "tasks")
            || ((@.table == "companies" || @.table == "contacts") && @.op == "update" && exists(@.set.deleted_at)))',
        false)
$$;

-- By place, the wave of each changeset, and whether it must go through apply_one in it.
--
-- What a changeset touches: `w`: it writes the row; `s`: it writes what others look at there, or makes the row, or moves it;
-- `r`: it looks at the row. Who looks need not wait for who writes something else.
create or replace function offhook.waves(p_org uuid, p_bodies jsonb[], out waves int[], out apart boolean[])
language plpgsql
as $$
declare
    v_count int := cardinality(p_bodies);
    v_keys int;
    v_writes int[];
    v_shapes int[];
    v_reads int[];
    v_of record;
    v_wave int;
    v_at int;
begin
    waves := array_fill(1, array[v_count]);
    apart := array_fill(false, array[v_count]);
    for v_of in
        with change as (
            select u.place::int, c.ordinality as pos, c.value ->> 'table' as tbl, (c.value ->> 'id')::uuid as id,
                   c.value ->> 'op' = 'insert' as is_new, c.value -> 'set' as vals
            from unnest(p_bodies) with ordinality u(body, place)
            cross join lateral jsonb_array_elements(u.body -> 'changes') with ordinality c
        ), task as (
            -- What a task is about, as it is and as the batch itself makes it: with that it changes hands.
            select t.id, t.contact_id, t.deal_id, t.company_id from offhook.tasks t
            where t.org_id = p_org and t.id = any(array(select c.id from change c where c.tbl = 'tasks' and not c.is_new))
            union all
            select c.id, (c.vals ->> 'contact_id')::uuid, (c.vals ->> 'deal_id')::uuid, (c.vals ->> 'company_id')::uuid
            from change c where c.tbl = 'tasks' and c.vals ?| '{contact_id,deal_id,company_id}'
        ), touch as (
            select c.place, c.pos, c.tbl, c.id, c.is_new,
                   c.vals ?| '{contact_id,deal_id,company_id}' and not c.is_new as links,
                   case when c.is_new or c.vals ?| '{book_id,contact_id,deal_id,company_id,deleted_at}' then 's' else 'w' end
                       as kind,
                   -- An older client's row leaves fields out.
                   c.is_new and not c.vals ?& offhook.names_of(c.tbl) as is_odd
            from change c
            union all
            select c.place, c.pos, r.tbl, (c.vals ->> r.field)::uuid, false, false, r.kind, false
            from change c
            cross join (values ('contacts', 'contact_id', 'r'), ('deals', 'deal_id', 'r'), ('companies', 'company_id', 'r'),
                               ('activities', 'revises', 'w')) r(tbl, field, kind)
            where c.vals ->> r.field is not null
            union all
            select c.place, c.pos, r.tbl, r.id, false, false, 'r', false
            from change c join task t on t.id = c.id and c.tbl = 'tasks' and not c.is_new
            cross join lateral (values ('contacts', t.contact_id), ('deals', t.deal_id), ('companies', t.company_id)) r(tbl, id)
            where r.id is not null
        ), numbered as (
            select t.*, dense_rank() over (order by t.tbl, t.id)::int as key from touch t
        ), own as (
            -- In one changeset: a row that is written twice, or looked at before it is made or while its links change.
            select distinct n.place from numbered n
            group by n.place, n.key
            having count(*) filter (where n.kind <> 'r') > 1
                or (bool_or(n.kind = 'r') and bool_or(n.links))
                or min(n.pos) filter (where n.kind = 'r') < max(n.pos) filter (where n.is_new)
        )
        select n.place, array_agg(n.key) as keys, array_agg(n.kind) as kinds, max(max(n.key)) over () as most,
               bool_or(n.is_odd) or n.place in (select o.place from own o) as is_odd
        from numbered n group by n.place order by n.place
    loop
        if v_keys is null then
            v_keys := v_of.most;
            v_writes := array_fill(0, array[v_keys]);
            v_shapes := v_writes;
            v_reads := v_writes;
        end if;
        v_wave := 1;
        for v_at in 1 .. cardinality(v_of.keys) loop
            v_wave := greatest(v_wave, 1 + case v_of.kinds[v_at]
                when 'r' then v_shapes[v_of.keys[v_at]]
                when 'w' then v_writes[v_of.keys[v_at]]
                else greatest(v_writes[v_of.keys[v_at]], v_reads[v_of.keys[v_at]]) end);
        end loop;
        for v_at in 1 .. cardinality(v_of.keys) loop
            if v_of.kinds[v_at] = 'r' then
                v_reads[v_of.keys[v_at]] := greatest(v_reads[v_of.keys[v_at]], v_wave);
            else
                v_writes[v_of.keys[v_at]] := v_wave;
                if v_of.kinds[v_at] = 's' then
                    v_shapes[v_of.keys[v_at]] := v_wave;
                end if;
            end if;
        end loop;
        waves[v_of.place] := v_wave;
        apart[v_of.place] := v_of.is_odd;
    end loop;
end
$$;

-- Which changeset writes which row in the next statement, for the audit.
create or replace function offhook.tell_changesets(p_ids uuid[], p_changesets text[]) returns void
language sql
as $$
    select set_config('offhook.changesets', coalesce((
        select jsonb_object_agg(u.id, u.changeset) from unnest(p_ids, p_changesets) u(id, changeset))::text, ''), true)
$$;
