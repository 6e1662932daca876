-- Which functions people may call, each by its name. Everything else in the schema runs in triggers, in other functions, or not
-- at all: PostgreSQL lets everybody execute a new function, so that is taken back first.

do $$
declare
    callable constant text[] := array[
        -- who is asking
        'my_org', 'my_user', 'my_role', 'my_teams', 'visible_books', 'writable_books', 'movable_books',
        'shareable_books', 'overseen_users', 'may_import',
        -- text, as policies and triggers that run under the caller's rights need it
        'fold', 'lowered', 'words_of', 'stands_in',
        -- the feed
        'hello', 'changes', 'my_channels', 'place_in_feed',
        -- a field rep's cache
        'pull', 'known_changesets', 'hand_in', 'tidy',
        -- writing
        'apply', 'merge_row', 'hand_over', 'who_took', 'reserve', 'release', 'told_changeset',
        -- what the outbox of a cache goes through
        'open_batch', 'keep_answers', 'fault_of_batch', 'apply_many', 'apply_run', 'apply_halves', 'apply_together', 'is_daily',
        'waves', 'names_of', 'open_changesets', 'close_changesets', 'checked_rows', 'add_rows', 'change_rows', 'remember_many', 'goes_together',
        'tell_changesets', 'hand_over_many',
        -- what apply() is made of, since it runs under the caller's rights
        'apply_one', 'open_changeset', 'locked_rows', 'visible_row', 'add_row', 'change_row', 'remember', 'mark_undone', 'stored_answer',
        'answer', 'refusal', 'out_of_reach', 'fault_of', 'fault_of_head', 'fault_of_changes', 'fault_of_fields', 'is_uuid', 'owner_name', 'label', 'title_of',
        'titled', 'normal', 'get_path', 'same_value', 'item_value', 'find_item', 'merge_list', 'with_items',
        'spread_over_groups', 'declared',
        -- reading
        'found', 'newest_found', 'lead_statuses', 'history',
        -- people; each asks for an admin itself
        'create_user', 'set_role', 'disable_user', 'enable_user', 'reset_password',
        -- the audit
        'note_export', 'export_person', 'erase_person', 'seal_audit'
    ];
    routine record;
begin
    alter default privileges revoke execute on functions from public;
    for routine in
        select p.oid::regprocedure as signature, p.proname as name, p.proowner::regrole::text as owner
        from pg_proc p where p.pronamespace = 'offhook'::regnamespace and p.prokind in ('f', 'p')
    loop
        if routine.owner = 'offhook_owner' then
            execute format(
                'revoke all on routine %s from public, offhook_admin, offhook_manager, offhook_rep, offhook_readonly',
                routine.signature
            );
            if routine.name = any (callable) then
                execute format(
                    'grant execute on routine %s to offhook_admin, offhook_manager, offhook_rep, offhook_readonly',
                    routine.signature
                );
            end if;
        end if;
    end loop;
end
$$;

-- Triggers hold rules and keep the audit, so they fire in every session, also in one that calls itself a replica.
do $$
declare
    v_trigger record;
begin
    for v_trigger in
        select c.relname as on_table, t.tgname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = 'offhook'::regnamespace and not t.tgisinternal and t.tgenabled <> 'A'
    loop
        execute format('alter table %I enable always trigger %I', v_trigger.on_table, v_trigger.name);
    end loop;
end
$$;
