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

-- Whether the caller may bring files in, as core.permissions.may_import says.
create or replace function may_import() returns boolean
language plpgsql stable security definer parallel safe
set search_path = offhook, pg_temp
as $$
declare
    me constant users := caller();
begin
    return coalesce(
        me.role <> 'readonly' and (me.import_right = 'yes' or (me.import_right = '' and me.role in ('admin', 'manager'))), false);
end
$$;

-- The users whose imports the caller sees: themselves, for a manager the members of their teams, for admin and readonly all.
create or replace function overseen_users() returns uuid[]
language plpgsql stable security definer parallel safe
set search_path = offhook, pg_temp
as $$
declare
    me constant users := caller();
begin
    return array(
        select u.id from users u
        where u.org_id = me.org_id and (
            u.id = me.id
            or me.role in ('admin', 'readonly')
            or me.role = 'manager' and u.id in (
                select member.user_id from memberships mine
                join memberships member on member.org_id = mine.org_id and member.team_id = mine.team_id
                where mine.org_id = me.org_id and mine.user_id = me.id
                    and mine.deleted_at is null and member.deleted_at is null))
    );
end
$$;

-- The books of the caller's organization that they reach by their place in it and by shares: those whose records they see, and
-- those whose records they may change; core.catalog.Catalog works out the same. A rep: their own one, their teams' pools, what
-- is shared with them. A manager: also their members' own ones and what those hold together with others, since a manager
-- stands in for their people where those hold a book, not where a stranger lets one of them in. Admin and readonly: all.
--
-- Every statement under policy asks this: it looks at each table once, and calls no other function.
do $make$
declare
    v_of record;
begin
    for v_of in
        select * from (values
            ('visible_books', 'me.id is null', 'true'),
            ('writable_books', 'me.id is null or me.role = ''readonly''', 'share.can_write')
        ) as t (name, is_nobody, counts)
    loop
        execute format($body$
            create or replace function %1$I() returns uuid[]
            language plpgsql stable security definer parallel safe
            set search_path = offhook, pg_temp
            as $$
            declare
                me users;
                people uuid[];
            begin
                select * into me from known_caller();
                if %2$s then
                    return '{}';
                end if;
                if me.role in ('admin', 'readonly') then
                    return array(select id from books where org_id = me.org_id and deleted_at is null);
                end if;
                if me.role = 'manager' then
                    people := array(
                        select member.user_id from memberships mine
                        join memberships member on member.org_id = mine.org_id and member.team_id = mine.team_id
                        where mine.org_id = me.org_id and mine.user_id = me.id
                            and mine.deleted_at is null and member.deleted_at is null
                    );
                end if;
                return array(
                    select book.id from books book
                    where book.org_id = me.org_id and book.deleted_at is null and (
                        book.user_id = me.id
                        or book.user_id = any (people)
                        or book.team_id = any (array(
                            select mine.team_id from memberships mine
                            where mine.org_id = me.org_id and mine.user_id = me.id and mine.deleted_at is null))
                        or book.id = any (array(
                            select share.book_id from shares share
                            where share.org_id = me.org_id and share.user_id = me.id and share.deleted_at is null and %3$s))
                        or (book.kind = 'shared' and book.id = any (array(
                            select share.book_id from shares share
                            where share.org_id = me.org_id and share.user_id = any (people) and share.deleted_at is null
                                and %3$s)))
                    )
                );
            end
            $$;
        $body$, v_of.name, v_of.is_nobody, v_of.counts);
    end loop;
end
$make$;

drop function if exists reached_books(boolean);

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
        where book.id = any (writable_books()) and book.org_id = me.org_id and (
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
