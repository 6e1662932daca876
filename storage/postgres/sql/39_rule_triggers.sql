-- When the rules are asked (38_rules.sql), in the words of core.
--
-- Where a rule can be read off the row alone it is the WHEN of a trigger, which costs next to nothing where it holds. Erasing
-- a person and other work of the owner's own functions is not bound by rules that say "this stays": those look at
-- current_user, which is the owner there.

do $$
declare
    v_rule record;
    v_table text;
    v_odd text;
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
            ('t40_bad', 'contacts', 'insert or update',
             'jsonb_path_exists(new.phones, ''$[*] ? (exists(@.bad) && !(@.bad.type() == "string"'
             ' && (@.bad == "wrong number" || @.bad == "not in service")))'')',
             'refuse(''OH003'', ''A number is not dialled as a wrong number or not in service.'', ''phones'')'),
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
            ('t40_priority', 'tasks', 'insert or update', 'new.priority not in ('''', ''high'', ''low'')',
             'refuse(''OH003'', ''A priority is high or low, or empty for neither.'', ''priority'')'),
            ('t40_recurrence', 'tasks', 'insert or update',
             'new.recurrence not in ('''', ''every day'', ''every weekday'', ''every week'', ''every 2 weeks'','
             ' ''every month'', ''every 3 months'', ''every year'')',
             'refuse(''OH003'', ''A task returns every day, every weekday, every week, every 2 weeks, every month,'
             ' every 3 months or every year; empty: never.'', ''recurrence'')'),
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

            ('t40_key', 'outcomes', 'insert or update', 'new.key = ''''',
             'refuse(''OH003'', ''An outcome needs a key: what calls that end so are kept under.'', ''key'')'),
            ('t40_same', 'outcomes', 'update', 'old.key <> new.key',
             'refuse(''OH001'', ''What an outcome is kept under stays; make another one.'')'),
            ('t40_name', 'outcomes', 'insert or update', 'new.name = ''''',
             'refuse(''OH003'', ''An outcome needs a name.'', ''name'')'),
            ('t40_hotkey', 'outcomes', 'insert or update', 'new.hotkey ~ ''[[:cntrl:][:space:]]''',
             'refuse(''OH003'', ''A key to press is one character that can be seen.'', ''hotkey'')'),
            ('t40_line', 'outcomes', 'insert or update',
             'new.line not in (''answered'', ''no-answer'', ''vm-answer'', ''vm-left'', ''busy'', ''blocked'', ''error'','
             ' ''abandoned'')',
             'refuse(''OH003'', ''What the line did is one of answered, no-answer, vm-answer, vm-left, busy, blocked, error,'
             ' abandoned.'', ''line'')'),
            ('t40_follow_up', 'outcomes', 'insert or update',
             'new.follow_up <> '''' and (new.follow_up ~ ''^0+ '' or new.follow_up !~'
             ' ''^[0-9]{1,4} (min|minute|hour|business day|day|week|month)s?$'')',
             'refuse(''OH003'', ''Say when to follow up as in 30 min, 1 business day, 2 weeks or 3 months.'', ''follow_up'')'),
            ('t40_task_kind', 'outcomes', 'insert or update',
             'new.task_kind not in ('''', ''call'', ''email'', ''meeting'', ''todo'')',
             'refuse(''OH003'', ''A task is one of call, email, meeting, todo.'', ''task_kind'')'),
            ('t40_asks', 'outcomes', 'insert or update', 'new.asks not in ('''', ''when'', ''reason'', ''referral'')',
             'refuse(''OH003'', ''An outcome asks for when, reason or referral, or for nothing.'', ''asks'')'),
            ('t40_move', 'outcomes', 'insert or update', 'new.move not in ('''', ''start'')', 'check_outcome_move()'),
            ('t40_number', 'outcomes', 'insert or update', 'new.number not in ('''', ''wrong'', ''dead'')',
             'refuse(''OH003'', ''A number is marked wrong or dead, or not at all.'', ''number'')'),

            ('t41_one_insert', 'outcomes', 'insert', 'true', 'check_one_of_a_kind()'),
            ('t41_one_update', 'outcomes', 'update', 'old.deleted_at is not null and new.deleted_at is null',
             'check_one_of_a_kind()'),

            ('t40_name', 'scripts', 'insert or update', 'new.name = ''''',
             'refuse(''OH003'', ''A script needs a name.'', ''name'')'),
            ('t40_refs_insert', 'scripts', 'insert', 'true', 'check_script()'),
            ('t40_refs_update', 'scripts', 'update',
             '(old.pipeline_id, old.stage_id, old.view_id, old.shared)'
             ' is distinct from (new.pipeline_id, new.stage_id, new.view_id, new.shared)', 'check_script()'),

            ('t40_region', 'calling_rules', 'insert or update', 'new.region !~ ''^([*]|[A-Z]{2}(-[A-Z0-9]{1,3})?)$''',
             'refuse(''OH003'', ''A region is * for everywhere, a country as in GB, or a part of one as in US-AL.'','
             ' ''region'')'),
            ('t40_same', 'calling_rules', 'update', 'old.region <> new.region',
             'refuse(''OH001'', ''The region of a rule stays; make another one.'')'),
            ('t40_hours', 'calling_rules', 'insert or update', 'new.hours <> ''{}''', 'check_hours()'),
            ('t41_one_insert', 'calling_rules', 'insert', 'true', 'check_one_of_a_kind()'),
            ('t41_one_update', 'calling_rules', 'update', 'old.deleted_at is not null and new.deleted_at is null',
             'check_one_of_a_kind()'),
            ('t40_daily_cap', 'calling_rules', 'insert or update', 'new.daily_cap not between 1 and 1000',
             'refuse(''OH003'', ''Calls in 24 hours: 1 to 1000, or empty for as many as one likes.'', ''daily_cap'')'),
            ('t40_gap', 'calling_rules', 'insert or update', 'new.gap_minutes not between 1 and 100000',
             'refuse(''OH003'', ''Minutes between two calls: 1 to 100000, or empty for none.'', ''gap_minutes'')'),
            ('t40_attempts', 'calling_rules', 'insert or update', 'new.attempts_cap not between 1 and 1000',
             'refuse(''OH003'', ''Unanswered calls: 1 to 1000, or empty for as many as one likes.'', ''attempts_cap'')'),

            ('t40_name', 'imports', 'insert or update', 'new.name = ''''',
             'refuse(''OH003'', ''An import needs the name of what is brought in.'', ''name'')'),
            ('t40_state', 'imports', 'insert or update',
             'new.state not in (''running'', ''done'', ''stopped'', ''undone'')',
             'refuse(''OH003'', ''An import is running, done, stopped or undone.'', ''state'')'),
            ('t40_numbers', 'imports', 'insert or update',
             'least(new.rows, new.imported, new.updated, new.unchanged, new.skipped, new.refused) < 0',
             'refuse(''OH003'', ''An import has zero rows or more.'', ''rows'')'),

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
    end loop;

    -- What has not the shape of its kind other people's clients could not read. Lengths are counted last, and only where the
    -- bytes leave a doubt: a long text that stays as it is need not be fetched.
    for v_table, v_odd in
        select f.table_name, string_agg(
            case
                when f.kind in ('set', 'map') then
                    format('jsonb_typeof(new.%I) <> %L', f.name, case f.kind when 'set' then 'array' else 'object' end)
                    || case
                        when f.kind = 'map' then ''
                        when f.name in ('emails', 'phones')
                            then format(' or jsonb_path_exists(new.%I, ''$[*] ? (!(@.value.type() == "string"))'')', f.name)
                        else format(' or jsonb_path_exists(new.%I, ''$[*] ? (@.type() != "string")'')', f.name)
                    end
                when f.kind = 'date' then format('new.%I not between ''0001-01-01'' and ''9999-12-31''', f.name)
                when f.kind = 'time'
                    then format('new.%I not between ''0001-01-02 00:00Z'' and ''9999-12-30 00:00Z''', f.name)
                else format('(octet_length(new.%1$I) > %2$s and char_length(new.%1$I) > %2$s)', f.name, f.length_limit)
            end,
            ' or ' order by f.position)
        from offhook.fields f
        where f.role = 'data' and (f.kind in ('set', 'map', 'date', 'time') or f.length_limit is not null)
        group by f.table_name
    loop
        execute format('drop trigger if exists t15_shape on offhook.%I', v_table);
        execute format(
            'create trigger t15_shape before insert or update on offhook.%I for each row when (%s)'
            ' execute function offhook.refuse_shape()', v_table, v_odd);
    end loop;
end
$$;
