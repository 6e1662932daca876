-- Whose a record is: the book it lies in. Nobody has the right to write book_id; it changes through the one function here,
-- whether it is assigned, claimed or shared. And who talks to a contact at the moment: reservations.

-- Whose book it is: the user's name, the pool's, or for a shared book who hold it; core.catalog.Catalog.owner_name.
create or replace function offhook.owner_name(p_book uuid) returns text
language plpgsql stable security definer
set search_path = offhook, pg_temp
as $$
declare
    v_org uuid := offhook.my_org();
    v_book record;
    v_holders text[];
begin
    select b.kind, b.name, b.user_id into v_book from books b where b.org_id = v_org and b.id = p_book and b.deleted_at is null;
    if not found then
        return 'someone';
    end if;
    if v_book.kind = 'own' then
        return coalesce((select u.name from users u where u.org_id = v_org and u.id = v_book.user_id and u.deleted_at is null),
                        'someone');
    end if;
    v_holders := array(
        select u.name from shares s join users u on u.org_id = s.org_id and u.id = s.user_id
        where s.org_id = v_org and s.book_id = p_book and s.deleted_at is null order by u.name);
    if v_book.kind = 'shared' and cardinality(v_holders) > 1 then
        return array_to_string(trim_array(v_holders, 1), ', ') || ' & ' || v_holders[cardinality(v_holders)];
    end if;
    return v_book.name;
end
$$;

-- Puts a contact, deal or company into another book. The caller must be one who may take it out of where it lies now, so of any
-- number of people who claim it from a pool the first one wins: the others wait for its lock and then find it in a book of hers.
-- The target is the own book of somebody who can log in, a pool, or a shared book that the caller can write in.
create or replace function offhook.hand_over(p_table text, p_id uuid, p_book uuid) returns void
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_me constant users := offhook.caller();
    v_org constant uuid := v_me.org_id;
    v_now uuid;
    v_title text;
    v_owner text;
    v_to record;
begin
    if v_me.role = 'readonly' then
        raise exception 'Your role is read-only: you can look at everything and change nothing.' using errcode = 'OH001';
    end if;
    case p_table
        when 'companies' then
            select t.book_id into v_now from companies t where t.org_id = v_org and t.id = p_id for no key update;
        when 'contacts' then
            select t.book_id into v_now from contacts t where t.org_id = v_org and t.id = p_id for no key update;
        when 'deals' then
            select t.book_id into v_now from deals t where t.org_id = v_org and t.id = p_id for no key update;
        else
            raise exception 'Only contacts, deals and companies are handed over.' using errcode = 'OH003';
    end case;
    if v_now is null or not v_now = any (offhook.movable_books()) then
        -- What is out of sight and what never was get the same answer.
        if v_now is null or not v_now = any (offhook.visible_books()) then
            raise exception 'That % is not there any more.', offhook.label(p_table) using errcode = 'OH002';
        end if;
        v_title := offhook.titled(p_table, offhook.visible_row(v_org, p_table, p_id));
        v_owner := offhook.owner_name(v_now);
        if not v_now = any (offhook.writable_books()) then
            raise exception '% belongs to %; you cannot change it.', v_title, v_owner using errcode = 'OH001';
        elsif v_now <> p_book then
            raise exception '% belongs to %; only %, their manager or an admin hands it over.', v_title, v_owner, v_owner
                using errcode = 'OH001';
        end if;
    end if;
    if v_now = p_book then
        return;
    end if;
    select b.kind, u.id is not null and u.disabled_at is null and u.deleted_at is null as is_active into v_to
    from books b left join users u on u.org_id = b.org_id and u.id = b.user_id
    where b.org_id = v_org and b.id = p_book and b.deleted_at is null;
    if not found then
        raise exception 'That person or pool is not there any more.' using errcode = 'OH002';
    end if;
    if v_to.kind = 'own' and not v_to.is_active then
        raise exception '% cannot log in any more. Choose somebody else, or a pool.', offhook.owner_name(p_book)
            using errcode = 'OH001';
    end if;
    if v_to.kind = 'shared' and not p_book = any (offhook.writable_books()) then
        raise exception 'The book of % is theirs alone. Share the record with them instead.', offhook.owner_name(p_book)
            using errcode = 'OH001';
    end if;
    case p_table
        when 'companies' then update companies t set book_id = p_book where t.org_id = v_org and t.id = p_id;
        when 'contacts' then update contacts t set book_id = p_book where t.org_id = v_org and t.id = p_id;
        when 'deals' then update deals t set book_id = p_book where t.org_id = v_org and t.id = p_id;
    end case;
end
$$;

-- As hand_over for many records of a table, each into its book, where nothing is in the way of any of them: otherwise none
-- goes, and who asks finds out about each by itself.
create or replace function offhook.hand_over_many(p_table text, p_ids uuid[], p_books uuid[]) returns void
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_me constant users := offhook.caller();
    v_movable constant uuid[] := offhook.movable_books();
    v_writable constant uuid[] := offhook.writable_books();
    v_targets constant uuid[] := array(
        select b.id from books b left join users u on u.org_id = b.org_id and u.id = b.user_id
        where b.org_id = v_me.org_id and b.id = any (p_books) and b.deleted_at is null and case b.kind
            when 'own' then u.id is not null and u.disabled_at is null and u.deleted_at is null
            when 'shared' then b.id = any (v_writable)
            else true end);
    v_count bigint := 0;
begin
    if v_me.role is distinct from 'readonly' then
        case p_table
            when 'companies' then
                update companies t set book_id = u.book from unnest(p_ids, p_books) u(id, book)
                where t.org_id = v_me.org_id and t.id = u.id and t.book_id = any (v_movable) and t.book_id <> u.book
                    and u.book = any (v_targets);
            when 'contacts' then
                update contacts t set book_id = u.book from unnest(p_ids, p_books) u(id, book)
                where t.org_id = v_me.org_id and t.id = u.id and t.book_id = any (v_movable) and t.book_id <> u.book
                    and u.book = any (v_targets);
            when 'deals' then
                update deals t set book_id = u.book from unnest(p_ids, p_books) u(id, book)
                where t.org_id = v_me.org_id and t.id = u.id and t.book_id = any (v_movable) and t.book_id <> u.book
                    and u.book = any (v_targets);
            else
                raise exception 'Only contacts, deals and companies are handed over.' using errcode = 'OH003';
        end case;
        get diagnostics v_count = row_count;
    end if;
    if v_count is distinct from cardinality(p_ids) then
        raise exception 'Not all of these can be handed over.' using errcode = 'OH001';
    end if;
end
$$;

-- Who has a record now that the caller saw and sees no longer; null where it is in sight, was deleted, or never was in sight.
create or replace function offhook.who_took(p_table text, p_id uuid) returns text
language plpgsql stable security definer
set search_path = offhook, pg_temp
as $$
declare
    v_org uuid := offhook.my_org();
    v_books uuid[] := offhook.visible_books();
    v_now uuid;
begin
    if p_table not in ('companies', 'contacts', 'deals', 'activities', 'tasks') then
        return null;
    end if;
    execute format('select t.book_id from %I t where t.org_id = $1 and t.id = $2 and t.deleted_at is null', p_table)
    into v_now using v_org, p_id;
    if v_now is null or v_now = any (v_books) then
        return null;
    end if;
    perform from exits e
    where e.org_id = v_org and e.book_id = any (v_books) and e.table_name = p_table and e.row_id = p_id and e.op = 'moved';
    -- It left a book that they see, or it is they who see its book no longer.
    if not found and not offhook.once_seen(p_table, p_id, v_now) then
        return null;
    end if;
    return offhook.owner_name(v_now);
end
$$;

-- --- who talks to a contact at the moment -------------------------------------------------------------------------

-- Reserves a contact for the caller, or makes their reservation last longer: {ok, by, until}. Of two who try at once one
-- gets it; the other is told who and until when.
create or replace function offhook.reserve(contact uuid, seconds int) returns jsonb
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
declare
    v_org uuid := offhook.my_org();
    v_user uuid := offhook.my_user();
    v_now timestamptz := clock_timestamp();
    v_held record;
begin
    if offhook.my_role() = 'readonly' then
        raise exception 'Your role is read-only: you can look at everything and change nothing.' using errcode = 'OH001';
    end if;
    perform from contacts c
    where c.org_id = v_org and c.id = contact and c.deleted_at is null and c.book_id = any (offhook.visible_books());
    if not found then
        raise exception 'That contact is not there any more.' using errcode = 'OH002';
    end if;
    for attempt in 1 .. 3 loop
        insert into reservations as r (org_id, contact_id, user_id, until)
        values (v_org, contact, v_user, v_now + make_interval(secs => least(greatest(seconds, 1), 86400)))
        on conflict (org_id, contact_id) do update set user_id = excluded.user_id, until = excluded.until
            where r.user_id = excluded.user_id or r.until <= v_now
        returning r.user_id, r.until into v_held;
        if not found then
            select r.user_id, r.until into v_held from reservations r where r.org_id = v_org and r.contact_id = contact;
        end if;
        -- Released between the two: it can be had now.
        exit when found;
    end loop;
    return jsonb_build_object(
        'ok', coalesce(v_held.user_id = v_user, false), 'until', v_held.until,
        'by', (select u.name from users u where u.org_id = v_org and u.id = v_held.user_id));
end
$$;

-- Gives a reservation of the caller's back; one of somebody else's stays.
create or replace function offhook.release(contact uuid) returns void
language plpgsql security definer
set search_path = offhook, pg_temp
as $$
begin
    delete from reservations r
    where r.org_id = offhook.my_org() and r.contact_id = contact and r.user_id = offhook.my_user();
end
$$;
