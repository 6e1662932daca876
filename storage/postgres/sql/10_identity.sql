-- Who is asking: worked out from the login alone (session_user), which no client can set, and never from a setting.
--
-- The functions run as the owner, since the policies of the very tables that they read are made of them. Policies call them
-- as `(select my_org())`, so that they run once for a query and not once for a row.

-- Who may be asking at all: the caller's row in `users`, or none for who is unknown or disabled. Neither a definer nor with a
-- search path of its own, so that PostgreSQL writes it into the functions below, which are both; nobody else may call it.
create or replace function known_caller() returns setof users
language sql stable parallel safe
as $$
    select * from offhook.users
    where login = session_user::text and login <> '' and disabled_at is null and deleted_at is null
$$;

-- The caller's own row, for functions that need more than one thing of it; all null for who is unknown or disabled.
create or replace function caller() returns users
language plpgsql stable security definer parallel safe
set search_path = offhook, pg_temp
as $$
declare
    me users;
begin
    select * into me from known_caller();
    return me;
end
$$;

create or replace function my_user() returns uuid
language plpgsql stable security definer parallel safe
set search_path = offhook, pg_temp
as $$
begin
    return (select id from known_caller());
end
$$;

create or replace function my_org() returns uuid
language plpgsql stable security definer parallel safe
set search_path = offhook, pg_temp
as $$
begin
    return (select org_id from known_caller());
end
$$;

create or replace function my_role() returns text
language plpgsql stable security definer parallel safe
set search_path = offhook, pg_temp
as $$
begin
    return (select role from known_caller());
end
$$;

-- The teams in which the caller has a place.
create or replace function my_teams() returns uuid[]
language plpgsql stable security definer parallel safe
set search_path = offhook, pg_temp
as $$
declare
    me constant users := caller();
begin
    return array(select team_id from memberships where org_id = me.org_id and user_id = me.id and deleted_at is null);
end
$$;

-- The books of the caller's organization that they reach by their place in it and by shares; core.catalog.Catalog works out
-- the same. A rep: their own one, their teams' pools, what is shared with them. A manager: also their members' own ones and
-- what those hold together with others. Admin and readonly: all.
create or replace function reached_books(to_write boolean) returns uuid[]
language plpgsql stable security definer parallel safe
set search_path = offhook, pg_temp
as $$
declare
    me constant users := caller();
    teams uuid[];
    people uuid[];
begin
    if me.id is null or (to_write and me.role = 'readonly') then
        return '{}';
    end if;
    if me.role in ('admin', 'readonly') then
        return array(select id from books where org_id = me.org_id and deleted_at is null);
    end if;
    teams := array(select team_id from memberships where org_id = me.org_id and user_id = me.id and deleted_at is null);
    people := array[me.id];
    if me.role = 'manager' then
        people := people || array(
            select user_id from memberships
            where org_id = me.org_id and team_id = any (teams) and deleted_at is null
        );
    end if;
    return array(
        select book.id from books book
        where book.org_id = me.org_id and book.deleted_at is null and (
            book.user_id = any (people)
            or book.team_id = any (teams)
            or exists (
                select 1 from shares share
                where share.org_id = me.org_id and share.book_id = book.id and share.deleted_at is null
                    and (share.can_write or not to_write)
                    -- A manager stands in for their people where those hold a book, not where a stranger lets one of them in.
                    and (share.user_id = me.id or (book.kind = 'shared' and share.user_id = any (people)))
            )
        )
    );
end
$$;

-- The books whose records the caller sees.
create or replace function visible_books() returns uuid[]
language plpgsql stable security definer parallel safe
set search_path = offhook, pg_temp
as $$
begin
    return reached_books(false);
end
$$;

-- The books whose records the caller may change.
create or replace function writable_books() returns uuid[]
language plpgsql stable security definer parallel safe
set search_path = offhook, pg_temp
as $$
begin
    return reached_books(true);
end
$$;

-- The books out of which the caller may hand records over, as core.permissions.may_hand_over says: pools and shared books in
-- which they may write, their own one, for a manager those of their members, everything for an admin. Who may only write in a
-- colleague's own book takes nothing away from there.
create or replace function movable_books() returns uuid[]
language plpgsql stable security definer parallel safe
set search_path = offhook, pg_temp
as $$
declare
    me constant users := caller();
begin
    return array(
        select book.id from books book
        where book.id = any (reached_books(true)) and book.org_id = me.org_id and (
            me.role = 'admin'
            or book.kind <> 'own'
            or book.user_id = me.id
            or (
                me.role = 'manager' and exists (
                    select 1 from memberships
                    where org_id = me.org_id and user_id = book.user_id and team_id = any (my_teams()) and deleted_at is null
                )
            )
        )
    );
end
$$;

-- The books of which the caller decides who else sees them, as core.permissions.may_share says: those out of which they may
-- hand records over, but for the pools, which are not for reps to open. And a shared book that
-- they have made and nobody else had a hand in, so that whoever makes one can put themselves and a colleague into it, take
-- that back, and do it again.
-- Nobody gains sight of a book by a share of their own making: they see all of these already.
create or replace function shareable_books() returns uuid[]
language plpgsql stable security definer parallel safe
set search_path = offhook, pg_temp
as $$
declare
    me constant users := caller();
begin
    if me.id is null or me.role = 'readonly' then
        return '{}';
    end if;
    return array(
        select book.id from books book
        where book.id = any (movable_books()) and book.org_id = me.org_id
            and (book.kind <> 'pool' or me.role in ('admin', 'manager'))
    ) || array(
        select book.id from books book
        where book.org_id = me.org_id and book.kind = 'shared' and book.updated_by = me.id
            and not exists (
                select 1 from shares
                where org_id = me.org_id and book_id = book.id and updated_by is distinct from me.id
            )
    );
end
$$;
