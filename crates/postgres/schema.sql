-- The tables of keyslot-postgres, for those who run DDL themselves. Each statement may run again.
-- {schema} stands for the schema, in quotes; "public" if the program names none.

CREATE TABLE IF NOT EXISTS {schema}.keyslot_rows (
    partition bytea NOT NULL,
    kind smallint NOT NULL,
    key bytea NOT NULL,
    epoch bigint NOT NULL,
    info bytea NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (partition, kind, key)
);

CREATE INDEX IF NOT EXISTS keyslot_rows_by_epoch
    ON {schema}.keyslot_rows (partition, kind, epoch, key);

CREATE TABLE IF NOT EXISTS {schema}.keyslot_locks (
    partition bytea NOT NULL PRIMARY KEY
);

CREATE TABLE IF NOT EXISTS {schema}.keyslot_meta (
    id smallint NOT NULL PRIMARY KEY,
    format bigint NOT NULL
);

INSERT INTO {schema}.keyslot_meta (id, format) VALUES (1, 1) ON CONFLICT (id) DO NOTHING;
