-- Moves customers to ranges, with PostgreSQL's operators for them.
BEGIN;

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE IF NOT EXISTS customer (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL CHECK (name <> ''),
    flags       integer NOT NULL DEFAULT (1 << 3),
    active      daterange NOT NULL,
    area        box,
    path        ltree,
    settings    jsonb NOT NULL DEFAULT '{}'::jsonb
);

CREATE INDEX customer_active ON customer USING gist (active);

-- Strictly left of, strictly right of, contained in.
SELECT id FROM customer WHERE active << daterange('2024-01-01', '2025-01-01');
SELECT id FROM customer WHERE active >> daterange('2024-01-01', '2025-01-01');
SELECT id FROM customer WHERE inet '10.0.0.5' << inet '10.0.0.0/8' AND inet '10.0.0.0/8' >>= inet '10.0.0.0/8';
SELECT id FROM customer WHERE area <<| box '((0,0),(1,1))' OR area |>> box '((0,0),(1,1))';
SELECT id FROM customer WHERE path <@ 'top.science' OR settings @> '{"a": 1}';
SELECT id, flags<<1 AS doubled, flags>>1 AS halved FROM customer WHERE (flags & (1<<2)) <> 0;

CREATE OR REPLACE FUNCTION shift(x integer, n integer) RETURNS integer
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    y integer := x<<n;
BEGIN
    LOOP
        EXIT WHEN y > 1 << 20;
        y := y << 1;
    END LOOP;
    RETURN y >> 1;
END
$$;

DO $body$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT id, name FROM customer ORDER BY id LOOP
        RAISE NOTICE 'customer % <%>', r.id, r.name;
    END LOOP;
END
$body$;

INSERT INTO customer (name, active)
SELECT 'c' || i, daterange(current_date, current_date + i)
FROM generate_series(1, 10) AS s(i)
ON CONFLICT DO NOTHING;

WITH RECURSIVE bits (n, value) AS (
    SELECT 0, 1
    UNION ALL
    SELECT n + 1, value << 1 FROM bits WHERE n < 8
)
SELECT n, value, value >> n AS one FROM bits;

UPDATE customer SET flags = flags | (1<<4) WHERE id < 5 AND id > 1;
DELETE FROM customer WHERE NOT active && daterange('2020-01-01', NULL);

COMMIT;
