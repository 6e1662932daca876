-- Text as core.text and storage.derive make it: folded for finding, split into words. What is in double braces comes from
-- storage/postgres/folding.py. Nothing here asks the locale or PostgreSQL's own Unicode tables, so that every server
-- gives the same answer as every client.

-- core.text.fold: case and accents do not matter.
create or replace function offhook.fold(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    folded text := lower(value collate "C");
    odd text;
    one text;
    becomes text;
begin
    if octet_length(value) = char_length(value) then
        return folded;
    end if;
    -- The characters to be folded, each of them once: a name has one or two.
    odd := regexp_replace(folded collate "C", '[^{{fold_class}}]+', '', 'g');
    while odd <> '' loop
        one := left(odd, 1);
        becomes := '{{fold_map}}'::jsonb ->> one;
        -- Only Hangul syllables are not in the table.
        folded := replace(folded, one, coalesce(becomes, normalize(one, nfkd)));
        odd := replace(odd, one, '');
    end loop;
    return folded;
end
$$;

-- str.lower of Python, but for the shape of a capital sigma at the end of a word.
create or replace function offhook.lowered(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    small text := lower(value collate "C");
    odd text;
    one text;
begin
    if octet_length(value) = char_length(value) then
        return small;
    end if;
    odd := regexp_replace(small collate "C", '[^{{lower_class}}]+', '', 'g');
    while odd <> '' loop
        one := left(odd, 1);
        small := replace(small, one, '{{lower_map}}'::jsonb ->> one);
        odd := replace(odd, one, '');
    end loop;
    return small;
end
$$;

-- str.strip of Python.
create or replace function offhook.stripped(value text) returns text
language sql immutable strict parallel safe as $$
    select btrim(value, U&' \0009\000A\000B\000C\000D\001C\001D\001E\001F\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000')
$$;

-- The words of a folded text, as core.text.words splits it: runs of letters and digits.
create or replace function offhook.words_of(folded text) returns text[]
language sql immutable strict parallel safe as $$
    select array_remove(
        case when octet_length(folded) = char_length(folded)
            then regexp_split_to_array(folded collate "C", '[^a-z0-9]+')
            else regexp_split_to_array(folded collate "C", '[^a-z0-9{{word_class}}]+')
        end,
        ''
    )
$$;

-- core.text.words.
create or replace function offhook.words(value text) returns text[]
language sql immutable strict parallel safe as $$
    select offhook.words_of(offhook.fold(value))
$$;

-- What the full-text index holds of a search text. A lexeme has at most 2046 bytes and all of them a million, so the words
-- of very long notes and the ends of very long words are not in it: a search cuts its words by the same function.
create or replace function offhook.lexemes(search text) returns tsvector
language plpgsql immutable strict parallel safe as $$
declare
    words text[];
begin
    if search = '' then
        return ''::tsvector;
    end if;
    if octet_length(search) <= 500 then
        return array_to_tsvector(offhook.words_of(search));
    end if;
    select array_agg(distinct left(word, 250)) into words
    from unnest(offhook.words_of(left(search, 200000))) as word;
    return array_to_tsvector(coalesce(words, '{}'));
end
$$;

-- First and last name: storage.derive.full_name.
create or replace function offhook.full_name(first_name text, last_name text) returns text
language sql immutable parallel safe as $$
    select offhook.stripped(first_name || ' ' || last_name)
$$;

-- The forms in which people type a number: storage.derive.phone_words. Country calling codes are prefix-free (ITU-T
-- E.164): one digit, these two-digit ones, and three digits for the rest.
create or replace function offhook.phone_words(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    number text := split_part(value, ';', 1);
    digits text;
    national text;
begin
    if number !~ '^\+[0-9]{4,}$' then
        return regexp_replace(number, '[^0-9]+', '', 'g');
    end if;
    digits := substr(number, 2);
    national := case
        when digits ~ '^[17]' then substr(digits, 2)
        when digits ~ '^(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])' then substr(digits, 3)
        else substr(digits, 4)
    end;
    return digits || ' ' || national || ' 0' || national;
end
$$;

-- The values of custom fields that a record is found by: texts and numbers, the latter as Python writes them.
create or replace function offhook.custom_words(custom jsonb) returns text
language sql immutable strict parallel safe as $$
    select string_agg(
        case when jsonb_typeof(value) = 'string' or strpos(value #>> '{}', '.') = 0 then value #>> '{}'
            else (value #>> '{}')::float8::text
        end,
        ' ' order by place
    )
    from jsonb_each(custom) with ordinality as held (key, value, place)
    where jsonb_typeof(value) in ('string', 'number') and value <> '""'
$$;

-- The items of a list of texts, or of contact points, side by side.
create or replace function offhook.item_words(items jsonb) returns text
language plpgsql immutable strict parallel safe as $$
declare
    parts text;
begin
    for place in 0 .. jsonb_array_length(items) - 1 loop
        parts := concat_ws(' ', parts, nullif(items ->> place, ''));
    end loop;
    return parts;
end
$$;

-- storage.derive.contact_search
create or replace function offhook.contact_search(contact offhook.contacts, company text) returns text
language plpgsql immutable parallel safe as $$
declare
    emails text;
    phones text;
begin
    if contact.deleted_at is not null then
        return '';
    end if;
    for place in 0 .. jsonb_array_length(contact.emails) - 1 loop
        emails := concat_ws(' ', emails, nullif(contact.emails -> place ->> 'value', ''));
    end loop;
    for place in 0 .. jsonb_array_length(contact.phones) - 1 loop
        phones := concat_ws(' ', phones, nullif(offhook.phone_words(contact.phones -> place ->> 'value'), ''));
    end loop;
    return offhook.fold(concat_ws(' ',
        nullif(contact.first_name, ''), nullif(contact.last_name, ''), nullif(company, ''),
        nullif(contact.title, ''), emails, phones,
        case when contact.tags <> '[]' then offhook.item_words(contact.tags) end,
        nullif(contact.city, ''),
        case when contact.custom <> '{}' then offhook.custom_words(contact.custom) end
    ));
end
$$;

-- storage.derive.contact_sort_key
create or replace function offhook.contact_sort_key(contact offhook.contacts) returns text
language plpgsql immutable parallel safe as $$
declare
    key text := offhook.fold(offhook.full_name(contact.last_name, contact.first_name));
begin
    if key <> '' then
        return key;
    end if;
    return offhook.fold(coalesce(contact.emails -> 0 ->> 'value', contact.phones -> 0 ->> 'value', ''));
end
$$;

-- storage.derive.company_search
create or replace function offhook.company_search(company offhook.companies) returns text
language plpgsql immutable parallel safe as $$
begin
    if company.deleted_at is not null then
        return '';
    end if;
    return offhook.fold(concat_ws(' ',
        nullif(company.name, ''), nullif(company.domain, ''), nullif(offhook.phone_words(company.phone), ''),
        offhook.item_words(company.tags), nullif(company.city, ''), offhook.custom_words(company.custom)
    ));
end
$$;

-- storage.derive.deal_search
create or replace function offhook.deal_search(deal offhook.deals, company text, contact text) returns text
language plpgsql immutable parallel safe as $$
begin
    if deal.deleted_at is not null then
        return '';
    end if;
    return offhook.fold(concat_ws(' ',
        nullif(deal.title, ''), nullif(company, ''), nullif(contact, ''),
        offhook.item_words(deal.tags), offhook.custom_words(deal.custom)
    ));
end
$$;

-- What a person logged, in contrast to what a command tells of itself: core.changes.TOLD_KINDS.
create or replace function offhook.is_told(kind text) returns boolean
language sql immutable parallel safe as $$
    select kind in ('call', 'email', 'meeting', 'note')
$$;

-- storage.derive.activity_search
create or replace function offhook.activity_search(activity offhook.activities) returns text
language plpgsql immutable parallel safe as $$
begin
    if not offhook.is_told(activity.kind) or activity.retracted or activity.superseded
        or activity.deleted_at is not null
    then
        return '';
    end if;
    return offhook.fold(concat_ws(' ', nullif(activity.subject, ''), nullif(activity.body, '')));
end
$$;
