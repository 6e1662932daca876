-- Push: what was done in a workspace with a cache of its own, sent in batches, applied in its order and exactly once.
--
-- The client numbers what it sends. An answer is kept with the effects, in one transaction, under the client and the number,
-- until the client says that it has it; so whatever is sent again after a broken connection has the answer that it had, and no
-- second effect. The rest is as in 61_apply.sql: under the caller's own rights, each changeset whole or not at all, one that is
-- refused keeps no other one from being applied.

-- Lets one batch of a client in at a time: the next one waits at the client's row. Forgets the answers that the client has, and
-- gives those that it may be asking for again. A client is one person's on one machine, for good.
create or replace function offhook.open_batch(p_client uuid, p_acked bigint, p_seqs bigint[])
returns table (seq bigint, changeset_id uuid, answer jsonb)
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_me constant users := offhook.caller();
    v_acked bigint;
begin
    if v_me.id is null then
        raise exception 'Your login was disabled. Ask your admin.' using errcode = 'OH001';
    end if;
    insert into clients as c (org_id, client_id, user_id, acked, seen_at)
    values (v_me.org_id, p_client, v_me.id, p_acked, now())
    on conflict (org_id, client_id) do update set acked = greatest(c.acked, excluded.acked), seen_at = excluded.seen_at
        where c.user_id = excluded.user_id
    returning c.acked into v_acked;
    if not found then
        raise exception 'This workspace was made with another login. Log in with that one, or make a new workspace.'
            using errcode = 'OH001';
    end if;
    if v_acked > p_acked then
        -- The client is further: a message that was held up on its way, whose changesets have been decided by a person
        -- since; or a client that was restored from a copy, which gives them numbers that are new here.
        raise exception 'What was sent before has been answered since.' using errcode = 'OH004', detail = v_acked::text;
    end if;
    delete from answers a where a.org_id = v_me.org_id and a.client_id = p_client and a.seq <= p_acked;
    return query
        select a.seq, a.changeset_id, a.answer from answers a
        where a.org_id = v_me.org_id and a.client_id = p_client and a.seq = any (p_seqs);
end
$$;

-- Keeps the answers of a batch, for a client of the caller's.
create or replace function offhook.keep_answers(p_client uuid, p_seqs bigint[], p_ids uuid[], p_answers jsonb[]) returns void
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_me constant users := offhook.caller();
begin
    perform from clients c where c.org_id = v_me.org_id and c.client_id = p_client and c.user_id = v_me.id;
    if not found then
        raise exception 'That client is not yours.' using errcode = 'OH001';
    end if;
    -- A number may come a second time with another changeset: from a cache that was restored.
    insert into answers as a (org_id, client_id, seq, changeset_id, answer)
    select v_me.org_id, p_client, t.seq, t.id, t.answer
    from unnest(p_seqs, p_ids, p_answers) as t (seq, id, answer)
    on conflict (org_id, client_id, seq) do update set changeset_id = excluded.changeset_id, answer = excluded.answer;
end
$$;

-- What is wrong with a batch as a whole, in a sentence; null where nothing is. One changeset is never too much.
create or replace function offhook.fault_of_batch(p_client uuid, p_acked bigint, p_changesets jsonb) returns text
language plpgsql immutable parallel safe
as $$
declare
    most constant int := 1000;
    most_bytes constant int := 16 * 1024 * 1024;
begin
    if p_client is null or p_acked is null or jsonb_typeof(p_changesets) is distinct from 'array' then
        return 'A batch has a client, the number up to which it has its answers, and a list of changesets.';
    end if;
    if jsonb_array_length(p_changesets) > most
        or (jsonb_array_length(p_changesets) > 1 and pg_column_size(p_changesets) > most_bytes)
    then
        return format('A batch has at most %s changesets and %s MB.', most, most_bytes / 1024 / 1024);
    end if;
    perform from jsonb_array_elements(p_changesets) c
    where jsonb_typeof(c.value) <> 'object' or jsonb_typeof(c.value -> 'seq') is distinct from 'number'
        or c.value ->> 'seq' !~ '^[0-9]{1,18}$';
    if found then
        return 'A changeset of the batch has no number.';
    end if;
    perform from jsonb_array_elements(p_changesets) c group by c.value ->> 'seq' having count(*) > 1;
    if found then
        return 'Two changesets of the batch have the same number.';
    end if;
    return null;
end
$$;

-- Applies a batch of a client in its order and answers each changeset, as apply(changesets) does, with its number. What was
-- answered before gets that answer again.
create or replace function offhook.apply(client uuid, acked bigint, changesets jsonb) returns jsonb
language plpgsql
set search_path = offhook, pg_temp
set lock_timeout = '5s'
set plan_cache_mode = force_generic_plan
-- By keys, however many there are at once: the planner knows nothing of how many a list has.
set enable_seqscan = off
set enable_mergejoin = off
as $$
declare
    v_fault text;
    v_org uuid;
    v_user uuid;
    v_body jsonb;
    v_seq bigint;
    v_kept jsonb;
    v_bodies jsonb[];
    v_seqs bigint[];
    v_found jsonb[];
    v_answers jsonb;
begin
    -- The door, as in apply(changesets).
    perform from offhook.meta;
    v_org := offhook.my_org();
    v_user := offhook.my_user();
    v_fault := offhook.fault_of_batch(client, acked, changesets);
    if v_fault is not null then
        raise exception '%', v_fault using errcode = 'OH003';
    end if;
    if jsonb_array_length(changesets) = 1 then
        -- As below, in fewer words: so it is with all that is done online, and somebody may be waiting for it.
        v_body := changesets -> 0;
        v_seq := v_body ->> 'seq';
        select b.answer into v_answers from offhook.open_batch(client, acked, array[v_seq]) b
        where b.changeset_id::text = lower(v_body ->> 'id');
        if not found then
            v_answers := offhook.apply_one(v_body - 'seq', v_org, v_user) || jsonb_build_object('seq', v_seq);
            if offhook.is_uuid(v_body ->> 'id') then
                perform offhook.keep_answers(client, array[v_seq], array[(v_body ->> 'id')::uuid], array[v_answers]);
            end if;
        end if;
        return jsonb_build_array(v_answers);
    end if;
    select coalesce(jsonb_object_agg(b.seq, jsonb_build_array(b.changeset_id, b.answer)), '{}') into v_kept
    from offhook.open_batch(client, acked, array(
        select (c.value ->> 'seq')::bigint from jsonb_array_elements(changesets) c)) b;
    select coalesce(array_agg(t.body - 'seq' order by t.ordinality), '{}'),
           coalesce(array_agg((t.body ->> 'seq')::bigint order by t.ordinality), '{}')
    into v_bodies, v_seqs
    from jsonb_array_elements(changesets) with ordinality t(body, ordinality)
    where not coalesce(v_kept -> (t.body ->> 'seq') ->> 0 = lower(t.body ->> 'id'), false);
    v_found := offhook.apply_many(v_bodies, v_org, v_user);
    v_found := array(
        select u.answer || jsonb_build_object('seq', u.seq)
        from unnest(v_found, v_seqs) with ordinality u(answer, seq, place) order by u.place);
    -- What has no id has no effect, now and the next time.
    select coalesce(jsonb_object_agg(u.seq, u.answer), '{}') into v_answers from unnest(v_seqs, v_found) u(seq, answer);
    perform offhook.keep_answers(
        client, array_agg(u.seq), array_agg((u.body ->> 'id')::uuid), array_agg(u.answer))
    from unnest(v_seqs, v_bodies, v_found) u(seq, body, answer) where offhook.is_uuid(u.body ->> 'id');
    return (select coalesce(jsonb_agg(coalesce(v_answers -> (c.value ->> 'seq'), v_kept -> (c.value ->> 'seq') -> 1)
                                      order by c.ordinality), '[]')
            from jsonb_array_elements(changesets) with ordinality c);
end
$$;
