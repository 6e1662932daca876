-- When something last happened about a contact and a deal, what is to be done next, and what a revision takes the place of:
-- what storage.derive works out of entries and tasks.

-- The last thing that people told of a contact and of a deal, from the entries. Locked first and read afterwards: what
-- others committed meanwhile is in it.
create or replace function offhook.find_last_activity(org uuid, contact uuid, deal uuid) returns void
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_at timestamptz;
begin
    if contact is not null then
        perform from contacts c where c.org_id = org and c.id = contact for no key update;
        select max(a.occurred_at) into v_at from activities a
        where a.org_id = org and a.contact_id = contact
            and a.deleted_at is null and not a.superseded and not a.retracted and is_told(a.kind);
        update contacts c set last_activity_at = v_at
        where c.org_id = org and c.id = contact and c.last_activity_at is distinct from v_at;
    end if;
    if deal is not null then
        perform from deals d where d.org_id = org and d.id = deal for no key update;
        select max(a.occurred_at) into v_at from activities a
        where a.org_id = org and a.deal_id = deal
            and a.deleted_at is null and not a.superseded and not a.retracted and is_told(a.kind);
        update deals d set last_activity_at = v_at
        where d.org_id = org and d.id = deal and d.last_activity_at is distinct from v_at;
    end if;
end
$$;

-- The first thing to be done about a contact and about a deal, from the tasks.
create or replace function offhook.find_next_task(org uuid, contact uuid, deal uuid) returns void
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_at timestamptz;
begin
    if contact is not null then
        perform from contacts c where c.org_id = org and c.id = contact for no key update;
        select min(t.due_at) into v_at from tasks t
        where t.org_id = org and t.contact_id = contact and t.done_at is null and t.deleted_at is null;
        update contacts c set next_task_at = v_at
        where c.org_id = org and c.id = contact and c.next_task_at is distinct from v_at;
    end if;
    if deal is not null then
        perform from deals d where d.org_id = org and d.id = deal for no key update;
        select min(t.due_at) into v_at from tasks t
        where t.org_id = org and t.deal_id = deal and t.done_at is null and t.deleted_at is null;
        update deals d set next_task_at = v_at
        where d.org_id = org and d.id = deal and d.next_task_at is distinct from v_at;
    end if;
end
$$;

-- Brings a time of many records up to date, with a plan of its own: one that was made for a single record must not serve an
-- import, nor the other way round. Only what is earlier (or later) than it should be is written.
create or replace function offhook.set_times(tbl text, name text, stale text, org uuid, ids uuid[], ats timestamptz[])
returns void
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    execute format(
        'update %1$I r set %2$I = t.at from unnest($2, $3) as t (id, at)'
        ' where r.org_id = $1 and r.id = t.id and (r.%2$I is null or r.%2$I %3$s t.at)', tbl, name, stale)
    using org, ids, ats;
end
$$;

-- New entries, a statement's all at once, so that a record that many of them are about is written once.
create or replace function offhook.follow_activities() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_of record;
    v_one record;
begin
    for v_of in
        select t.org_id, array_agg(t.id) as ids, array_agg(t.at) as ats from (
            select f.org_id, f.contact_id as id, max(f.occurred_at) as at from fresh f
            where f.contact_id is not null and f.revises is null and is_told(f.kind)
                and f.deleted_at is null and not f.retracted
            group by 1, 2
        ) t group by 1
    loop
        if cardinality(v_of.ids) > 1 then
            perform set_times('contacts', 'last_activity_at', '<', v_of.org_id, v_of.ids, v_of.ats);
        else
            update contacts c set last_activity_at = v_of.ats[1]
            where c.org_id = v_of.org_id and c.id = v_of.ids[1]
                and (c.last_activity_at is null or c.last_activity_at < v_of.ats[1]);
        end if;
    end loop;
    for v_of in
        select t.org_id, array_agg(t.id) as ids, array_agg(t.at) as ats from (
            select f.org_id, f.deal_id as id, max(f.occurred_at) as at from fresh f
            where f.deal_id is not null and f.revises is null and is_told(f.kind)
                and f.deleted_at is null and not f.retracted
            group by 1, 2
        ) t group by 1
    loop
        if cardinality(v_of.ids) > 1 then
            perform set_times('deals', 'last_activity_at', '<', v_of.org_id, v_of.ids, v_of.ats);
        else
            update deals d set last_activity_at = v_of.ats[1]
            where d.org_id = v_of.org_id and d.id = v_of.ids[1]
                and (d.last_activity_at is null or d.last_activity_at < v_of.ats[1]);
        end if;
    end loop;
    for v_one in select f.org_id, f.revises, f.contact_id, f.deal_id from fresh f where f.revises is not null order by 2 loop
        update activities a set superseded = true
        where a.org_id = v_one.org_id and a.id = v_one.revises and not a.superseded;
        perform find_last_activity(v_one.org_id, v_one.contact_id, v_one.deal_id);
    end loop;
    return null;
end
$$;

-- New tasks, as above.
create or replace function offhook.follow_tasks() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_of record;
begin
    for v_of in
        select t.org_id, array_agg(t.id) as ids, array_agg(t.at) as ats from (
            select f.org_id, f.contact_id as id, min(f.due_at) as at from fresh f
            where f.contact_id is not null and f.done_at is null and f.deleted_at is null
            group by 1, 2
        ) t group by 1
    loop
        if cardinality(v_of.ids) > 1 then
            perform set_times('contacts', 'next_task_at', '>', v_of.org_id, v_of.ids, v_of.ats);
        else
            update contacts c set next_task_at = v_of.ats[1]
            where c.org_id = v_of.org_id and c.id = v_of.ids[1]
                and (c.next_task_at is null or c.next_task_at > v_of.ats[1]);
        end if;
    end loop;
    for v_of in
        select t.org_id, array_agg(t.id) as ids, array_agg(t.at) as ats from (
            select f.org_id, f.deal_id as id, min(f.due_at) as at from fresh f
            where f.deal_id is not null and f.done_at is null and f.deleted_at is null
            group by 1, 2
        ) t group by 1
    loop
        if cardinality(v_of.ids) > 1 then
            perform set_times('deals', 'next_task_at', '>', v_of.org_id, v_of.ids, v_of.ats);
        else
            update deals d set next_task_at = v_of.ats[1]
            where d.org_id = v_of.org_id and d.id = v_of.ids[1]
                and (d.next_task_at is null or d.next_task_at > v_of.ats[1]);
        end if;
    end loop;
    return null;
end
$$;

create or replace function offhook.follow_task() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    if tg_op = 'UPDATE' then
        perform find_next_task(new.org_id, new.contact_id, new.deal_id);
        if (old.contact_id, old.deal_id) is not distinct from (new.contact_id, new.deal_id) then
            return null;
        end if;
    end if;
    perform find_next_task(old.org_id, old.contact_id, old.deal_id);
    return null;
end
$$;

-- An entry that is removed for good, with a person's data: what it took the place of counts again.
create or replace function offhook.forget_activity() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    update activities a set superseded = false
    where a.org_id = old.org_id and a.id = old.revises
        and not exists (select from activities r where r.org_id = old.org_id and r.revises = old.revises);
    perform find_last_activity(old.org_id, old.contact_id, old.deal_id);
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
            ('derive_followers', 'activities', 'insert', 'referencing new table as fresh for each statement',
             'follow_activities'),
            ('derive_followers', 'tasks', 'insert', 'referencing new table as fresh for each statement', 'follow_tasks'),
            ('derive_task', 'tasks', 'update',
             'for each row when ((old.due_at, old.done_at, old.deleted_at, old.contact_id, old.deal_id)'
             ' is distinct from (new.due_at, new.done_at, new.deleted_at, new.contact_id, new.deal_id))',
             'follow_task'),
            ('derive_task_delete', 'tasks', 'delete', 'for each row', 'follow_task'),
            ('derive_activity_delete', 'activities', 'delete', 'for each row', 'forget_activity')
        ) as t (name, tbl, event, scope, function)
    loop
        execute format('drop trigger if exists %I on offhook.%I', v_trigger.name, v_trigger.tbl);
        execute format(
            'create trigger %I after %s on offhook.%I %s execute function offhook.%I()',
            v_trigger.name, v_trigger.event, v_trigger.tbl, v_trigger.scope, v_trigger.function);
    end loop;
end
$$;
