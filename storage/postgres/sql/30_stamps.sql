-- Stamps: what every record says of its last change. The server alone writes them, whatever a client sends, and they count
-- changes of data only: what is worked out of other rows leaves version, time and author as they are.
--
-- Triggers that fire before a row is written are numbered, because PostgreSQL fires them in the order of their names:
-- t10 stamps, t20 the book of a child, t30 references, t40 rules, t50 texts.

-- A new row. Who is no user of offhook (the operator, who founds organizations and loads data) says by whom and when.
create or replace function offhook.stamp_new() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_me constant users := caller();
begin
    if v_me.id is not null then
        new.org_id := v_me.org_id;
        new.created_at := now();
        new.updated_at := new.created_at;
        new.updated_by := v_me.id;
    else
        if new.org_id is null and tg_table_name = 'organizations' then
            new.org_id := new.id;
        end if;
        new.created_at := coalesce(new.created_at, now());
        new.updated_at := coalesce(new.updated_at, new.created_at);
    end if;
    new.version := 1;
    new.sync_xid := pg_current_xact_id();
    return new;
end
$$;

-- Every update: what identifies a row never changes, and the feed learns that something has.
create or replace function offhook.touch() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    new.org_id := old.org_id;
    new.id := old.id;
    new.created_at := old.created_at;
    new.version := old.version;
    new.updated_at := old.updated_at;
    new.sync_xid := pg_current_xact_id();
    return new;
end
$$;

-- An update of data.
create or replace function offhook.stamp() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    new.version := old.version + 1;
    new.updated_at := now();
    new.updated_by := coalesce(my_user(), new.updated_by);
    return new;
end
$$;

do $$
declare
    v_table text;
    v_names text[];
    v_old text;
    v_new text;
begin
    for v_table, v_names in
        select f.table_name, array_agg(f.name order by f.position)
        from offhook.fields f
        -- The author is among them, so that nobody puts in another one. A child's book is its parent's, not data.
        where (f.role = 'data' or f.name = 'updated_by') and f.name <> 'id'
            and not (f.name = 'book_id' and f.table_name in ('activities', 'tasks'))
        group by f.table_name
    loop
        select string_agg(format('old.%I', name), ', '), string_agg(format('new.%I', name), ', ')
        into v_old, v_new from unnest(v_names) as name;
        execute format('drop trigger if exists t10_stamp_new on offhook.%I', v_table);
        execute format('drop trigger if exists t10_touch on offhook.%I', v_table);
        execute format('drop trigger if exists t11_stamp on offhook.%I', v_table);
        execute format(
            'create trigger t10_stamp_new before insert on offhook.%I'
            ' for each row execute function offhook.stamp_new()', v_table);
        execute format(
            'create trigger t10_touch before update on offhook.%I'
            ' for each row execute function offhook.touch()', v_table);
        execute format(
            'create trigger t11_stamp before update on offhook.%I'
            ' for each row when ((%s) is distinct from (%s)) execute function offhook.stamp()',
            v_table, v_old, v_new);
        -- In every session, one that replicates too.
    end loop;
end
$$;
