-- PostgreSQL begins with what SQLite had come to by its ninth file; from the tenth on, both have a file of each number.

-- Words whatever their case and accents, as SQLite's index has them; stems of Spanish and English stand beside them,
-- marked so that no beginning of a word is taken for one.
CREATE EXTENSION IF NOT EXISTS unaccent;

CREATE FUNCTION words_of(given TEXT) RETURNS TABLE (word TEXT) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT DISTINCT left(found, 200)
    FROM regexp_split_to_table(
        lower(unaccent(normalize(given)) COLLATE "und-x-icu") COLLATE "und-x-icu", '[^[:alnum:]]+'
    ) AS found
    WHERE found <> ''
$$;

CREATE FUNCTION stems_of(word TEXT) RETURNS TABLE (stem TEXT) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT 'es:' || stem FROM unnest(ts_lexize('spanish_stem', word)) AS stem
    UNION ALL
    SELECT 'en:' || stem FROM unnest(ts_lexize('english_stem', word)) AS stem
$$;

CREATE FUNCTION words_and_stems(given TEXT) RETURNS TSVECTOR LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(coalesce(array_agg(DISTINCT term), '{}')) FROM words_of(given) AS found,
        LATERAL (SELECT found.word UNION ALL SELECT stem FROM stems_of(found.word)) AS terms (term)
$$;

CREATE FUNCTION plain_words(given TEXT) RETURNS TSVECTOR LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(coalesce(array_agg(word), '{}')) FROM words_of(given)
$$;

-- Reads a query as it is written for SQLite's index: `"whole" "begin"*` asks for rows that have all of them.
-- Immutable, though dictionaries could change: every query is planned with its words, and they must be known by then.
CREATE FUNCTION sought(query TEXT) RETURNS TSQUERY LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT string_agg(
        '(' || quote_literal(word) || CASE WHEN asked[2] = '*' THEN ':*' ELSE '' END
        || coalesce((SELECT string_agg(' | ' || quote_literal(stem), '') FROM stems_of(word)), '') || ')', ' & '
    )::TSQUERY
    FROM regexp_matches(query, '"([^"]+)"(\*?)', 'g') AS asked, words_of(asked[1])
$$;

-- The ids in an array that is written as JSON.
CREATE FUNCTION numbers_in(given TEXT) RETURNS TABLE (value BIGINT) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT number::BIGINT FROM jsonb_array_elements_text(given::JSONB) AS number
$$;

-- The clock by which leases run out, whatever the hosts' clocks say.
CREATE FUNCTION clock_ms() RETURNS BIGINT LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT (extract(epoch FROM statement_timestamp()) * 1000)::BIGINT
$$;

-- Counters are kept in slots: a transaction has one to itself until it ends, so that those that change many counters
-- wait for nobody. Views add the slots up under the names that SQLite's tables have.
CREATE FUNCTION my_slot() RETURNS INTEGER LANGUAGE plpgsql AS $$
DECLARE
    slot INTEGER := nullif(current_setting('reels.slot', true), '');
BEGIN
    IF slot IS NULL THEN
        slot := 0;
        WHILE NOT pg_try_advisory_xact_lock(7235702, slot) LOOP
            slot := slot + 1;
        END LOOP;
        PERFORM set_config('reels.slot', slot::TEXT, true);
    END IF;
    RETURN slot;
END;
$$;
