-- What the cache of a field rep asks: what is new since its cursor, row by row; which of its changesets are here; and to
-- whom it can give what it may not write any more.
--
-- Everything that is read is read under the caller's own rights. A cache is always what its login sees here, with what it
-- has not sent yet laid over it.

-- --- the delta ---------------------------------------------------------------------------------------------------

-- Everything that a cache has to know, in one snapshot, which is the next cursor:
--
--   {"cursor": text,
--    "books":  [[id, may write], …]         what the caller sees now
--    "exits":  [[table, id, book, op], …]   rows that left one of the held books; and all who were erased, whatever the
--                                           book, since work on them may lie in any cache
--    "rows":   {table: [row, …]}            what changed in the held books
--    "setup":  {table: [row, …]}            all of the set-up, if any of it changed; null otherwise
--    "more":   so much changed that no rows are in it: read in pages what the old cursor has not seen
--              (storage/postgres/pages.py)
--    "stale":  exits that the old cursor has not seen are not kept any more, or are too many: compare everything}
--
-- Without a cursor there are the set-up, the erased ones, and a cursor to begin from. What lies in a held book that is not
-- in "books" is for the cache to remove, what lies in a book that it does not hold to load: no delta tells of either.
do $make$
declare
    -- What is more than this a page brings quicker.
    most_rows constant text := '5000';
    most_bytes constant text := '8000000';
    most_exits constant text := '50000';
    news constant text := 't.org_id = org and t.book_id = any (held_ones) and t.sync_xid >= low'
        ' and not pg_visible_in_snapshot(t.sync_xid, seen)';
    v_counted text;
    v_told text;
    v_touched text;
    v_setup text;
begin
    select
        string_agg(format('(select %1$L::text as name, %4$s as size from %1$I t where %2$s limit %3$s + 1)',
                          r.name, news, most_rows, r.size), E'\nunion all ' order by r.place),
        string_agg(format(
            E'when %1$L then\n'
            ' select jsonb_agg(to_jsonb(t) - untold) into told from %1$I t where %2$s;', r.name, news),
            E'\n' order by r.place)
    into v_counted, v_told
    from (
        select o.name, o.place, string_agg(format('octet_length(t.%I)', f.name), ' + ') as size
        from unnest('{companies,contacts,deals,activities,tasks}'::text[]) with ordinality o (name, place)
        join offhook.fields f on f.table_name = o.name and f.kind = 'text' and f.role = 'data'
        group by 1, 2
    ) r;
    select
        string_agg(format('exists (select from %I t where t.org_id = org and t.sync_xid >= low'
                          ' and not pg_visible_in_snapshot(t.sync_xid, seen))', s.name), E'\nor '),
        string_agg(format('%1$L, (select coalesce(jsonb_agg(to_jsonb(t) - untold), ''[]'') from %1$I t'
                          ' where t.org_id = org)', s.name), E',\n')
    into v_touched, v_setup
    from unnest(('{organizations,teams,users,memberships,books,shares,pipelines,stages,custom_fields,smart_views,'
                 'outcomes,scripts,calling_rules,imports}')::text[]) as s (name);

    execute format($body$
        create or replace function offhook.pull(since text, held uuid[]) returns jsonb
            language plpgsql stable
            set search_path = offhook, pg_temp
            -- As in changes(): one plan for the session, by the feed's indexes.
            set plan_cache_mode = force_generic_plan
            set enable_seqscan = off
            set timezone = 'UTC'
            as $$
        declare
            -- The door that an upgrade shuts first (61_apply.sql).
            opened constant boolean := exists (select from meta);
            untold constant text[] := '{sync_xid,lexemes}';
            present constant pg_snapshot := pg_current_snapshot();
            org constant uuid := my_org();
            books constant uuid[] := visible_books();
            writable constant uuid[] := writable_books();
            held_ones constant uuid[] := array(select unnest(held) intersect select unnest(books));
            seen constant pg_snapshot := place_in_feed(since, present);
            low constant xid8 := pg_snapshot_xmin(seen);
            fresh boolean := since is null;
            stale boolean := coalesce(low <= (select m.value::xid8 from meta m where m.key = 'exits_since'), false);
            touched text[];
            counted bigint := 0;
            bytes bigint := 0;
            told jsonb;
            exits_told jsonb;
            rows_told jsonb := '{}';
            setup_told jsonb;
            name text;
        begin
            if org is null then
                raise exception 'Your login was disabled. Ask your admin.' using errcode = 'OH001';
            end if;
            if not (fresh or stale) then
                select jsonb_agg(jsonb_build_array(x.table_name, x.row_id, x.book_id, x.op)), count(*) > %5$s
                into exits_told, stale
                from (select * from exits t where %7$s limit %5$s + 1) x;
            end if;
            fresh := fresh or stale;
            if fresh then
                exits_told := '[]';
            end if;
            select coalesce(exits_told, '[]') || coalesce(jsonb_agg(jsonb_build_array(t.table_name, t.row_id, t.book_id, t.op)), '[]')
            into exits_told
            from exits t
            where t.org_id = org and t.op = 'erased' and (fresh or not t.book_id = any (held_ones))
                and (fresh or t.sync_xid >= low) and (fresh or not pg_visible_in_snapshot(t.sync_xid, seen));

            if not fresh then
                -- How many bytes a text has is known without reading it.
                select array_agg(d.name), coalesce(sum(d.number), 0), coalesce(sum(d.size), 0) into touched, counted, bytes
                from (select n.name, count(*) as number, sum(n.size) as size from (%1$s) n group by n.name) d;
                if counted <= %4$s and bytes <= %6$s then
                    foreach name in array coalesce(touched, '{}') loop
                        case name
                        %2$s
                        end case;
                        rows_told := rows_told || jsonb_build_object(name, told);
                    end loop;
                end if;
            end if;

            if fresh or %3$s then
                setup_told := jsonb_build_object(%8$s);
            end if;
            return jsonb_build_object(
                'cursor', present::text,
                'books', (select coalesce(jsonb_agg(jsonb_build_array(b.id, b.id = any (writable))), '[]')
                          from unnest(books) b (id)),
                'exits', exits_told,
                'rows', rows_told,
                'setup', setup_told,
                'more', counted > %4$s or bytes > %6$s,
                'stale', stale
            );
        end $$;
    $body$, v_counted, v_told, v_touched, most_rows, most_exits, most_bytes, news, v_setup);
end
$make$;

-- Which of the caller's changesets are here: after the server was restored from a backup, that is how a cache learns what it
-- has to send once more.
create or replace function known_changesets(ids uuid[]) returns uuid[]
    language plpgsql stable set search_path = offhook, pg_temp as $$
declare
    opened constant boolean := exists (select from meta);
begin
    return array(
        select h.id from changesets h
        where h.org_id = (select my_org()) and h.user_id = (select my_user()) and h.id = any (ids)
    );
end $$;

-- --- work that the caller may not do any more ------------------------------------------------------------------------

-- Whether the caller has a record in sight, or had it once: it lay in a book of theirs, or in one that they saw by a share or
-- a place in a team, while they did; or they have worked on it.
create or replace function once_seen(p_table text, p_id uuid, p_book uuid) returns boolean
    language plpgsql stable security definer set search_path = offhook, pg_temp as $$
declare
    me constant users := caller();
    books constant uuid[] := visible_books();
begin
    return p_book = any (books) or exists (
        select from audit a
        where a.org_id = me.org_id and a.table_name = p_table and a.row_id = p_id and (
            a.user_id = me.id
            or exists (
                -- That a share or a place ended is the last that was done to it.
                select from (
                    select b.id::text, '-infinity'::timestamptz, 'infinity'::timestamptz
                    from books b where b.id = any (books) and (b.user_id = me.id or me.role <> 'rep')
                    union all
                    select s.book_id::text, s.created_at, case when s.deleted_at is null then 'infinity' else s.updated_at end
                    from shares s where s.org_id = me.org_id and s.user_id = me.id
                    union all
                    select b.id::text, m.created_at, case when m.deleted_at is null then 'infinity' else m.updated_at end
                    from memberships m join books b on b.org_id = m.org_id and b.team_id = m.team_id
                    where m.org_id = me.org_id and m.user_id = me.id
                ) seen (book, since, until)
                where seen.book = a.diff #>> '{book_id,1}' and a.at <= seen.until
                    and not exists (
                        select from audit b
                        where b.org_id = me.org_id and b.table_name = p_table and b.row_id = p_id and b.seq > a.seq
                            and b.diff #>> '{book_id,0}' = seen.book and b.at < seen.since))));
end $$;

-- Whether the caller has handed in something about a record already, under the id of its entry.
create or replace function handed_in(p_table text, p_id uuid, p_note uuid) returns boolean
    language sql stable security definer set search_path = offhook, pg_temp as $$
    select exists (
        select from activities t
        where t.org_id = my_org() and t.id = p_note and t.user_id = my_user() and t.data @> '{"handed_in": true}'
            and p_id = case p_table when 'contacts' then t.contact_id when 'deals' then t.deal_id else t.company_id end)
$$;

-- Gives text about a record to whoever has it now: an entry in the record's timeline by the caller, and a task for the owner.
-- It is for those who worked on a record and lost it meanwhile, so it asks for no right to the record but to have had it in
-- sight. Returns the owner's name. With the same p_note, the id of the entry, once more it does nothing more: whoever has not
-- heard the answer asks again.
create or replace function hand_in(p_table text, p_id uuid, p_text text, p_note uuid default gen_random_uuid()) returns text
    language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    opened constant boolean := exists (select from meta);
    longest constant int := 20000;
    me constant users := caller();
    v_book uuid;
    v_owner uuid;
begin
    if me.id is null then
        raise exception 'Your login was disabled. Ask your admin.' using errcode = 'OH001';
    end if;
    if me.role = 'readonly' then
        raise exception 'Your role is read-only: you can look at everything and change nothing.' using errcode = 'OH001';
    end if;
    if p_text is null or p_text !~ '\S' then
        raise exception 'There is nothing to hand in.' using errcode = 'OH003';
    end if;
    if char_length(p_text) > longest then
        raise exception 'That is more than % characters. Hand it in piece by piece.', longest using errcode = 'OH003';
    end if;
    case p_table
        when 'companies' then
            select t.book_id into v_book from companies t where t.org_id = me.org_id and t.id = p_id and t.deleted_at is null;
        when 'contacts' then
            select t.book_id into v_book from contacts t where t.org_id = me.org_id and t.id = p_id and t.deleted_at is null;
        when 'deals' then
            select t.book_id into v_book from deals t where t.org_id = me.org_id and t.id = p_id and t.deleted_at is null;
        else
            raise exception 'Only what is about a contact, a deal or a company is handed in.' using errcode = 'OH003';
    end case;
    if handed_in(p_table, p_id, p_note) then
        return owner_name(v_book);
    end if;
    -- What is gone and what was never in sight get the same answer.
    if v_book is null or not once_seen(p_table, p_id, v_book) then
        raise exception 'That % is not there any more.', label(p_table) using errcode = 'OH002';
    end if;
    -- Somebody who can look after it: whose book it is, who shares it, who leads the team of the pool, or an admin.
    select u.id into v_owner
    from books b join users u on u.org_id = b.org_id and u.disabled_at is null and u.deleted_at is null and (
        u.id = b.user_id
        or exists (select from shares s where s.org_id = b.org_id and s.book_id = b.id and s.user_id = u.id
                   and s.can_write and s.deleted_at is null)
        or u.role = 'manager' and exists (
            select from memberships m where m.org_id = b.org_id and m.user_id = u.id and m.deleted_at is null
                and (m.team_id = b.team_id or m.team_id in (
                    select of_owner.team_id from memberships of_owner
                    where of_owner.org_id = b.org_id and of_owner.user_id = b.user_id and of_owner.deleted_at is null)))
        or u.role = 'admin'
    )
    where b.org_id = me.org_id and b.id = v_book
    order by u.id is not distinct from b.user_id desc, (b.kind = 'shared' and u.role not in ('admin', 'manager')) desc,
        u.role = 'manager' desc, u.id
    limit 1;

    insert into activities (
        org_id, id, book_id, kind, subject, body, occurred_at, direction, outcome, user_id, contact_id, deal_id, company_id,
        data, retracted, superseded, search, version, created_at, updated_at)
    values (
        me.org_id, coalesce(p_note, gen_random_uuid()), v_book, 'note', left('Handed in by ' || me.name, 300), p_text, now(), '', '', me.id,
        case p_table when 'contacts' then p_id end, case p_table when 'deals' then p_id end,
        case p_table when 'companies' then p_id end, '{"handed_in": true}', false, false, '', 1, now(), now())
    on conflict do nothing;
    if not found then
        if handed_in(p_table, p_id, p_note) then
            -- The same call, at the same time.
            return owner_name(v_book);
        end if;
        raise exception 'Another entry has that id.' using errcode = 'OH003';
    end if;
    if v_owner is not null then
        insert into tasks (
            org_id, id, book_id, kind, subject, body, due_at, all_day, assignee_id, contact_id, deal_id, company_id,
            version, created_at, updated_at)
        values (
            me.org_id, gen_random_uuid(), v_book, 'todo', left('Look at what ' || me.name || ' handed in', 300), '', now(), true,
            v_owner, case p_table when 'contacts' then p_id end, case p_table when 'deals' then p_id end,
            case p_table when 'companies' then p_id end, 1, now(), now());
    end if;
    return owner_name(v_book);
end $$;

-- --- what is kept, and how long -------------------------------------------------------------------------------------

-- Clears away what nobody will ask for any more: exits after 90 days, and what is known of a client that has not called for
-- 400. A cache that comes back later compares everything instead. That somebody was erased is kept for good. Once a day at
-- most, whoever asks; all who follow the feed do now and then.
create or replace function tidy() returns void
    language plpgsql security definer set search_path = offhook, pg_temp
    -- Everybody's clock is written in the same way, and nobody waits for who is at it.
    set timezone = 'UTC' set datestyle = 'ISO' set lock_timeout = '100ms' as $$
declare
    opened constant boolean := exists (select from meta);
    v_last xid8;
begin
    if my_org() is null then
        raise exception 'Your login was disabled. Ask your admin.' using errcode = 'OH001';
    end if;
    begin
        insert into meta as m (key, value) values ('tidied_at', now()::text)
        on conflict (key) do update set value = excluded.value where m.value::timestamptz < now() - interval '1 day';
        if not found then
            return;
        end if;
        with gone as (
            delete from exits e where e.at < now() - interval '90 days' and e.op <> 'erased' returning e.sync_xid
        )
        select max(g.sync_xid) into v_last from gone g;
        if v_last is not null then
            insert into meta as m (key, value) values ('exits_since', v_last::text)
            on conflict (key) do update set value = greatest(m.value::xid8, excluded.value::xid8)::text;
        end if;
        with gone as (
            delete from clients c where c.seen_at < now() - interval '400 days' returning c.org_id, c.client_id
        )
        delete from answers a using gone g where a.org_id = g.org_id and a.client_id = g.client_id;
    exception when lock_not_available then
        -- Somebody is at it, or holds what would go: another time.
        return;
    end;
end $$;
