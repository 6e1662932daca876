-- The rules of core that the database holds itself, in the same words: a client is never trusted.
-- When each is asked: 39_rule_triggers.sql.

-- Says no. Arguments: error code, sentence, and for values that cannot be kept (OH003) the field.
create or replace function offhook.refuse() returns trigger
language plpgsql as $$
begin
    raise exception using
        errcode = tg_argv[0], message = tg_argv[1],
        detail = case when tg_nargs > 2 then jsonb_build_object(tg_argv[2], tg_argv[1])::text else '' end;
end
$$;

-- Says which value it is that has not the shape of its kind.
create or replace function offhook.refuse_shape() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_long record;
    v_sentence text;
begin
    select f.name, f.length_limit, char_length(n.value) as length into v_long
    from jsonb_each_text(to_jsonb(new)) n(name, value)
    join fields f on f.table_name = tg_table_name and f.name = n.name and f.role = 'data'
    where char_length(n.value) > f.length_limit order by f.position limit 1;
    if not found then
        raise exception 'A list, a day, a time or named values are not of their shape.' using errcode = 'OH003';
    end if;
    v_sentence := format(
        '%s has %s characters; the most is %s.',
        upper(left(v_long.name, 1)) || replace(substr(v_long.name, 2), '_', ' '),
        to_char(v_long.length, 'FM999G999G999'), to_char(v_long.length_limit, 'FM999G999G999'));
    raise exception '%', v_sentence using
        errcode = 'OH003', detail = jsonb_build_object(v_long.name, v_sentence);
end
$$;

-- --- references ----------------------------------------------------------------------------------------------------

-- What contacts and deals are made to point to must be there, and in sight of the caller or come with the contact. (Entries
-- and tasks: place_child.)
create or replace function offhook.check_refs() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_company record;
    v_contact record;
    v_new_company boolean := new.company_id is not null;
    v_new_contact boolean := false;
begin
    if tg_op = 'UPDATE' then
        v_new_company := v_new_company and old.company_id is distinct from new.company_id;
    end if;
    if tg_table_name = 'deals' then
        if new.contact_id is not null then
            v_new_contact := true;
            if tg_op = 'UPDATE' then
                v_new_contact := old.contact_id is distinct from new.contact_id;
            end if;
            select c.book_id, c.company_id, c.deleted_at into v_contact from contacts c
            where c.org_id = new.org_id and c.id = new.contact_id;
            if v_new_contact and (v_contact.deleted_at is not null or not is_in_sight(v_contact.book_id)) then
                perform refuse_reference('contacts', tg_table_name);
            end if;
            v_new_company := v_new_company and v_contact.company_id is distinct from new.company_id;
        end if;
    end if;
    if v_new_company then
        select c.book_id, c.deleted_at into v_company from companies c
        where c.org_id = new.org_id and c.id = new.company_id;
        if v_company.deleted_at is not null or not is_in_sight(v_company.book_id) then
            perform refuse_reference('companies', tg_table_name);
        end if;
    end if;
    return new;
end
$$;

-- --- deals ---------------------------------------------------------------------------------------------------------

-- core.pipelines.require_move: along the stages' transitions; while open into an open stage of another pipeline; back to where
-- the deal has been, so that undo works. An admin may put things right in any way, and a manager may empty a stage into
-- another one of its kind.
create or replace function offhook.require_move(org uuid, deal uuid, was_open boolean, origin uuid, target stages)
returns void
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_origin stages;
    v_role text;
    v_ways text;
begin
    select * into v_origin from stages s where s.org_id = org and s.id = origin;
    if v_origin.next_stage_ids ? target.id::text and v_origin.pipeline_id = target.pipeline_id then
        return;
    end if;
    if v_origin.pipeline_id <> target.pipeline_id and was_open and target.kind = 'open' then
        return;
    end if;
    v_role := my_role();
    if v_role = 'admin' or (v_role is null and pg_has_role(session_user, 'offhook_owner', 'member')) then
        return;
    end if;
    if v_role = 'manager' and v_origin.pipeline_id = target.pipeline_id and v_origin.kind = target.kind then
        return;
    end if;
    perform from audit a
    where a.org_id = org and a.table_name = 'deals' and a.row_id = deal
        and (a.diff #>> '{stage_id,0}' = target.id::text or a.diff #>> '{stage_id,1}' = target.id::text);
    if found then
        return;
    end if;
    if v_origin.pipeline_id <> target.pipeline_id then
        raise exception 'Only an open deal changes pipelines, and only into an open stage.' using errcode = 'OH001';
    end if;
    select string_agg(s.name, ', ' order by s.position, s.id) into v_ways from stages s
    where s.org_id = org and s.pipeline_id = v_origin.pipeline_id and s.deleted_at is null
        and v_origin.next_stage_ids ? s.id::text;
    raise exception 'Invalid move: % → %. %', v_origin.name, target.name,
        coalesce(format('From %s: %s', v_origin.name, v_ways), format('No stage follows %s', v_origin.name))
        using errcode = 'OH001';
end
$$;

create or replace function offhook.check_deal() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_stage stages;
    v_moves boolean := true;
begin
    if tg_op = 'UPDATE' then
        v_moves := old.stage_id <> new.stage_id or (old.deleted_at is not null and new.deleted_at is null);
    end if;
    if v_moves then
        -- Locked: while a deal goes in, nobody deletes the stage or changes what it means.
        select * into v_stage from stages s where s.org_id = new.org_id and s.id = new.stage_id for share;
        if v_stage.id is null or v_stage.deleted_at is not null then
            raise exception 'That stage is not there any more.' using errcode = 'OH002';
        end if;
    else
        select * into v_stage from stages s where s.org_id = new.org_id and s.id = new.stage_id;
    end if;
    if v_stage.pipeline_id <> new.pipeline_id then
        raise exception '% is a stage of another pipeline.', v_stage.name using errcode = 'OH001';
    end if;
    if not (new.outcome = v_stage.kind or (new.outcome = 'abandoned' and v_stage.kind = 'lost')) then
        raise exception 'A deal in % is %; it cannot be %.', v_stage.name, v_stage.kind, new.outcome using errcode = 'OH001';
    end if;
    if (new.outcome = 'open') <> (new.closed_at is null) then
        raise exception 'A closed deal has the time when it was closed, an open one has none.' using errcode = 'OH001';
    end if;
    if tg_op = 'INSERT' then
        -- Who has the right to import brings in what was won and lost before.
        if v_stage.kind <> 'open' and exists (
            select from known_caller() me where me.role = 'rep' and me.import_right <> 'yes')
        then
            raise exception 'A new deal starts in an open stage; % is not one.', v_stage.name using errcode = 'OH001';
        end if;
    elsif old.stage_id <> new.stage_id then
        perform require_move(new.org_id, new.id, old.outcome = 'open' and new.outcome = 'open', old.stage_id, v_stage);
        if v_stage.kind = 'lost' and old.outcome = 'open' and new.lost_reason = '' then
            raise exception 'Say why % is lost: it is what makes the next one winnable.', new.title using
                errcode = 'OH003',
                detail = jsonb_build_object('lost_reason',
                    format('Say why %s is lost: it is what makes the next one winnable.', new.title));
        end if;
    end if;
    return new;
end
$$;

-- --- the timeline --------------------------------------------------------------------------------------------------

-- Who writes an entry tells of themselves. A revision is about what its entry is about, and takes the place of the latest one;
-- a person corrects what they logged, managers and admins what anybody did.
create or replace function offhook.check_activity() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_me constant users := caller();
    v_entry activities;
    v_what text;
begin
    if new.revises is null then
        if v_me.id is not null and new.user_id is distinct from v_me.id and v_me.role not in ('admin', 'manager') then
            raise exception 'An entry of the timeline is told by who writes it.' using errcode = 'OH001';
        end if;
        return new;
    end if;
    select * into v_entry from activities a where a.org_id = new.org_id and a.id = new.revises for no key update;
    if not is_in_sight(v_entry.book_id) then
        perform refuse_reference('activities', 'activities');
    end if;
    v_what := 'That ' || case v_entry.kind when 'email' then 'e-mail' else v_entry.kind end;
    if not is_told(v_entry.kind) then
        raise exception 'What offhook wrote by itself cannot be edited: it is the history.' using errcode = 'OH001';
    end if;
    if v_entry.superseded then
        raise exception '% was edited meanwhile. Look at it again first.', v_what using errcode = 'OH001';
    end if;
    if v_me.id is not null and v_entry.user_id is distinct from v_me.id and v_me.role not in ('admin', 'manager') then
        raise exception '% is %’s; only they can change it.', v_what,
            coalesce((select u.name from users u where u.org_id = new.org_id and u.id = v_entry.user_id), 'someone')
            using errcode = 'OH001';
    end if;
    if (v_entry.kind, v_entry.user_id, v_entry.deal_id, v_entry.contact_id, v_entry.company_id)
        is distinct from (new.kind, new.user_id, new.deal_id, new.contact_id, new.company_id)
    then
        raise exception 'A revision is of the same kind, by the same person and about the same as its entry.'
            using errcode = 'OH001';
    end if;
    return new;
end
$$;

-- --- tasks ---------------------------------------------------------------------------------------------------------

create or replace function offhook.check_assignee() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    perform from users u where u.org_id = new.org_id and u.id = new.assignee_id and u.deleted_at is null;
    if not found then
        raise exception 'That person is not there any more.' using errcode = 'OH002';
    end if;
    return new;
end
$$;

-- --- calls ---------------------------------------------------------------------------------------------------------

create or replace function offhook.check_outcome_move() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    if tg_op = 'UPDATE' then
        -- A stage that was deleted since is passed over when a call ends so.
        if old.move = new.move then
            return new;
        end if;
    end if;
    perform from stages s where s.org_id = new.org_id and s.id::text = new.move and s.deleted_at is null;
    if not found then
        raise exception 'That stage is not there any more.' using errcode = 'OH002';
    end if;
    return new;
end
$$;

-- What a script is for must be there, and in sight of all who see the script.
create or replace function offhook.check_script() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_stage stages;
    v_view smart_views;
begin
    if new.pipeline_id is not null then
        perform from pipelines p where p.org_id = new.org_id and p.id = new.pipeline_id and p.deleted_at is null;
        if not found then
            raise exception 'That pipeline is not there any more.' using errcode = 'OH002';
        end if;
    end if;
    if new.stage_id is not null then
        select * into v_stage from stages s
        where s.org_id = new.org_id and s.id = new.stage_id and s.deleted_at is null;
        if v_stage.id is null then
            raise exception 'That stage is not there any more.' using errcode = 'OH002';
        end if;
        if v_stage.pipeline_id is distinct from new.pipeline_id then
            raise exception '% is a stage of another pipeline.', v_stage.name using errcode = 'OH001';
        end if;
    end if;
    if new.view_id is not null then
        select * into v_view from smart_views v
        where v.org_id = new.org_id and v.id = new.view_id and v.deleted_at is null
            and (v.shared or v.user_id = new.user_id);
        -- What is hidden and what never was get the same answer.
        if v_view.id is null then
            perform refuse_reference('smart_views', 'scripts');
        end if;
        if new.shared and not v_view.shared then
            raise exception 'The view % is yours alone. Share it first, or keep the script to yourself, too.', v_view.name
                using errcode = 'OH001';
        end if;
    end if;
    return new;
end
$$;

-- What offhook comes with is changed by putting an own one in its place: of two who do so at once, the second one looks again.
create or replace function offhook.check_one_of_a_kind() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_taken text;
begin
    perform from organizations o where o.id = new.org_id and o.org_id = new.org_id for no key update;
    if tg_table_name = 'outcomes' then
        select format('the outcome %s', t.name) into v_taken from outcomes t
        where t.org_id = new.org_id and t.key = new.key and t.id <> new.id and t.deleted_at is null;
    else
        select format('the calling rule for %s', t.region) into v_taken from calling_rules t
        where t.org_id = new.org_id and t.region = new.region and t.id <> new.id and t.deleted_at is null;
    end if;
    if v_taken is not null then
        raise exception 'Somebody changed % meanwhile. Look at it again first.', v_taken using errcode = 'OH001';
    end if;
    return new;
end
$$;

create or replace function offhook.check_hours() returns trigger
language plpgsql as $$
declare
    v_span constant text := '^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$';
    v_sentence text := 'Say from when until when, as in 08:00-21:00; empty for no calls.';
    v_day record;
begin
    for v_day in select d.key, d.value, jsonb_typeof(d.value) as kind, d.value #>> '{}' as span from jsonb_each(new.hours) d loop
        if v_day.key not in ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'holiday') then
            v_sentence := 'Hours are of mon, tue, wed, thu, fri, sat, sun or holiday.';
        elsif v_day.kind = 'string' and not exists (
            -- One span, or several: no calls over lunch.
            select from unnest(string_to_array(v_day.span, ', ')) s (span)
            where s.span !~ v_span or split_part(s.span, '-', 1) >= split_part(s.span, '-', 2) collate "C"
        ) then
            continue;
        end if;
        raise exception '%', v_sentence using
            errcode = 'OH003', detail = jsonb_build_object('hours.' || v_day.key, v_sentence)::text;
    end loop;
    return new;
end
$$;

-- --- what others need stays ----------------------------------------------------------------------------------------

create or replace function offhook.keep_contact() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    perform from deals d
    where d.org_id = new.org_id and d.contact_id = new.id and d.outcome = 'open' and d.deleted_at is null;
    if found then
        raise exception '% is still in open deals. Close or delete those deals first.',
            title_of('contacts', to_jsonb(new)) using errcode = 'OH001';
    end if;
    return new;
end
$$;

create or replace function offhook.keep_company() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_contacts bigint := (
        select count(*) from contacts c
        where c.org_id = new.org_id and c.company_id = new.id and c.deleted_at is null
    );
    v_deals bigint := (
        select count(*) from deals d
        where d.org_id = new.org_id and d.company_id = new.id and d.outcome = 'open' and d.deleted_at is null
    );
begin
    if v_contacts + v_deals > 0 then
        raise exception '% has %. Move or delete % first.', new.name,
            concat_ws(' and ',
                case when v_contacts > 0 then
                    format('%s contact%s', to_char(v_contacts, 'FM999G999G999'), case when v_contacts > 1 then 's' end)
                end,
                case when v_deals > 0 then
                    format('%s open deal%s', to_char(v_deals, 'FM999G999G999'), case when v_deals > 1 then 's' end)
                end
            ),
            case when v_contacts + v_deals = 1 then 'it' else 'them' end
            using errcode = 'OH001';
    end if;
    return new;
end
$$;

create or replace function offhook.keep_pipeline() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    -- Two who each delete one of the last two wait for each other here.
    perform from organizations o where o.id = new.org_id and o.org_id = new.org_id for no key update;
    perform from pipelines p where p.org_id = new.org_id and p.id <> new.id and p.deleted_at is null;
    if not found then
        raise exception 'This is the only pipeline. Create another one first.' using errcode = 'OH001';
    end if;
    perform from deals d where d.org_id = new.org_id and d.pipeline_id = new.id and d.deleted_at is null;
    if found then
        raise exception 'There are deals in %. Move them to another pipeline or delete them first.', old.name
            using errcode = 'OH001';
    end if;
    return new;
end
$$;

create or replace function offhook.keep_stage() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    perform from deals d
    where d.org_id = new.org_id and d.pipeline_id = new.pipeline_id and d.stage_id = new.id and d.deleted_at is null;
    if not found then
        return new;
    end if;
    if old.kind <> new.kind then
        raise exception 'There are deals in %: what it means cannot change under them. Move them first.', old.name
            using errcode = 'OH001';
    end if;
    raise exception 'There are deals in %. Say which stage takes them.', old.name using errcode = 'OH001';
end
$$;

create or replace function offhook.check_transitions() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    perform from stages s
    where s.org_id = new.org_id and new.next_stage_ids ? s.id::text and s.pipeline_id <> new.pipeline_id;
    if found or new.next_stage_ids ? new.id::text then
        raise exception 'A deal moves between different stages of one pipeline.' using errcode = 'OH001';
    end if;
    return new;
end
$$;

create or replace function offhook.check_custom_field() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    perform from organizations o where o.id = new.org_id and o.org_id = new.org_id for no key update;
    perform from custom_fields f
    where f.org_id = new.org_id and f.entity = new.entity and f.key = new.key and f.id <> new.id and f.deleted_at is null;
    if found then
        raise exception 'There is a field called % already.', new.label using
            errcode = 'OH003',
            detail = jsonb_build_object('label', format('There is a field called %s already.', new.label));
    end if;
    return new;
end
$$;

create or replace function offhook.keep_book() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
begin
    if exists (select from contacts c where c.org_id = new.org_id and c.book_id = new.id and c.deleted_at is null)
        or exists (select from deals d where d.org_id = new.org_id and d.book_id = new.id and d.deleted_at is null)
        or exists (select from companies c where c.org_id = new.org_id and c.book_id = new.id and c.deleted_at is null)
    then
        raise exception 'There are records in %. Hand them over first.', old.name using errcode = 'OH001';
    end if;
    return new;
end
$$;
