-- Who may see and change what. Whatever is not allowed here is refused.
--
-- Every table is under policy, for its owner too. Rights are given to the four groups alone: SELECT on tables, INSERT and
-- UPDATE on the columns that commands set (`offhook.fields`), so that versions, times, authors, tenants and what is derived
-- are beyond everybody's reach. A record changes its book by hand_over() only, so nobody has UPDATE on book_id.
--
-- Tables are named without their schema, and the file begins by taking everything back: `storage.postgres.check` runs it on
-- empty twins of the tables, to know what it makes, and compares that with what the live tables have.

do $$
declare
    everybody constant text := 'offhook_admin, offhook_manager, offhook_rep, offhook_readonly';
    workers constant text := 'offhook_admin, offhook_manager, offhook_rep';
    -- Who sees all of the organization is not asked book by book: it would cost a look at every row.
    overseers constant text := 'offhook_admin, offhook_readonly';
    others constant text := 'offhook_manager, offhook_rep';
    setters constant text := 'offhook_admin, offhook_manager';
    -- By table: who inserts, who updates, which columns stay as they were inserted.
    rule record;
    v_table text;
    policy record;
    columns text;
begin
    for v_table in
        select c.relname from pg_class c
        where c.relnamespace = 'offhook'::regnamespace and c.relkind in ('r', 'p') order by 1
    loop
        execute format('alter table %I enable row level security', v_table);
        execute format('alter table %I force row level security', v_table);
        execute format('revoke all on %I from public, offhook_useradmin, %s', v_table, everybody);
        for policy in select polname from pg_policy where polrelid = v_table::regclass loop
            execute format('drop policy %I on %I', policy.polname, v_table);
        end loop;
        execute format('create policy owner on %I to offhook_owner using (true) with check (true)', v_table);
    end loop;

    -- Records: what may be seen, and columns by declaration.
    for rule in
        select * from (values
            ('organizations', null, 'offhook_admin', '{}'::text[]),
            ('teams', 'offhook_admin', 'offhook_admin', '{}'),
            ('users', null, null, '{}'),
            ('memberships', 'offhook_admin', 'offhook_admin', '{team_id,user_id}'),
            ('books', workers, workers, '{kind,user_id,team_id}'),
            ('shares', workers, workers, '{book_id,user_id}'),
            ('pipelines', setters, setters, '{}'),
            ('stages', setters, setters, '{pipeline_id}'),
            ('custom_fields', setters, setters, '{}'),
            ('smart_views', workers, workers, '{user_id}'),
            ('outcomes', setters, setters, '{key}'),
            ('scripts', workers, workers, '{user_id}'),
            ('calling_rules', setters, setters, '{region}'),
            ('imports', workers, workers, '{user_id}'),
            ('companies', workers, workers, '{book_id}'),
            ('contacts', workers, workers, '{book_id}'),
            ('deals', workers, workers, '{book_id}'),
            ('activities', workers, null, '{}'),
            ('tasks', workers, workers, '{book_id}')
        ) as rules (name, inserters, updaters, fixed)
    loop
        execute format('grant select on %I to %s', rule.name, everybody);
        -- Only admins delete for good; an organization and its people are never deleted, but left or disabled.
        if rule.name not in ('organizations', 'users') then
            execute format('grant delete on %I to offhook_admin', rule.name);
            execute format(
                'create policy remove on %I for delete to offhook_admin using (org_id = (select my_org()))', rule.name
            );
        end if;
        if rule.inserters is not null then
            select string_agg(quote_ident(field.name), ', ' order by field.position) into columns
            from offhook.fields field
            where field.table_name = rule.name and (field.role = 'data' or field.name = 'id');
            execute format('grant insert (%s) on %I to %s', columns, rule.name, rule.inserters);
        end if;
        if rule.updaters is not null then
            select string_agg(quote_ident(field.name), ', ' order by field.position) into columns
            from offhook.fields field
            where field.table_name = rule.name and field.role = 'data' and field.name <> 'id'
                and not field.name = any (rule.fixed);
            execute format('grant update (%s) on %I to %s', columns, rule.name, rule.updaters);
        end if;
    end loop;

    -- Records that lie in books.
    foreach v_table in array array[
        'companies', 'contacts', 'deals', 'activities', 'tasks', 'contact_points', 'record_keys', 'exits'
    ] loop
        execute format('grant select on %I to %s', v_table, everybody);
        execute format(
            'create policy see on %I for select to %s using ('
            ' org_id = (select my_org()) and book_id = any ((select visible_books())::uuid[]))', v_table, others
        );
        execute format(
            'create policy see_all on %I for select to %s using (org_id = (select my_org()))', v_table, overseers
        );
    end loop;
    foreach v_table in array array['companies', 'contacts', 'deals', 'activities', 'tasks'] loop
        execute format(
            'create policy add on %I for insert to %s with check ('
            ' org_id = (select my_org()) and book_id = any ((select writable_books())::uuid[]))', v_table, workers
        );
        if v_table <> 'activities' then
            execute format(
                'create policy change on %I for update to %s'
                ' using (org_id = (select my_org()) and book_id = any ((select writable_books())::uuid[]))'
                ' with check (org_id = (select my_org()) and book_id = any ((select writable_books())::uuid[]))',
                v_table, workers
            );
        end if;
    end loop;

    -- The set-up is everybody's to see in their organization, except views and scripts that somebody keeps to themselves.
    foreach v_table in array array[
        'organizations', 'teams', 'users', 'memberships', 'books', 'shares', 'pipelines', 'stages', 'custom_fields',
        'outcomes', 'calling_rules'
    ] loop
        execute format(
            'create policy see on %I for select to %s using (org_id = (select my_org()))', v_table, everybody
        );
    end loop;
    foreach v_table in array array['pipelines', 'stages', 'custom_fields', 'outcomes', 'calling_rules'] loop
        execute format(
            'create policy add on %I for insert to %s with check (org_id = (select my_org()))', v_table, setters
        );
        execute format(
            'create policy change on %I for update to %s'
            ' using (org_id = (select my_org())) with check (org_id = (select my_org()))', v_table, setters
        );
    end loop;
    -- Whoever makes a view or a script has it to themselves, or shares it with everybody.
    foreach v_table in array array['smart_views', 'scripts'] loop
        execute format(
            'create policy see on %I for select to %s'
            ' using (org_id = (select my_org()) and (shared or user_id = (select my_user())))', v_table, everybody
        );
        execute format(
            'create policy add on %I for insert to %s'
            ' with check (org_id = (select my_org()) and user_id = (select my_user()))', v_table, workers
        );
        execute format(
            'create policy change on %I for update to %s'
            ' using (org_id = (select my_org()) and user_id = (select my_user()))'
            ' with check (org_id = (select my_org()) and user_id = (select my_user()))', v_table, workers
        );
    end loop;
    -- An import is of whoever makes it, who alone tells how it goes on. Managers see those of their people.
    execute format(
        'create policy see on imports for select to %s'
        ' using (org_id = (select my_org()) and user_id = any ((select overseen_users())::uuid[]))', everybody
    );
    execute format(
        'create policy add on imports for insert to %s'
        ' with check (org_id = (select my_org()) and user_id = (select my_user()) and (select may_import()))', workers
    );
    execute format(
        'create policy change on imports for update to %s'
        ' using (org_id = (select my_org()) and user_id = (select my_user()))'
        ' with check (org_id = (select my_org()) and user_id = (select my_user()))', workers
    );
    foreach v_table in array array['teams', 'memberships'] loop
        execute format(
            'create policy add on %I for insert to offhook_admin with check (org_id = (select my_org()))', v_table
        );
        execute format(
            'create policy change on %I for update to offhook_admin'
            ' using (org_id = (select my_org())) with check (org_id = (select my_org()))', v_table
        );
    end loop;
end
$$;

create policy change on organizations for update to offhook_admin
    using (org_id = (select my_org())) with check (org_id = (select my_org()));

-- People are made, disabled and given roles by functions alone (80_people.sql), since a login goes with each.
grant update (name, email, time_zone, export_right, import_right) on users to offhook_admin;
grant update (name, email, time_zone) on users to offhook_manager, offhook_rep;
create policy change on users for update to offhook_admin
    using (org_id = (select my_org())) with check (org_id = (select my_org()));
create policy change_me on users for update to offhook_manager, offhook_rep
    using (org_id = (select my_org()) and id = (select my_user()))
    with check (org_id = (select my_org()) and id = (select my_user()));

-- An admin makes any book, a manager their teams' pools, anybody one to share. What kind of book it is, and whose, stays.
create policy add on books for insert to offhook_admin with check (org_id = (select my_org()));
create policy add_pool on books for insert to offhook_manager
    with check (org_id = (select my_org()) and kind = 'pool' and team_id = any ((select my_teams())::uuid[]));
create policy add_shared on books for insert to offhook_manager, offhook_rep
    with check (org_id = (select my_org()) and kind = 'shared' and user_id is null and team_id is null);
create policy change on books for update to offhook_admin
    using (org_id = (select my_org())) with check (org_id = (select my_org()));
create policy change_pool on books for update to offhook_manager
    using (org_id = (select my_org()) and kind = 'pool' and team_id = any ((select my_teams())::uuid[]))
    with check (org_id = (select my_org()) and kind = 'pool' and team_id = any ((select my_teams())::uuid[]));

create policy change_shared on books for update to offhook_manager, offhook_rep
    using (org_id = (select my_org()) and kind = 'shared' and id = any ((select shareable_books())::uuid[]))
    with check (org_id = (select my_org()) and kind = 'shared' and id = any ((select shareable_books())::uuid[]));

create policy add on shares for insert to offhook_admin, offhook_manager, offhook_rep
    with check (org_id = (select my_org()) and book_id = any ((select shareable_books())::uuid[]));
create policy change on shares for update to offhook_admin, offhook_manager, offhook_rep
    using (org_id = (select my_org()) and book_id = any ((select shareable_books())::uuid[]))
    with check (org_id = (select my_org()) and book_id = any ((select shareable_books())::uuid[]));

create policy change_shared on smart_views for update to offhook_admin
    using (org_id = (select my_org()) and shared) with check (org_id = (select my_org()) and shared);
-- What is read on the phone is a manager's to put right.
create policy change_shared on scripts for update to offhook_admin, offhook_manager
    using (org_id = (select my_org()) and shared) with check (org_id = (select my_org()) and shared);

-- What the store keeps beside the records.
grant select on reservations, channels, changesets, meta, fields
    to offhook_admin, offhook_manager, offhook_rep, offhook_readonly;
create policy see on reservations for select to offhook_admin, offhook_manager, offhook_rep, offhook_readonly
    using (org_id = (select my_org()));
create policy see on channels for select to offhook_admin, offhook_manager, offhook_rep, offhook_readonly
    using (org_id = (select my_org()) and (book_id is null or book_id = any ((select visible_books())::uuid[])));
-- Whose records were erased is told to everybody, by ids alone: work on them may lie in any cache.
create policy see_erased on exits for select to offhook_manager, offhook_rep
    using (org_id = (select my_org()) and op = 'erased');
create policy see on meta for select to offhook_admin, offhook_manager, offhook_rep, offhook_readonly using (true);
create policy see on fields for select to offhook_admin, offhook_manager, offhook_rep, offhook_readonly using (true);

-- Everybody sees the history of their own commands. Functions write it, which check what goes in (61_apply.sql). What
-- really happened to a record is told by the audit.
create policy see on changesets for select to offhook_admin, offhook_manager, offhook_rep, offhook_readonly
    using (org_id = (select my_org()) and user_id = (select my_user()));

grant select on audit, audit_seals to offhook_admin;
create policy see on audit for select to offhook_admin using (org_id = (select my_org()));
create policy see on audit_seals for select to offhook_admin using (org_id = (select my_org()));
