-- People: a person is a row in `users` and a login role of the cluster, and the two are only ever changed together.
--
-- Making and changing roles needs CREATEROLE, which nobody who works with offhook has: it belongs to offhook_useradmin, a
-- role that nobody can log in as, and to the functions below that run as it. They do nothing but for an admin, touch no
-- login but one of offhook's people, and take passwords only as SCRAM verifiers, so that no clear one is ever sent or logged.

create or replace function offhook.login_name(p_login text) returns text
language plpgsql immutable
set search_path = offhook, pg_temp
as $$
begin
    if p_login !~ '^[a-z][a-z0-9_.-]{0,62}$' or p_login ~ '^(pg_|offhook_)' then
        raise exception 'A login has up to 63 small letters, digits, dots, dashes or underscores and begins with a letter.'
            using errcode = 'OH003';
    end if;
    return p_login;
end
$$;

create or replace function offhook.group_of(p_role text) returns text
language plpgsql immutable
set search_path = offhook, pg_temp
as $$
begin
    if p_role in ('admin', 'manager', 'rep', 'readonly') then
        return 'offhook_' || p_role;
    end if;
    raise exception 'A role is one of admin, manager, rep, readonly.' using errcode = 'OH003';
end
$$;

create or replace function offhook.scram_only(p_verifier text) returns text
language plpgsql immutable
set search_path = offhook, pg_temp
as $$
begin
    if p_verifier !~ '^SCRAM-SHA-256\$[0-9]+:[A-Za-z0-9+/]+=*\$[A-Za-z0-9+/]+=*:[A-Za-z0-9+/]+=*$' then
        raise exception 'A password is sent as a SCRAM-SHA-256 verifier, never in clear.' using errcode = 'OH003';
    end if;
    return p_verifier;
end
$$;

-- --- what runs as offhook_useradmin ---------------------------------------------------------------------------------

-- Refuses whatever is not an admin's wish about a login of offhook's people.
create or replace function offhook.login_guard(p_login text) returns void
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_role pg_roles%rowtype;
begin
    if not pg_has_role(session_user, 'offhook_admin', 'member') then
        raise exception 'Only an admin manages logins.' using errcode = 'OH001';
    end if;
    select * into v_role from pg_roles r where r.rolname = p_login;
    if v_role.rolname is null then
        raise exception 'The server has no login %.', p_login using errcode = 'OH002';
    end if;
    if v_role.rolsuper or v_role.rolcreaterole or v_role.rolcreatedb or v_role.rolreplication or v_role.rolbypassrls
        or not exists (
            select 1 from pg_auth_members m join pg_roles g on g.oid = m.roleid
            where m.member = v_role.oid and g.rolname in ('offhook_admin', 'offhook_manager', 'offhook_rep', 'offhook_readonly'))
    then
        raise exception 'The login % is not one of offhook''s.', p_login using errcode = 'OH001';
    end if;
end
$$;

create or replace function offhook.login_make(p_login text, p_verifier text, p_role text) returns void
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
begin
    if not pg_has_role(session_user, 'offhook_admin', 'member') then
        raise exception 'Only an admin manages logins.' using errcode = 'OH001';
    end if;
    perform offhook.login_name(p_login), offhook.scram_only(p_verifier);
    if exists (select 1 from pg_roles r where r.rolname = p_login) then
        raise exception 'The login % is taken on this server. Choose another.', p_login using errcode = 'OH001';
    end if;
    execute format(
        'create role %I login nosuperuser nocreatedb nocreaterole noreplication nobypassrls inherit password %L in role %I',
        p_login, p_verifier, offhook.group_of(p_role));
end
$$;

create or replace function offhook.login_change(p_login text, p_role text) returns void
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_group text;
begin
    perform offhook.login_guard(p_login);
    for v_group in
        select g.rolname from pg_auth_members m join pg_roles g on g.oid = m.roleid join pg_roles u on u.oid = m.member
        where u.rolname = p_login and g.rolname like 'offhook\_%' and g.rolname <> offhook.group_of(p_role)
    loop
        execute format('revoke %I from %I', v_group, p_login);
    end loop;
    execute format('grant %I to %I', offhook.group_of(p_role), p_login);
end
$$;

create or replace function offhook.login_password(p_login text, p_verifier text) returns void
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
begin
    perform offhook.login_guard(p_login), offhook.scram_only(p_verifier);
    execute format('alter role %I password %L', p_login, p_verifier);
end
$$;

-- Lets a login in again, or shuts it out and ends what it has open at this moment.
create or replace function offhook.login_open(p_login text, p_open boolean) returns int
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
begin
    perform offhook.login_guard(p_login);
    execute format('alter role %I %s', p_login, case when p_open then 'login' else 'nologin' end);
    return case when p_open then 0 else offhook.login_end(p_login) end;
end
$$;

-- Ends what a login has open at this moment.
create or replace function offhook.login_end(p_login text) returns int
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_ended int;
begin
    perform offhook.login_guard(p_login);
    -- Ending a session takes the rights of whose it is; they are taken for this moment.
    execute format(
        'grant %I to offhook_useradmin%s', p_login,
        case when current_setting('server_version_num')::int >= 160000 then ' with inherit true, set false' else '' end);
    select count(*) into v_ended
    from (select pg_terminate_backend(a.pid) from pg_stat_activity a where a.usename = p_login offset 0) ended;
    execute format('revoke %I from offhook_useradmin%s', p_login,
        -- From 16 on who made a role keeps the right to administer it, which must stay.
        case when current_setting('server_version_num')::int >= 160000 then ' granted by offhook_useradmin' else '' end);
    return v_ended;
end
$$;

do $$
declare
    v_function text;
begin
    grant create on schema offhook to offhook_useradmin;
    grant execute on function offhook.login_name(text), offhook.group_of(text), offhook.scram_only(text) to offhook_useradmin;
    foreach v_function in array array[
        'login_guard(text)', 'login_make(text, text, text)', 'login_change(text, text)', 'login_password(text, text)',
        'login_open(text, boolean)', 'login_end(text)'
    ] loop
        execute format('alter function offhook.%s owner to offhook_useradmin', v_function);
        execute format('revoke all on function offhook.%s from public', v_function);
        execute format('grant execute on function offhook.%s to offhook_owner', v_function);
    end loop;
    revoke create on schema offhook from offhook_useradmin;
    grant usage on schema offhook to offhook_useradmin;
end
$$;

-- --- what admins call ---------------------------------------------------------------------------------------------

create or replace function offhook.require_admin(p_what text) returns uuid
language plpgsql stable security definer
set search_path = offhook, pg_temp
as $$
begin
    if offhook.my_role() is distinct from 'admin' then
        raise exception 'Only an admin %.', p_what using errcode = 'OH001';
    end if;
    return offhook.my_org();
end
$$;

-- Locks the person's row, so that two admins' wishes come one after the other. No lock that who merely points to a user
-- would hold up: a rep could keep every admin waiting with a task for them that is not committed.
create or replace function offhook.user_to_change(p_org uuid, p_user uuid) returns users
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_user users%rowtype;
begin
    -- All admins are locked, in order, so that two of them cannot take the role from each other at once.
    perform 1 from users u where u.org_id = p_org and u.role = 'admin' order by u.id for no key update;
    select * into v_user from users u where u.org_id = p_org and u.id = p_user and u.deleted_at is null for no key update;
    if v_user.id is null then
        raise exception 'That user is not there.' using errcode = 'OH002';
    end if;
    return v_user;
end
$$;

create or replace function offhook.require_another_admin(p_org uuid, p_user uuid) returns void
language plpgsql stable security definer
set search_path = offhook, pg_temp
as $$
begin
    if not exists (
        select 1 from users u where u.org_id = p_org and u.id <> p_user and u.role = 'admin' and u.disabled_at is null
        and u.deleted_at is null)
    then
        raise exception 'Nobody else is an admin. Make somebody one first, or nobody could let you in again.'
            using errcode = 'OH001';
    end if;
end
$$;

-- Makes a person: row, own book, places in teams, login.
create or replace function offhook.create_user(
    p_id uuid, p_login text, p_verifier text, p_name text, p_role text, p_email text default '', p_time_zone text default '',
    p_teams uuid[] default '{}'
) returns uuid
language plpgsql security definer
set search_path = offhook, pg_temp
set lock_timeout = '5s'
as $$
declare
    v_org uuid := offhook.require_admin('makes users');
    v_team uuid;
begin
    perform offhook.group_of(p_role);
    if coalesce(p_name, '') = '' then
        raise exception 'A user needs a name: it stands beside what they do.' using errcode = 'OH003';
    end if;
    if exists (select 1 from users u where u.login = p_login) then
        raise exception 'The login % is taken. Choose another.', p_login using errcode = 'OH001';
    end if;
    insert into users (org_id, id, name, login, email, role, time_zone, export_right)
    values (v_org, p_id, p_name, p_login, p_email, p_role, p_time_zone, '');
    insert into books (org_id, id, kind, name, user_id) values (v_org, gen_random_uuid(), 'own', p_name, p_id);
    foreach v_team in array p_teams loop
        if not exists (select 1 from teams t where t.org_id = v_org and t.id = v_team and t.deleted_at is null) then
            raise exception 'That team is not there.' using errcode = 'OH002';
        end if;
        insert into memberships (org_id, id, team_id, user_id) values (v_org, gen_random_uuid(), v_team, p_id);
    end loop;
    perform offhook.login_make(p_login, p_verifier, p_role);
    return p_id;
end
$$;

create or replace function offhook.set_role(p_user uuid, p_role text) returns void
language plpgsql security definer
set search_path = offhook, pg_temp
set lock_timeout = '5s'
as $$
declare
    v_org uuid := offhook.require_admin('changes roles');
    v_user users%rowtype := offhook.user_to_change(v_org, p_user);
begin
    perform offhook.group_of(p_role);
    if v_user.role = 'admin' and p_role <> 'admin' then
        perform offhook.require_another_admin(v_org, p_user);
    end if;
    update users u set role = p_role where u.org_id = v_org and u.id = p_user;
    perform offhook.login_change(v_user.login, p_role);
end
$$;

-- Shuts a person out: at once, everywhere. What lies in their book stays there until it is handed over.
--
-- Their sessions end first, before anything is waited for: one that holds a lock on its own row, or on its own login, must
-- not keep its owner in.
create or replace function offhook.disable_user(p_user uuid) returns int
language plpgsql security definer
set search_path = offhook, pg_temp
set lock_timeout = '5s'
as $$
declare
    v_org uuid := offhook.require_admin('disables users');
    v_user users%rowtype;
    v_ended int;
begin
    if p_user = offhook.my_user() then
        raise exception 'You cannot shut yourself out.' using errcode = 'OH001';
    end if;
    select * into v_user from users u where u.org_id = v_org and u.id = p_user and u.deleted_at is null;
    if v_user.id is null then
        raise exception 'That user is not there.' using errcode = 'OH002';
    end if;
    v_ended := offhook.login_end(v_user.login);
    v_user := offhook.user_to_change(v_org, p_user);
    if v_user.role = 'admin' then
        perform offhook.require_another_admin(v_org, p_user);
    end if;
    update users u set disabled_at = now() where u.org_id = v_org and u.id = p_user and u.disabled_at is null;
    delete from reservations r where (r.org_id, r.contact_id) in (
        select h.org_id, h.contact_id from reservations h
        where h.org_id = v_org and h.user_id = p_user for update skip locked);
    return greatest(v_ended, offhook.login_open(v_user.login, false));
end
$$;

create or replace function offhook.enable_user(p_user uuid) returns void
language plpgsql security definer
set search_path = offhook, pg_temp
set lock_timeout = '5s'
as $$
declare
    v_org uuid := offhook.require_admin('lets users in');
    v_user users%rowtype := offhook.user_to_change(v_org, p_user);
begin
    update users u set disabled_at = null where u.org_id = v_org and u.id = p_user;
    perform offhook.login_open(v_user.login, true);
end
$$;

create or replace function offhook.reset_password(p_user uuid, p_verifier text) returns void
language plpgsql security definer
set search_path = offhook, pg_temp
set lock_timeout = '5s'
as $$
declare
    v_org uuid := offhook.require_admin('resets passwords');
    v_user users%rowtype := offhook.user_to_change(v_org, p_user);
begin
    perform offhook.login_password(v_user.login, p_verifier);
    perform offhook.write_audit(v_org, 'reset', 'users', p_user, '{}');
end
$$;
