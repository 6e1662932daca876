-- The rules of core that the database holds itself, in the same words: a client is never trusted.
--
-- Where a rule can be read off the row alone it is the WHEN of a trigger, which costs next to nothing where it holds. Erasing
-- a person and other work of the owner's own functions is not bound by rules that say "this stays": those look at
-- current_user, which is the owner there.

-- Says no. Arguments: error code, sentence, and for values that cannot be kept (OH003) the field.
create or replace function offhook.refuse() returns trigger
language plpgsql as $$
begin
    raise exception using
        errcode = tg_argv[0], message = tg_argv[1],
        detail = case when tg_nargs > 2 then jsonb_build_object(tg_argv[2], tg_argv[1])::text else '' end;
end
$$;

-- --- references ----------------------------------------------------------------------------------------------------

-- What contacts and deals point to must be in sight of the caller, or come with the contact. (Entries and tasks: place_child.)
create or replace function offhook.check_refs() returns trigger
language plpgsql security definer set search_path = offhook, pg_temp as $$
declare
    v_books uuid[] := visible_books();
    v_company uuid;
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
            select c.book_id, c.company_id into v_contact from contacts c
            where c.org_id = new.org_id and c.id = new.contact_id;
            if v_new_contact and not is_seen(v_contact.book_id, v_books) then
                perform refuse_reference('contacts', tg_table_name);
            end if;
            v_new_company := v_new_company and v_contact.company_id is distinct from new.company_id;
        end if;
    end if;
    if v_new_company then
        select c.book_id into v_company from companies c where c.org_id = new.org_id and c.id = new.company_id;
        if not is_seen(v_company, v_books) then
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
        if v_stage.kind <> 'open' and my_role() = 'rep' then
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
    v_me uuid := my_user();
    v_entry activities;
    v_what text;
begin
    if new.revises is null then
        if v_me is not null and new.user_id is distinct from v_me and my_role() not in ('admin', 'manager') then
            raise exception 'An entry of the timeline is told by who writes it.' using errcode = 'OH001';
        end if;
        return new;
    end if;
    select * into v_entry from activities a where a.org_id = new.org_id and a.id = new.revises for no key update;
    if not is_seen(v_entry.book_id, visible_books()) then
        perform refuse_reference('activities', 'activities');
    end if;
    v_what := 'That ' || case v_entry.kind when 'email' then 'e-mail' else v_entry.kind end;
    if not is_told(v_entry.kind) then
        raise exception 'What offhook wrote by itself cannot be edited: it is the history.' using errcode = 'OH001';
    end if;
    if v_entry.superseded then
        raise exception '% was edited meanwhile. Look at it again first.', v_what using errcode = 'OH001';
    end if;
    if v_me is not null and v_entry.user_id is distinct from v_me and my_role() not in ('admin', 'manager') then
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

-- --- the triggers --------------------------------------------------------------------------------------------------

do $$
declare
    v_rule record;
    v_table text;
    v_lists text;
begin
    for v_rule in
        select * from (values
            -- name, table, event, when, function
            ('t30_refs_insert', 'contacts', 'insert', 'new.company_id is not null', 'check_refs()'),
            ('t30_refs_update', 'contacts', 'update', 'old.company_id is distinct from new.company_id', 'check_refs()'),
            ('t30_refs_insert', 'deals', 'insert', 'coalesce(new.company_id, new.contact_id) is not null', 'check_refs()'),
            ('t30_refs_update', 'deals', 'update',
             '(old.company_id, old.contact_id) is distinct from (new.company_id, new.contact_id)', 'check_refs()'),

            ('t40_identity', 'contacts', 'insert or update',
             'new.first_name = '''' and new.last_name = '''' and new.emails = ''[]'' and new.phones = ''[]'''
             ' and new.deleted_at is null',
             'refuse(''OH003'', ''A contact needs a name, an e-mail or a phone number.'', ''first_name'')'),
            ('t40_keep', 'contacts', 'update',
             'old.deleted_at is null and new.deleted_at is not null and current_user <> ''offhook_owner''',
             'keep_contact()'),

            ('t40_name', 'companies', 'insert or update', 'new.name = ''''',
             'refuse(''OH003'', ''A company needs a name.'', ''name'')'),
            ('t40_employees', 'companies', 'insert or update', 'new.employees < 0',
             'refuse(''OH003'', ''A company has zero employees or more.'', ''employees'')'),
            ('t40_keep', 'companies', 'update',
             'old.deleted_at is null and new.deleted_at is not null and current_user <> ''offhook_owner''',
             'keep_company()'),

            ('t40_title', 'deals', 'insert or update', 'new.title = ''''',
             'refuse(''OH003'', ''A deal needs a title.'', ''title'')'),
            ('t40_currency', 'deals', 'insert or update', 'new.currency !~ ''^[A-Z]{3}$''',
             'refuse(''OH003'', ''A deal needs a currency, as in EUR.'', ''currency'')'),
            ('t40_value', 'deals', 'insert or update',
             'new.value_minor < 0 or new.value_minor > {{max_minor}}',
             'refuse(''OH003'', ''The value must be zero or more, and at most about 90 trillion.'', ''value_minor'')'),
            ('t40_stage_insert', 'deals', 'insert', 'true', 'check_deal()'),
            ('t40_stage_update', 'deals', 'update',
             '(old.pipeline_id, old.stage_id, old.outcome, old.closed_at, old.deleted_at is null)'
             ' is distinct from (new.pipeline_id, new.stage_id, new.outcome, new.closed_at, new.deleted_at is null)',
             'check_deal()'),

            ('t40_duration', 'activities', 'insert', 'new.duration_s < 0',
             'refuse(''OH003'', ''A duration is zero or more.'', ''duration_s'')'),
            ('t40_direction', 'activities', 'insert', 'new.direction not in ('''', ''in'', ''out'')',
             'refuse(''OH003'', ''A call or e-mail goes in or out.'', ''direction'')'),
            -- By a day more than core, which asks the clock of whoever logs it.
            ('t40_future', 'activities', 'insert', 'new.occurred_at > now() + interval ''1 day''',
             'refuse(''OH003'', ''That is in the future. Make it a task, or log it when it has happened.'', ''occurred_at'')'),
            ('t40_told', 'activities', 'insert', 'true', 'check_activity()'),
            ('t40_append_only', 'activities', 'update',
             'current_user <> ''offhook_owner'' and {data(activities)}',
             'refuse(''OH001'', ''What is in the timeline stays as it is. Correct it by a revision.'')'),

            ('t40_subject', 'tasks', 'insert or update', 'new.subject = ''''',
             'refuse(''OH003'', ''What is to be done?'', ''subject'')'),
            ('t40_kind', 'tasks', 'insert or update', 'new.kind not in (''call'', ''email'', ''meeting'', ''todo'')',
             'refuse(''OH003'', ''A task is one of call, email, meeting, todo.'', ''kind'')'),
            ('t40_assignee_insert', 'tasks', 'insert', 'true', 'check_assignee()'),
            ('t40_assignee_update', 'tasks', 'update', 'old.assignee_id <> new.assignee_id', 'check_assignee()'),

            ('t40_name', 'pipelines', 'insert or update', 'new.name = ''''',
             'refuse(''OH003'', ''A pipeline needs a name.'', ''name'')'),
            ('t40_keep', 'pipelines', 'update', 'old.deleted_at is null and new.deleted_at is not null', 'keep_pipeline()'),
            ('t40_name', 'stages', 'insert or update', 'new.name = ''''',
             'refuse(''OH003'', ''A stage needs a name.'', ''name'')'),
            ('t40_stale', 'stages', 'insert or update', 'new.stale_days not between 1 and 3650',
             'refuse(''OH003'', ''Days until a deal is stale: 1 to 3650, or empty for never.'', ''stale_days'')'),
            ('t40_pipeline', 'stages', 'update', 'old.pipeline_id <> new.pipeline_id',
             'refuse(''OH001'', ''A stage stays in its pipeline.'')'),
            ('t40_keep', 'stages', 'update',
             '(old.deleted_at is null and new.deleted_at is not null) or old.kind <> new.kind', 'keep_stage()'),
            ('t41_transitions_insert', 'stages', 'insert', 'new.next_stage_ids <> ''[]''', 'check_transitions()'),
            ('t41_transitions_update', 'stages', 'update', 'old.next_stage_ids <> new.next_stage_ids',
             'check_transitions()'),

            ('t40_entity', 'custom_fields', 'insert or update',
             'new.entity not in (''contacts'', ''companies'', ''deals'')',
             'refuse(''OH003'', ''Fields belong to contacts, companies or deals.'', ''entity'')'),
            ('t40_kind', 'custom_fields', 'insert or update',
             'new.kind not in (''text'', ''number'', ''date'', ''flag'', ''choice'', ''url'')',
             'refuse(''OH003'', ''A field is one of text, number, date, flag, choice, url.'', ''kind'')'),
            ('t40_meaning', 'custom_fields', 'update',
             '(old.entity, old.key, old.kind) is distinct from (new.entity, new.key, new.kind)',
             'refuse(''OH001'', ''What a field means stays; define another one.'')'),
            ('t41_unique_insert', 'custom_fields', 'insert', 'true', 'check_custom_field()'),
            ('t41_unique_update', 'custom_fields', 'update', 'old.deleted_at is not null and new.deleted_at is null',
             'check_custom_field()'),

            ('t40_name', 'smart_views', 'insert or update', 'new.name = ''''',
             'refuse(''OH003'', ''A view needs a name.'', ''name'')'),
            ('t40_entity', 'smart_views', 'insert or update', 'new.entity not in (''contacts'', ''deals'')',
             'refuse(''OH003'', ''Views show contacts or deals.'', ''entity'')'),

            ('t40_whose', 'books', 'update',
             '(old.kind, old.user_id, old.team_id) is distinct from (new.kind, new.user_id, new.team_id)'
             ' and current_user <> ''offhook_owner''',
             'refuse(''OH001'', ''Whose a book is stays; hand over what lies in it.'')'),
            ('t40_keep', 'books', 'update', 'old.deleted_at is null and new.deleted_at is not null', 'keep_book()')
        ) as t (name, tbl, event, condition, function)
    loop
        if v_rule.condition like '%{data(%' then
            select replace(v_rule.condition, format('{data(%s)}', v_rule.tbl), format(
                '(%s) is distinct from (%s)',
                string_agg(format('old.%I', f.name), ', '), string_agg(format('new.%I', f.name), ', ')))
            into v_rule.condition
            from offhook.fields f
            where f.table_name = v_rule.tbl and f.role = 'data' and f.name not in ('id', 'book_id');
        end if;
        execute format('drop trigger if exists %I on offhook.%I', v_rule.name, v_rule.tbl);
        execute format(
            'create trigger %I before %s on offhook.%I for each row when (%s) execute function offhook.%s',
            v_rule.name, v_rule.event, v_rule.tbl, v_rule.condition, v_rule.function);
        execute format('alter table offhook.%I enable always trigger %I', v_rule.tbl, v_rule.name);
    end loop;

    -- Lists are lists and mappings are mappings, or other people's clients could not read them.
    for v_table, v_lists in
        select f.table_name, string_agg(
            format('jsonb_typeof(new.%I) <> %L', f.name, case f.kind when 'set' then 'array' else 'object' end)
            || case
                when f.kind = 'map' then ''
                when f.name in ('emails', 'phones')
                    then format(' or jsonb_path_exists(new.%I, ''$[*] ? (!(@.value.type() == "string"))'')', f.name)
                else format(' or jsonb_path_exists(new.%I, ''$[*] ? (@.type() != "string")'')', f.name)
            end,
            ' or ')
        from offhook.fields f where f.kind in ('set', 'map') group by f.table_name
    loop
        execute format('drop trigger if exists t15_shape on offhook.%I', v_table);
        execute format(
            'create trigger t15_shape before insert or update on offhook.%I for each row when (%s)'
            ' execute function offhook.refuse(''OH003'', ''A list or named values are not of their shape.'')',
            v_table, v_lists);
        execute format('alter table offhook.%I enable always trigger t15_shape', v_table);
    end loop;
end
$$;
