-- Applying many changesets in waves (63_together.sql). A batch is cut at what a wave cannot have in it: that goes alone.

-- Applies changesets in their order and answers each, as apply_one does one after the other.
create or replace function offhook.apply_many(p_bodies jsonb[], p_org uuid, p_user uuid) returns jsonb[]
language plpgsql
as $$
declare
    v_run record;
    v_answers jsonb[] := '{}';
    v_body jsonb;
begin
    for v_run in
        select array_agg(t.body order by t.place) as bodies, t.daily
        from (
            select d.body, d.place, d.daily, d.place - row_number() over (partition by d.daily order by d.place) as run
            from (
                -- The same one once more has its turn when the first one's answer is known.
                select u.body, u.place, offhook.is_daily(u.body)
                       and row_number() over (partition by lower(u.body ->> 'id') order by u.place) = 1 as daily
                from unnest(p_bodies) with ordinality u(body, place)
            ) d
        ) t group by t.daily, t.run order by min(t.place)
    loop
        if v_run.daily and cardinality(v_run.bodies) > 3 then
            v_answers := v_answers || offhook.apply_run(v_run.bodies, p_org, p_user);
        else
            foreach v_body in array v_run.bodies loop
                v_answers := v_answers || offhook.apply_one(v_body, p_org, p_user);
            end loop;
        end if;
    end loop;
    return v_answers;
end
$$;

-- A run of changesets that waves may have in them.
create or replace function offhook.apply_run(p_bodies jsonb[], p_org uuid, p_user uuid) returns jsonb[]
language plpgsql
as $$
declare
    v_seqs bigint[];
    v_open int[];
    v_found jsonb[];
    v_answers jsonb[] := array_fill(null::jsonb, array[cardinality(p_bodies)]);
    v_at int;
begin
    begin
        perform (b ->> 'at')::timestamptz from unnest(p_bodies) b;
    exception when data_exception then
        -- A time that is none: each says for itself.
        return array(select offhook.apply_one(u.body, p_org, p_user) from unnest(p_bodies) with ordinality u(body, place)
                     order by u.place);
    end;
    -- Outside of what may be taken back: all of them have their places in the history from the beginning.
    v_seqs := offhook.open_changesets(p_bodies);
    v_open := array(select u.place::int from unnest(v_seqs) with ordinality u(seq, place)
                    where u.seq is not null order by u.place);
    v_found := offhook.apply_halves(
        array(select p_bodies[o] from unnest(v_open) with ordinality u(o, n) order by u.n),
        array(select v_seqs[o] from unnest(v_open) with ordinality u(o, n) order by u.n), p_org, p_user);
    for v_at in 1 .. cardinality(v_open) loop
        v_answers[v_open[v_at]] := v_found[v_at];
    end loop;
    perform offhook.close_changesets(array(
        select v_seqs[u.place] from unnest(v_answers) with ordinality u(answer, place)
        where u.answer ->> 'status' not in ('ok', 'merged')));
    -- Applied before, or not to be applied at all.
    for v_at in 1 .. cardinality(p_bodies) loop
        if v_answers[v_at] is null then
            v_answers[v_at] := offhook.apply_one(p_bodies[v_at], p_org, p_user);
        end if;
    end loop;
    return v_answers;
end
$$;

-- Changesets that are put down: together, or if that fails in halves, which find the one that was in the way.
create or replace function offhook.apply_halves(p_bodies jsonb[], p_seqs bigint[], p_org uuid, p_user uuid) returns jsonb[]
language plpgsql
as $$
declare
    v_count constant int := cardinality(p_bodies);
    v_half constant int := v_count / 2;
    v_answers jsonb[] := '{}';
    v_at int;
begin
    if v_count > 3 then
        begin
            return offhook.apply_together(p_bodies, p_seqs, p_org, p_user);
        exception when others then
            -- As in apply_one: no verdict on any changeset.
            if left(sqlstate, 2) in ('25', '40', '53', '55', '57', '58', 'XX') then
                raise;
            end if;
        end;
        return offhook.apply_halves(p_bodies[:v_half], p_seqs[:v_half], p_org, p_user)
            || offhook.apply_halves(p_bodies[v_half + 1:], p_seqs[v_half + 1:], p_org, p_user);
    end if;
    for v_at in 1 .. v_count loop
        v_answers := v_answers || offhook.apply_one(p_bodies[v_at], p_org, p_user, p_seqs[v_at]);
    end loop;
    return v_answers;
end
$$;

-- Wave after wave. Whatever is raised here is about one of them at least, and says nothing about the others.
create or replace function offhook.apply_together(p_bodies jsonb[], p_seqs bigint[], p_org uuid, p_user uuid) returns jsonb[]
language plpgsql
as $$
declare
    -- Parents before children.
    in_order constant text[] := '{companies,contacts,deals,activities,tasks}';
    v_waves record := offhook.waves(p_org, p_bodies);
    v_wave int;
    v_apart int[];
    v_together int[];
    v_late int[];
    v_table text;
    v_group record;
    v_row record;
    v_merge jsonb;
    v_new jsonb;
    v_book uuid;
    v_answers jsonb[] := array_fill(null::jsonb, array[cardinality(p_bodies)]);
    v_xid constant text := pg_current_xact_id()::text;
    v_merged int[] := '{}';
    -- What the wave writes: new rows, changed rows, rows that move.
    v_places int[];
    v_tables text[];
    v_ids uuid[];
    v_rows jsonb[];
    v_moves jsonb[];
    -- What all of them have written.
    v_by bigint[] := '{}';
    v_in text[] := '{}';
    v_written uuid[] := '{}';
    v_at int;
begin
    for v_wave in 1 .. (select max(w) from unnest(v_waves.waves) w) loop
        select coalesce(array_agg(u.place::int order by u.place) filter (where u.apart), '{}'),
               coalesce(array_agg(u.place::int order by u.place) filter (where not u.apart), '{}')
        into v_apart, v_together
        from unnest(v_waves.waves, v_waves.apart) with ordinality u(wave, apart, place) where u.wave = v_wave;
        if cardinality(v_together) < 3 then
            v_apart := v_apart || v_together;
            v_together := '{}';
        end if;
        v_late := '{}';
        v_places := '{}';
        v_tables := '{}';
        v_ids := '{}';
        v_rows := '{}';
        v_moves := '{}';

        -- Locked, always in the same order, and looked at.
        for v_group in
            select c.value ->> 'table' as tbl, array_agg(u.place) as places, array_agg((c.value ->> 'id')::uuid) as ids,
                   array_agg(c.value) as bodies
            from unnest(v_together) u(place) cross join lateral jsonb_array_elements(p_bodies[u.place] -> 'changes') c
            where c.value ->> 'op' = 'update' group by 1 order by 1
        loop
            for v_row in
                select g.place, g.id, g.body, r.new, r.held, r.book, r.id is null as is_missing
                from unnest(v_group.places, v_group.ids, v_group.bodies) g(place, id, body)
                left join offhook.checked_rows(
                    p_org, v_group.tbl, v_group.places, v_group.ids, v_group.bodies,
                    case when v_group.tbl = 'contacts' then array(
                        select (c.value -> 'set' ->> 'contact_id')::uuid
                        from unnest(v_together) u(place)
                        cross join lateral jsonb_array_elements(p_bodies[u.place] -> 'changes') c
                        where c.value ->> 'op' = 'insert' and c.value -> 'set' ->> 'contact_id' is not null)
                    else '{}'::uuid[] end) r on r.place = g.place and r.id = g.id
            loop
                v_new := v_row.new;
                v_book := v_row.book;
                if v_row.is_missing then
                    v_late := v_late || v_row.place;
                    continue;
                end if;
                if v_new is null then
                    if v_row.held ->> 'deleted_at' is not null
                        and not coalesce(v_row.body -> 'set' ? 'deleted_at', false)
                    then
                        v_late := v_late || v_row.place;
                        continue;
                    end if;
                    v_merge := offhook.merge_row(v_group.tbl, v_row.held, v_row.body);
                    if v_merge -> 'conflicts' <> '[]' then
                        v_late := v_late || v_row.place;
                        continue;
                    end if;
                    if (v_merge ->> 'merged')::boolean then
                        v_merged := v_merged || v_row.place;
                    end if;
                    select coalesce(jsonb_object_agg(w.key, w.value), '{}') into v_new
                    from jsonb_each(v_merge -> 'write') w where w.value is distinct from v_row.held -> w.key;
                    v_book := (v_new ->> 'book_id')::uuid;
                    v_new := v_new - 'book_id';
                end if;
                if v_new <> '{}' then
                    v_places := v_places || v_row.place;
                    v_tables := v_tables || v_group.tbl;
                    v_ids := v_ids || v_row.id;
                    v_rows := v_rows || v_new;
                end if;
                if v_book is not null then
                    v_moves := v_moves || jsonb_build_object(
                        'place', v_row.place, 'table', v_group.tbl, 'id', v_row.id, 'book', v_book);
                end if;
            end loop;
        end loop;

        -- Into the tables, as apply_one does: what is new, what changes, and last what changes hands.
        foreach v_table in array in_order loop
            select array_agg((c.value ->> 'id')::uuid order by u.place, c.ordinality) as ids,
                   array_agg(c.value -> 'set' order by u.place, c.ordinality) as rows,
                   array_agg(p_seqs[u.place] order by u.place, c.ordinality) as seqs,
                   array_agg(p_bodies[u.place] ->> 'id' order by u.place, c.ordinality) as names
            into v_group
            from unnest(v_together) u(place)
            cross join lateral jsonb_array_elements(p_bodies[u.place] -> 'changes') with ordinality c
            where u.place <> all(v_late) and c.value ->> 'op' = 'insert' and c.value ->> 'table' = v_table;
            continue when v_group.ids is null;
            perform offhook.tell_changesets(v_group.ids, v_group.names);
            perform offhook.add_rows(v_table, v_group.rows);
            v_by := v_by || v_group.seqs;
            v_in := v_in || array_fill(v_table, array[cardinality(v_group.ids)]);
            v_written := v_written || v_group.ids;
        end loop;
        foreach v_table in array in_order loop
            select array_agg(u.id order by u.place) as ids, array_agg(u.body order by u.place) as rows,
                   array_agg(p_seqs[u.place] order by u.place) as seqs,
                   array_agg(p_bodies[u.place] ->> 'id' order by u.place) as names
            into v_group
            from unnest(v_places, v_tables, v_ids, v_rows) u(place, tbl, id, body)
            where u.tbl = v_table and u.place <> all(v_late);
            continue when v_group.ids is null;
            perform offhook.tell_changesets(v_group.ids, v_group.names);
            if offhook.change_rows(p_org, v_table, v_group.ids, v_group.rows) <> cardinality(v_group.ids) then
                raise exception 'stop' using errcode = 'OH000';
            end if;
            v_by := v_by || v_group.seqs;
            v_in := v_in || array_fill(v_table, array[cardinality(v_group.ids)]);
            v_written := v_written || v_group.ids;
        end loop;
        foreach v_table in array in_order loop
            select array_agg((m ->> 'id')::uuid) as ids, array_agg((m ->> 'book')::uuid) as books,
                   array_agg(p_seqs[(m ->> 'place')::int]) as seqs, array_agg(p_bodies[(m ->> 'place')::int] ->> 'id') as names
            into v_group
            from unnest(v_moves) m where m ->> 'table' = v_table and (m ->> 'place')::int <> all(v_late);
            continue when v_group.ids is null;
            perform offhook.tell_changesets(v_group.ids, v_group.names);
            perform offhook.hand_over_many(v_table, v_group.ids, v_group.books);
            v_by := v_by || v_group.seqs;
            v_in := v_in || array_fill(v_table, array[cardinality(v_group.ids)]);
            v_written := v_written || v_group.ids;
        end loop;
        perform set_config('offhook.changesets', '', true);

        foreach v_at in array v_together loop
            if v_at <> all(v_late) then
                v_answers[v_at] := offhook.answer(
                    p_bodies[v_at] -> 'id', case when v_at = any(v_merged) then 'merged' else 'ok' end, '', p_seqs[v_at],
                    jsonb_build_object('xid', v_xid));
            end if;
        end loop;
        v_apart := v_apart || v_late;
        for v_at in select distinct a from unnest(v_apart) a order by a loop
            v_answers[v_at] := offhook.apply_one(p_bodies[v_at], p_org, p_user, p_seqs[v_at]);
        end loop;
    end loop;
    perform offhook.remember_many(v_by, v_in, v_written, array(
        select p_seqs[m] from unnest(v_merged) m where v_answers[m] ->> 'status' = 'merged'));
    return v_answers;
end
$$;
