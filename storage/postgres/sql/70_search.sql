-- What the reads cannot do under row-level security alone, or not fast: each function here looks at more than its caller
-- may, and tells only what its caller may know.

-- Operators of full-text search are not leakproof: under a policy they run after it, on every row that passes, and no
-- index of words is used. In these two functions the policy's own condition stands in the query, so the planner is free.
--
-- p_phrases: words that must stand in a row, joined by blanks; the last one may be the beginning of a word.

-- The ids of all records that a search finds.
create or replace function found(p_table text, p_query tsquery, p_phrases text[] default '{}') returns setof uuid
language plpgsql stable security definer rows 200
set search_path = offhook, pg_temp
as $$
begin
    return query execute format('select t.id from %I t where %s', p_table, where_found(p_table))
    using my_org(), visible_books(), p_query, p_phrases;
end
$$;

-- The newest records that a search finds, and what ranking looks at: the folded name, those of the folded words p_tokens
-- that are whole words of the record, and when something last happened to it, in seconds since the epoch.
create or replace function newest_found(
    p_table text, p_query tsquery, p_most integer, p_phrases text[], p_tokens text[]
) returns table (id uuid, name text, told text, at double precision)
language plpgsql stable security definer rows 200
set search_path = offhook, pg_temp
as $$
declare
    -- Of entries the words are not ranked: all that a person wrote in one counts the same.
    v_ranked constant text := case p_table
        when 'activities' then $sql$'', ''$sql$ else 't.sort_key, whole_words(t.search, $6)'
    end;
    v_at constant text := case p_table
        when 'activities' then 'occurred_at' when 'companies' then 'updated_at' else 'last_activity_at'
    end;
begin
    return query execute format(
        'select t.id, %s, coalesce(date_part(''epoch'', t.%s), 0)'
        ' from (select * from %I t where %s order by t.created_at desc, t.id desc limit $5) t'
        ' order by t.created_at desc, t.id desc',
        v_ranked, v_at, p_table, where_found(p_table)
    )
    using my_org(), visible_books(), p_query, p_phrases, p_most, p_tokens;
end
$$;

-- What the caller may see and a search finds: parameters are the organization, the books, the query and the phrases.
create or replace function where_found(p_table text) returns text
language plpgsql immutable parallel safe
as $$
declare
    condition constant text :=
        't.org_id = $1 and t.book_id = any ($2) and t.deleted_at is null and t.lexemes @@ $3'
        ' and ($4 = ''{}'' or stands_in(t.search, $4))';
begin
    if p_table = 'activities' then
        return condition || ' and not t.superseded and not t.retracted';
    elsif p_table in ('companies', 'contacts', 'deals') then
        return condition;
    end if;
    raise exception 'There is no index of words for “%”.', p_table using errcode = 'OH003';
end
$$;

create or replace function whole_words(searched text, tokens text[]) returns text
language sql immutable strict parallel safe
as $$
    select coalesce(string_agg(token, ' '), '')
    from unnest(tokens) as token where strpos(' ' || searched || ' ', ' ' || token || ' ') > 0
$$;

-- Whether a searched text has all the phrases: words in a row, of which the last may go on.
create or replace function stands_in(searched text, phrases text[]) returns boolean
language sql immutable strict parallel safe
as $$
    select bool_and(strpos(' ' || line, ' ' || phrase) > 0)
    from array_to_string(offhook.words_of(searched), ' ') as line, unnest(phrases) as phrase
$$;

-- The statuses that contacts of the organization have, each as it is written: a hop a value through the index. That
-- somebody uses a status is no secret in an organization, who does is.
create or replace function lead_statuses() returns setof text
language plpgsql stable security definer rows 10
set search_path = offhook, pg_temp
as $$
declare
    v_org uuid := my_org();
    v_status text;
begin
    select min(t.lead_status) into v_status from contacts t where t.org_id = v_org and t.deleted_at is null;
    while v_status is not null loop
        return next v_status;
        select min(t.lead_status) into v_status
        from contacts t where t.org_id = v_org and t.deleted_at is null and t.lead_status > v_status;
    end loop;
end
$$;

-- The changesets that touched a record which the caller sees, newest first: each as JSON with the changes of that record
-- alone, and whether it was undone. What else a changeset did may be none of the caller's business.
create or replace function history(p_table text, p_id uuid, p_most integer default 100)
returns table (body jsonb, undone boolean)
language plpgsql stable security definer rows 20
set search_path = offhook, pg_temp
as $$
declare
    v_org uuid := my_org();
    v_seen boolean;
begin
    if p_table in ('companies', 'contacts', 'deals', 'activities', 'tasks') then
        execute format('select exists (select from %I where org_id = $1 and id = $2 and book_id = any ($3))', p_table)
        into v_seen using v_org, p_id, visible_books();
    elsif p_table in ('smart_views', 'scripts') then
        execute format('select exists (select from %I where org_id = $1 and id = $2 and (shared or user_id = $3))', p_table)
        into v_seen using v_org, p_id, my_user();
    elsif p_table = 'imports' then
        v_seen := exists (select from imports t where t.org_id = v_org and t.id = p_id and t.user_id = any (overseen_users()));
    else
        v_seen := v_org is not null;
    end if;
    if not v_seen then
        return;
    end if;
    return query
    select
        jsonb_set(
            changeset.body, '{changes}',
            coalesce(
                (
                    select jsonb_agg(change order by place)
                    from jsonb_array_elements(changeset.body -> 'changes') with ordinality as changes (change, place)
                    where change ->> 'table' = p_table and change ->> 'id' = p_id::text
                ),
                '[]'
            )
        ),
        changeset.undone_by is not null
    from changeset_rows touched
    join changesets changeset on changeset.org_id = v_org and changeset.seq = touched.seq
    where touched.org_id = v_org and touched.table_name = p_table and touched.row_id = p_id
        and changeset.status in ('ok', 'merged')
    order by changeset.seq desc
    limit p_most;
end
$$;
