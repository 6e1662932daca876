-- The three-way merge of core.changes, on the server: by field and by value, never by time. What core decides and what
-- these functions decide is the same for every row and every change; a property test holds them together.
--
-- The functions here look at nothing but their arguments and the declarations in offhook.fields. What depends on a
-- table's columns is made below for all tables at once, so that PostgreSQL plans each statement once per session.

-- What a person calls a record of a table; the LABEL of core.entities.
create or replace function offhook.label(p_table text) returns text
language sql immutable parallel safe
as $$
    select case p_table
        when 'companies' then 'company'
        when 'activities' then 'activity'
        when 'custom_fields' then 'custom field'
        when 'smart_views' then 'view'
        when 'calling_rules' then 'calling rule'
        else left(p_table, -1)
    end
$$;

-- What a person calls this record; core.commands.base.title_of.
create or replace function offhook.title_of(p_table text, p_row jsonb) returns text
language sql immutable parallel safe
as $$
    select coalesce(
        case p_table
            when 'deals' then nullif(p_row ->> 'title', '')
            when 'calling_rules' then nullif(p_row ->> 'region', '')
            when 'contacts' then coalesce(
                nullif(btrim(concat(p_row ->> 'first_name', ' ', p_row ->> 'last_name')), ''),
                p_row -> 'emails' -> 0 ->> 'value', p_row -> 'phones' -> 0 ->> 'value', '(no name)')
            else nullif(p_row ->> 'name', '')
        end,
        offhook.label(p_table))
$$;

-- The value of a field, or of `mapping.key` inside one; JSON null where there is none.
create or replace function offhook.get_path(p_row jsonb, p_name text) returns jsonb
language sql immutable parallel safe
as $$
    select coalesce(
        case when position('.' in p_name) = 0 then p_row -> p_name
             else p_row -> split_part(p_name, '.', 1) -> substr(p_name, position('.' in p_name) + 1) end,
        'null')
$$;

-- Whether two values are the same; lists compare as sets.
create or replace function offhook.same_value(p_one jsonb, p_other jsonb) returns boolean
language sql immutable parallel safe
as $$
    select case when p_one = p_other then true
        when jsonb_typeof(p_one) = 'array' and jsonb_typeof(p_other) = 'array' then
            jsonb_array_length(p_one) = jsonb_array_length(p_other)
            and not exists (
                select from jsonb_array_elements(p_one) i
                where not exists (select from jsonb_array_elements(p_other) o where o.value = i.value))
        else false end
$$;

-- What makes list items the same: a phone is its number, whatever its label says.
create or replace function offhook.item_value(p_item jsonb) returns jsonb
language sql immutable parallel safe
as $$
    select case when jsonb_typeof(p_item) = 'object' then coalesce(p_item -> 'value', 'null') else p_item end
$$;

create or replace function offhook.find_item(p_items jsonb, p_item jsonb) returns jsonb
language sql immutable parallel safe
as $$
    select i.value from jsonb_array_elements(p_items) with ordinality i
    where offhook.item_value(i.value) = offhook.item_value(p_item) order by i.ordinality limit 1
$$;

-- My list in my order, with what others added to or removed from the one I saw; and whether we clash, which is where each
-- gave the same item another label.
create or replace function offhook.merge_list(
    p_now jsonb, p_was jsonb, p_mine jsonb, out merged jsonb, out clash boolean
)
language plpgsql immutable parallel safe
as $$
declare
    v_item jsonb;
    v_before jsonb;
    v_current jsonb;
begin
    merged := '[]';
    clash := false;
    for v_item in select i.value from jsonb_array_elements(p_mine) with ordinality i order by i.ordinality loop
        v_before := offhook.find_item(p_was, v_item);
        v_current := offhook.find_item(p_now, v_item);
        if v_item is distinct from v_before then
            clash := clash or (v_before is not null and v_current is not null and v_current not in (v_before, v_item));
            merged := merged || jsonb_build_array(v_item);
        elsif v_current is not null then
            merged := merged || jsonb_build_array(v_current);
        end if;
    end loop;
    merged := merged || coalesce((
        select jsonb_agg(i.value order by i.ordinality) from jsonb_array_elements(p_now) with ordinality i
        where offhook.find_item(p_was, i.value) is null and offhook.find_item(merged, i.value) is null), '[]');
end
$$;

-- A list without what leaves it and with what joins it.
create or replace function offhook.with_items(p_now jsonb, p_remove jsonb, p_add jsonb) returns jsonb
language sql immutable parallel safe
as $$
    with kept as (
        select i.value, i.ordinality from jsonb_array_elements(p_now) with ordinality i
        where offhook.find_item(p_remove, i.value) is null
    )
    select coalesce(jsonb_agg(found.value order by found.side, found.ordinality), '[]')
    from (
        select 0 as side, k.value, k.ordinality from kept k
        union all
        select 1, a.value, a.ordinality from jsonb_array_elements(p_add) with ordinality a
        where not exists (select from kept k where offhook.item_value(k.value) = offhook.item_value(a.value))
    ) found
$$;

-- Values in the form in which the table's own rows give them: one instant has one spelling. Names that reach into a
-- mapping stay as they are.
do $make$
declare
    v_arms text;
begin
    select string_agg(format(
        E'        when %1$L then select to_jsonb(r) into v_whole from jsonb_populate_record(null::offhook.%1$I, p_values) r;\n',
        f.table_name), '' order by f.table_name)
    into v_arms from (select distinct table_name from offhook.fields) f;
    execute format($body$
        create or replace function offhook.normal(p_table text, p_values jsonb) returns jsonb
        language plpgsql stable
        as $$
        declare
            v_whole jsonb;
        begin
            if p_values is null or p_values = '{}' then
                return '{}';
            end if;
            case p_table
        %s
            end case;
            return (select jsonb_object_agg(v.key, case when position('.' in v.key) > 0 then v.value
                                                        else v_whole -> v.key end)
                    from jsonb_each(p_values) v);
        end
        $$;
    $body$, v_arms);
end
$make$;

-- What applying a change to a row comes to: {write, conflicts, merged}; see core.changes.merge.
create or replace function offhook.merge_row(p_table text, p_held jsonb, p_change jsonb) returns jsonb
language plpgsql stable
as $$
declare
    v_set jsonb := offhook.normal(p_table, p_change -> 'set');
    v_base jsonb := offhook.normal(p_table, p_change -> 'base');
    v_lists text[] := '{}';
    v_moved text[];
    v_agreed text[] := '{}';
    v_clashing text[];
    v_theirs text[] := '{}';
    v_write jsonb := '{}';
    v_conflicts jsonb := '[]';
    v_name text;
    v_head text;
    v_value jsonb;
    v_list record;
    v_spread record;
begin
    -- Two who delete the same row agree, whatever it looked like to each.
    if p_held ->> 'deleted_at' is not null and p_change -> 'set' ->> 'deleted_at' is not null then
        return jsonb_build_object('write', v_write, 'conflicts', v_conflicts, 'merged', true);
    end if;
    -- Mostly nobody else has touched what I change: plain values over plain values that are what I saw.
    if not p_change ? 'add' and not p_change ? 'remove'
        and not exists (select from jsonb_each(v_base) b where b.value is distinct from p_held -> b.key)
        and not exists (select from jsonb_each(v_set) s where jsonb_typeof(s.value) = 'array' or position('.' in s.key) > 0)
    then
        return jsonb_build_object('write', v_set, 'conflicts', v_conflicts, 'merged', false);
    end if;
    if exists (select from jsonb_each(v_set) s where jsonb_typeof(s.value) = 'array') then
        select coalesce(array_agg(f.name), '{}') into v_lists
        from offhook.fields f where f.table_name = p_table and f.kind = 'set' and v_set ? f.name;
    end if;
    select coalesce(array_agg(b.key), '{}') into v_moved
    from jsonb_each(v_base) b
    where b.key <> all(v_lists) and not offhook.same_value(offhook.get_path(p_held, b.key), b.value);
    v_clashing := v_moved;
    if v_moved <> '{}' then
        select coalesce(array_agg(m), '{}') into v_agreed
        from unnest(v_moved) m
        -- Of two who tick a task off, the first one's time stays.
        where v_set ? m and (offhook.same_value(offhook.get_path(p_held, m), v_set -> m)
                             or (m = 'done_at' and p_held ->> m is not null and v_set ->> m is not null));
        v_clashing := array(select unnest(v_moved) except select unnest(v_agreed));
    end if;
    foreach v_name in array v_lists loop
        v_list := offhook.merge_list(
            coalesce(nullif(p_held -> v_name, 'null'), '[]'), coalesce(nullif(v_base -> v_name, 'null'), '[]'),
            v_set -> v_name);
        v_write := v_write || jsonb_build_object(v_name, v_list.merged);
        if v_list.clash then
            v_clashing := v_clashing || v_name;
        end if;
    end loop;
    if v_clashing <> '{}' then
        v_spread := offhook.spread_over_groups(p_table, v_set, v_clashing, v_agreed);
        v_theirs := v_spread.theirs;
        select coalesce(jsonb_agg(jsonb_build_object(
            'table', p_table, 'id', p_change -> 'id', 'field', c.name, 'base', v_base -> c.name,
            'mine', coalesce(v_set -> c.name, v_base -> c.name), 'theirs', offhook.get_path(p_held, c.name),
            'who', p_held -> 'updated_by', 'when', p_held -> 'updated_at') order by c.name collate "C"), '[]')
        into v_conflicts
        from unnest(v_spread.clashing) as c(name) where v_base ? c.name;
    end if;
    for v_name, v_value in select s.key, s.value from jsonb_each(v_set) s loop
        continue when v_name = any(v_lists) or v_name = any(v_agreed) or v_name = any(v_theirs);
        if position('.' in v_name) > 0 then
            v_head := split_part(v_name, '.', 1);
            v_name := substr(v_name, length(v_head) + 2);
            v_write := v_write || jsonb_build_object(
                v_head,
                coalesce(v_write -> v_head, nullif(p_held -> v_head, 'null'), '{}') - v_name
                || case when v_value = 'null' then '{}'::jsonb else jsonb_build_object(v_name, v_value) end);
        else
            v_write := v_write || jsonb_build_object(v_name, v_value);
        end if;
    end loop;
    if p_change ? 'add' or p_change ? 'remove' then
        for v_name in
            select key from jsonb_each(coalesce(p_change -> 'add', '{}') || coalesce(p_change -> 'remove', '{}'))
        loop
            v_write := v_write || jsonb_build_object(v_name, offhook.with_items(
                coalesce(nullif(p_held -> v_name, 'null'), '[]'), coalesce(p_change -> 'remove' -> v_name, '[]'),
                coalesce(p_change -> 'add' -> v_name, '[]')));
        end loop;
    end if;
    return jsonb_build_object('write', v_write, 'conflicts', v_conflicts, 'merged', v_agreed <> '{}');
end
$$;

-- The clashing fields with those that fall with them, and the times that stay as the other user set them.
create or replace function offhook.spread_over_groups(
    p_table text, p_set jsonb, p_clashing text[], p_agreed text[], out clashing text[], out theirs text[]
)
language plpgsql stable
as $$
declare
    v_group record;
    v_touched text[];
    v_changed text[];
    v_times text[];
    v_alone text[] := array(select c from unnest(p_clashing) c where not p_set ? c);
begin
    clashing := p_clashing;
    theirs := '{}';
    for v_group in
        select array_agg(f.name) as names, coalesce(array_agg(f.name) filter (where f.kind = 'time'), '{}') as times
        from offhook.fields f where f.table_name = p_table and f.merge_group is not null
        group by f.merge_group order by f.merge_group
    loop
        v_touched := array(select n from unnest(v_group.names) n where n = any(p_clashing));
        v_changed := array(select n from unnest(v_group.names) n where p_set ? n);
        v_times := array(select n from unnest(v_group.times) n where n = any(v_touched) and n = any(v_changed));
        if v_touched <> '{}' and v_touched <@ v_times and p_agreed && v_group.names then
            -- Two people did the same thing at different moments: it was done when the first one did it.
            clashing := array(select unnest(clashing) except select unnest(v_times));
            theirs := theirs || v_times;
        elsif v_touched <> '{}' and v_changed <> '{}' then
            clashing := array(select unnest(clashing) union (select unnest(v_changed) except select unnest(p_agreed)));
            v_alone := array(select unnest(v_alone) except select unnest(v_group.names));
        end if;
    end loop;
    if v_alone <> '{}' then
        clashing := array(
            select unnest(clashing) union (select jsonb_object_keys(p_set) except select unnest(p_agreed)));
    end if;
end
$$;
