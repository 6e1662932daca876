-- The change feed: what became visible since a client last looked, and the hints that tell it to look.
--
-- A cursor is the text of a pg_snapshot, opaque for the client. A delta is every row whose transaction that snapshot
-- did not see, found in one statement and so in one snapshot: exact, whatever commits out of order, without a clock,
-- a sequence or a lock. A notification says nothing but "look now"; what changed is read under the caller's own
-- rights.

-- --- rows that leave a book ------------------------------------------------------------------------------------

create or replace function note_exit() returns trigger
    language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    -- One row for each book and record: a record that goes to and fro leaves no trail that grows.
    insert into exits as gone (org_id, book_id, table_name, row_id, op, at, sync_xid)
    values (
        old.org_id, old.book_id, tg_table_name, old.id,
        case tg_op when 'DELETE' then 'deleted' else 'moved' end, now(), pg_current_xact_id()
    )
    on conflict (org_id, book_id, table_name, row_id) do update set
        -- That a person was erased is said for good: not every cache may have heard of it.
        op = case gone.op when 'erased' then gone.op else excluded.op end, at = excluded.at, sync_xid = excluded.sync_xid;
    return null;
end $$;

-- Says to every cache that rows were erased, whatever book it had them in: what was done with them there goes too.
create or replace function note_erasure(p_org uuid, p_table text, p_ids uuid[]) returns void
    language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    update exits e set op = 'erased', at = now(), sync_xid = pg_current_xact_id()
    where e.org_id = p_org and e.table_name = p_table and e.row_id = any (p_ids);
    execute format(
        'insert into exits as gone (org_id, book_id, table_name, row_id, op, at, sync_xid)'
        ' select t.org_id, t.book_id, %1$L, t.id, ''erased'', now(), pg_current_xact_id() from %1$I t'
        ' where t.org_id = $1 and t.id = any ($2) on conflict (org_id, book_id, table_name, row_id) do nothing', p_table)
    using p_org, p_ids;
end $$;

-- A row of the set-up lies in no book, so its end is told by its organization.
create or replace function note_setup_exit() returns trigger
    language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    update organizations set sync_xid = pg_current_xact_id()
    where id = any (select distinct org_id from stale) and sync_xid is distinct from pg_current_xact_id();
    return null;
end $$;

-- Nor does a view or a script tell those who see it no longer that it was taken from them.
create or replace function note_hidden_view() returns trigger
    language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    update organizations set sync_xid = pg_current_xact_id()
    where id = old.org_id and sync_xid is distinct from pg_current_xact_id();
    return null;
end $$;

-- --- hints -----------------------------------------------------------------------------------------------------

-- Every login can listen to any channel and send to it, so a channel's name is a secret that only those learn who
-- may read the book, and a notification carries nothing.
create or replace function make_channel() returns trigger
    language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    if tg_table_name = 'organizations' then
        insert into channels (org_id, book_id, name)
        values (new.id, null, 'oh_' || replace(gen_random_uuid()::text, '-', ''));
    else
        insert into channels (org_id, book_id, name)
        values (new.org_id, new.id, 'oh_' || replace(gen_random_uuid()::text, '-', ''));
    end if;
    return null;
end $$;

-- Once for a statement, whatever the number of rows; PostgreSQL folds equal ones of a transaction. Many statements that
-- triggers run concern no row at all.
create or replace function hint_books() returns trigger
    language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_orgs uuid[];
    v_books uuid[];
begin
    if tg_op = 'INSERT' then
        select array_agg(distinct org_id), array_agg(distinct book_id) into v_orgs, v_books from fresh;
    elsif tg_op = 'UPDATE' then
        select array_agg(distinct org_id), array_agg(distinct book_id) into v_orgs, v_books
        from (select org_id, book_id from fresh union all select org_id, book_id from stale) t;
    else
        select array_agg(distinct org_id), array_agg(distinct book_id) into v_orgs, v_books from stale;
    end if;
    if v_books is not null then
        perform pg_notify(c.name, '') from channels c where c.org_id = any (v_orgs) and c.book_id = any (v_books);
    end if;
    return null;
end $$;

create or replace function hint_setup() returns trigger
    language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    if tg_op = 'DELETE' then
        perform pg_notify(c.name, '') from channels c
        where c.book_id is null and c.org_id in (select org_id from stale);
    else
        perform pg_notify(c.name, '') from channels c
        where c.book_id is null and c.org_id in (select org_id from fresh);
    end if;
    return null;
end $$;

do $$
declare
    name text;
begin
    foreach name in array array['companies', 'contacts', 'deals', 'activities', 'tasks'] loop
        execute format('drop trigger if exists feed_moved on %I', name);
        execute format(
            'create trigger feed_moved after update on %I for each row'
            ' when (old.book_id is distinct from new.book_id) execute function note_exit()', name);
        execute format('drop trigger if exists feed_deleted on %I', name);
        execute format(
            'create trigger feed_deleted after delete on %I for each row execute function note_exit()', name);
        execute format('drop trigger if exists feed_hint_insert on %I', name);
        execute format(
            'create trigger feed_hint_insert after insert on %I referencing new table as fresh'
            ' for each statement execute function hint_books()', name);
        execute format('drop trigger if exists feed_hint_update on %I', name);
        execute format(
            'create trigger feed_hint_update after update on %I'
            ' referencing old table as stale new table as fresh'
            ' for each statement execute function hint_books()', name);
        execute format('drop trigger if exists feed_hint_delete on %I', name);
        execute format(
            'create trigger feed_hint_delete after delete on %I referencing old table as stale'
            ' for each statement execute function hint_books()', name);
    end loop;
    foreach name in array array[
        'organizations', 'teams', 'users', 'memberships', 'books', 'shares', 'pipelines', 'stages', 'custom_fields',
        'smart_views', 'outcomes', 'scripts', 'calling_rules', 'imports'
    ] loop
        execute format('drop trigger if exists feed_hint_insert on %I', name);
        execute format(
            'create trigger feed_hint_insert after insert on %I referencing new table as fresh'
            ' for each statement execute function hint_setup()', name);
        execute format('drop trigger if exists feed_hint_update on %I', name);
        execute format(
            'create trigger feed_hint_update after update on %I referencing new table as fresh'
            ' for each statement execute function hint_setup()', name);
        execute format('drop trigger if exists feed_hint_delete on %I', name);
        execute format(
            'create trigger feed_hint_delete after delete on %I referencing old table as stale'
            ' for each statement execute function hint_setup()', name);
        execute format('drop trigger if exists feed_deleted on %I', name);
        if name <> 'organizations' then
            execute format(
                'create trigger feed_deleted after delete on %I referencing old table as stale'
                ' for each statement execute function note_setup_exit()', name);
        end if;
    end loop;
    foreach name in array array['smart_views', 'scripts'] loop
        execute format('drop trigger if exists feed_hidden on %I', name);
        execute format(
            'create trigger feed_hidden after update on %I for each row'
            ' when (old.shared and not (new.shared and new.user_id = old.user_id)) execute function note_hidden_view()', name);
    end loop;
    foreach name in array array['organizations', 'books'] loop
        -- Named so as to fire before the hint.
        execute format('drop trigger if exists feed_channel on %I', name);
        execute format(
            'create trigger feed_channel after insert on %I for each row execute function make_channel()', name);
    end loop;
end $$;

-- Books and organizations from before there were channels.
insert into channels (org_id, book_id, name)
select o.id, null, 'oh_' || replace(gen_random_uuid()::text, '-', '') from organizations o
where not exists (select from channels c where c.org_id = o.id and c.book_id is null);
insert into channels (org_id, book_id, name)
select b.org_id, b.id, 'oh_' || replace(gen_random_uuid()::text, '-', '') from books b
where not exists (select from channels c where c.org_id = b.org_id and c.book_id = b.id);

-- --- what a client asks ----------------------------------------------------------------------------------------

-- What is another one once transactions may have been numbered anew: after a restore, a move to another server, or a
-- failover, when places in the feed mean nothing any more.
create or replace function server_epoch() returns text
    language plpgsql stable security definer set search_path = offhook, pg_temp as $$
declare
    kept text := (select m.value from meta m where m.key = 'epoch');
begin
    return concat_ws('-', kept, (select s.system_identifier from pg_control_system() s),
                     (select c.timeline_id from pg_control_checkpoint() c));
exception when insufficient_privilege or undefined_function or feature_not_supported then
    -- A service that hides this from its customers: an admin who restores has to renew what is kept.
    return kept;
end $$;

-- The first call of every client: who the login is, which server and which schema this is, and where the feed stands.
-- Definer, because it must be able to say that a login is known but disabled.
create or replace function hello(client_schema text) returns jsonb
    language plpgsql stable security definer set search_path = offhook, pg_temp as $$
declare
    me users;
    known jsonb;
begin
    if pg_is_in_recovery() then
        raise exception 'This server is a read-only copy. Ask your admin for the address of the main server.'
            using errcode = 'OH001';
    end if;
    select * into me from users u where u.login = session_user::text and u.deleted_at is null;
    if not found then
        raise exception 'The login % belongs to nobody here. Ask your admin.', session_user using errcode = 'OH001';
    end if;
    if me.disabled_at is not null then
        raise exception 'Your login was disabled. Ask your admin.' using errcode = 'OH001';
    end if;
    select jsonb_object_agg(m.key, m.value) into known from meta m
    where m.key in ('schema_version', 'min_client');
    return jsonb_build_object(
        'epoch', server_epoch(),
        'schema', known ->> 'schema_version',
        'min_client', known ->> 'min_client',
        'fits', coalesce(client_schema >= known ->> 'min_client', true),
        'org_id', me.org_id,
        'user_id', me.id,
        'role', me.role,
        'now', clock_timestamp(),
        'cursor', pg_current_snapshot()::text
    );
end $$;

-- The channels of the books that the caller sees, and that of the set-up.
create or replace function my_channels() returns text[]
    language plpgsql stable set search_path = offhook, pg_temp as $$
begin
    return (
        select coalesce(array_agg(c.name order by c.name), '{}') from channels c
        where c.org_id = (select my_org())
            and (c.book_id is null or c.book_id = any ((select visible_books())::uuid[]))
    );
end $$;

-- A cursor that a client sent as the snapshot that it is; null for none.
create or replace function place_in_feed(since text, present pg_snapshot) returns pg_snapshot
    language plpgsql stable set search_path = offhook, pg_temp as $$
declare
    seen pg_snapshot;
begin
    begin
        seen := since::pg_snapshot;
    exception when others then
        raise exception 'That is no place in the feed of changes. Read everything anew.' using errcode = 'OH003';
    end;
    if pg_snapshot_xmax(seen) > pg_snapshot_xmax(present) then
        raise exception 'That place in the feed of changes is of another server. Read everything anew.'
            using errcode = 'OH003';
    end if;
    return seen;
end $$;

-- What became visible to the caller since the cursor. STABLE: all of it reads the snapshot of the calling statement,
-- and that snapshot is the next cursor.
--
--   {"cursor": text, "rows": [[table, id, xid], …], "setup": the set-up changed, "books": [what the caller sees],
--    "more": so much changed that no rows are listed: read anew}
--
-- With an activity or a task come the records that it is about: their screens show it. A row that left one of the
-- caller's books is listed like one that changed: whether it is still
-- in sight shows when it is read. Rows of a book that the caller has only just been given are not news of the feed: a
-- client compares "books" with what it had.
--
-- The settings make the planner use the feed's index (org_id, book_id, sync_xid, id) with one plan for the whole
-- session: it has no idea how few transactions lie behind the cursor, and would guess a third of the table.
create or replace function changes(since text) returns jsonb
    language plpgsql stable
    set search_path = offhook, pg_temp
    set plan_cache_mode = force_generic_plan
    set enable_seqscan = off
    as $$
declare
    -- The door that an upgrade shuts first (61_apply.sql).
    opened constant boolean := exists (select from meta);
    most constant int := 2000;
    present constant pg_snapshot := pg_current_snapshot();
    org constant uuid := my_org();
    books constant uuid[] := visible_books();
    seen pg_snapshot;
    low xid8;
    listed jsonb;
    counted int;
    setup bool;
begin
    if org is null then
        raise exception 'Your login was disabled. Ask your admin.' using errcode = 'OH001';
    end if;
    seen := coalesce(place_in_feed(since, present), present);
    low := pg_snapshot_xmin(seen);

    with delta as (
        (select 'companies' as name, t.id, t.sync_xid as xid from companies t
         where t.org_id = org and t.book_id = any (books)
            and t.sync_xid >= low and not pg_visible_in_snapshot(t.sync_xid, seen) limit most + 1)
        union all
        (select 'contacts', t.id, t.sync_xid from contacts t
         where t.org_id = org and t.book_id = any (books)
            and t.sync_xid >= low and not pg_visible_in_snapshot(t.sync_xid, seen) limit most + 1)
        union all
        (select 'deals', t.id, t.sync_xid from deals t
         where t.org_id = org and t.book_id = any (books)
            and t.sync_xid >= low and not pg_visible_in_snapshot(t.sync_xid, seen) limit most + 1)
        union all
        (select f.name, f.id, t.sync_xid from activities t
         cross join lateral (
            values ('activities', t.id), ('deals', t.deal_id), ('contacts', t.contact_id), ('companies', t.company_id)
         ) f (name, id)
         where t.org_id = org and t.book_id = any (books)
            and t.sync_xid >= low and not pg_visible_in_snapshot(t.sync_xid, seen) and f.id is not null
         limit most + 1)
        union all
        (select f.name, f.id, t.sync_xid from tasks t
         cross join lateral (
            values ('tasks', t.id), ('deals', t.deal_id), ('contacts', t.contact_id), ('companies', t.company_id)
         ) f (name, id)
         where t.org_id = org and t.book_id = any (books)
            and t.sync_xid >= low and not pg_visible_in_snapshot(t.sync_xid, seen) and f.id is not null
         limit most + 1)
        union all
        (select t.table_name, t.row_id, t.sync_xid from exits t
         where t.org_id = org and t.book_id = any (books)
            and t.sync_xid >= low and not pg_visible_in_snapshot(t.sync_xid, seen) limit most + 1)
    )
    select jsonb_agg(jsonb_build_array(d.name, d.id, d.xid::text)), count(*)
    into listed, counted from (select distinct name, id, xid from delta) d;

    with delta as (
        select 'organizations' as name, t.id, t.sync_xid as xid from organizations t where t.org_id = org
        union all
        select 'teams', t.id, t.sync_xid from teams t where t.org_id = org
        union all
        select 'users', t.id, t.sync_xid from users t where t.org_id = org
        union all
        select 'memberships', t.id, t.sync_xid from memberships t where t.org_id = org
        union all
        select 'books', t.id, t.sync_xid from books t where t.org_id = org
        union all
        select 'shares', t.id, t.sync_xid from shares t where t.org_id = org
        union all
        select 'pipelines', t.id, t.sync_xid from pipelines t where t.org_id = org
        union all
        select 'stages', t.id, t.sync_xid from stages t where t.org_id = org
        union all
        select 'custom_fields', t.id, t.sync_xid from custom_fields t where t.org_id = org
        union all
        select 'smart_views', t.id, t.sync_xid from smart_views t where t.org_id = org
        union all
        select 'outcomes', t.id, t.sync_xid from outcomes t where t.org_id = org
        union all
        select 'scripts', t.id, t.sync_xid from scripts t where t.org_id = org
        union all
        select 'calling_rules', t.id, t.sync_xid from calling_rules t where t.org_id = org
        union all
        select 'imports', t.id, t.sync_xid from imports t where t.org_id = org
    ), fresh as (
        select * from delta d where d.xid >= low and not pg_visible_in_snapshot(d.xid, seen) limit most + 1
    )
    select coalesce(listed, '[]') || coalesce(jsonb_agg(jsonb_build_array(f.name, f.id, f.xid::text)), '[]'),
        counted + count(*), count(*) > 0
    into listed, counted, setup from fresh f;

    return jsonb_build_object(
        'cursor', present::text,
        'rows', case when counted > most then '[]' else listed end,
        'setup', setup,
        'books', to_jsonb(books),
        'more', counted > most
    );
end $$;
