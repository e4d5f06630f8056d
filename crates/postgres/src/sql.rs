//! Texts of all statements but those that make tables.
//!
//! They keep to what PostgreSQL, CockroachDB, YugabyteDB and their like have in common.

use std::sync::Arc;

use crate::schema::Schema;

/// The most rows that one statement writes.
pub(crate) const WRITTEN_AT_ONCE: usize = 32;

/// The most partitions that one statement lists.
pub(crate) const LISTED_AT_ONCE: u32 = 64;

/// The server knows how long a column is before it reads it: one that no vault wrote comes as NULL.
const KEY: &str = "CASE WHEN octet_length(key) = 32 THEN key END";
const INFO: &str = "CASE WHEN octet_length(info) <= 1048576 THEN info END";
const BODY: &str = "CASE WHEN octet_length(body) <= 1179648 THEN body END";

const INFO_SIZE: &str = "LEAST(octet_length(info), 1048577)";
const BODY_SIZE: &str = "LEAST(octet_length(body), 1179649)";

const _: () = assert!(
    keyslot::store::Row::MAX_INFO == 1_048_576 && keyslot::store::Row::MAX_BODY == 1_179_648
);

/// Texts for the tables of one schema.
#[derive(Debug)]
pub(crate) struct Sql {
    pub(crate) get: Arc<str>,
    /// By scope, order and bodies.
    scans: [[[Arc<str>; 2]; 2]; 2],
    pub(crate) partitions: Arc<str>,
    pub(crate) lock: Arc<str>,
    pub(crate) make_lock: Arc<str>,
    puts: Vec<Arc<str>>,
    pub(crate) delete: Arc<str>,
    pub(crate) format: Arc<str>,
    pub(crate) odd_rows: Arc<str>,
}

impl Sql {
    pub(crate) fn new(schema: &Schema) -> Self {
        let fill = |sql: String| Arc::from(schema.fill(&sql));
        let flags = [false, true];
        let scans = flags.map(|of_scope| {
            flags.map(|by_epoch| flags.map(|bodies| fill(scan(of_scope, by_epoch, bodies))))
        });
        Self {
            get: fill(format!(
                "SELECT kind, key, epoch, {INFO}, {BODY} FROM {{schema}}.keyslot_rows WHERE \
                 partition = $1 AND kind = ANY($2) AND key = ANY($3)"
            )),
            scans,
            partitions: fill(partitions()),
            lock: fill(
                "SELECT partition FROM {schema}.keyslot_locks WHERE partition = $1 FOR UPDATE"
                    .to_owned(),
            ),
            make_lock: fill(
                "INSERT INTO {schema}.keyslot_locks (partition) VALUES ($1) ON CONFLICT \
                 (partition) DO NOTHING"
                    .to_owned(),
            ),
            puts: (1..=WRITTEN_AT_ONCE).map(|rows| fill(put(rows))).collect(),
            delete: fill(
                "DELETE FROM {schema}.keyslot_rows WHERE partition = $1 AND kind = $2 AND key = \
                 ANY($3)"
                    .to_owned(),
            ),
            format: fill("SELECT format FROM {schema}.keyslot_meta WHERE id = $1".to_owned()),
            odd_rows: fill(
                "SELECT count(*) FROM {schema}.keyslot_rows WHERE octet_length(partition) <> 16 \
                 OR octet_length(key) <> 32 OR octet_length(info) > 1048576 OR \
                 octet_length(body) > 1179648 OR epoch < 0"
                    .to_owned(),
            ),
        }
    }

    pub(crate) fn scan(&self, of_scope: bool, by_epoch: bool, bodies: bool) -> &Arc<str> {
        let [[[keys, keys_bodies], [epochs, epochs_bodies]], of_a_scope] = &self.scans;
        let [[scope, scope_bodies], [scope_epochs, scope_epochs_bodies]] = of_a_scope;
        match (of_scope, by_epoch, bodies) {
            (false, false, false) => keys,
            (false, false, true) => keys_bodies,
            (false, true, false) => epochs,
            (false, true, true) => epochs_bodies,
            (true, false, false) => scope,
            (true, false, true) => scope_bodies,
            (true, true, false) => scope_epochs,
            (true, true, true) => scope_epochs_bodies,
        }
    }

    /// The statement that writes so many rows, from 1 to [`WRITTEN_AT_ONCE`].
    pub(crate) fn put(&self, rows: usize) -> Option<&Arc<str>> {
        self.puts.get(rows.checked_sub(1)?)
    }
}

/// The next partitions behind one. Each is looked up behind the one before, so the rows in between
/// are not read; `SELECT DISTINCT` would read them all. (A recursive query would be shorter, but
/// not every server takes one.)
fn partitions() -> String {
    let next = (1..=LISTED_AT_ONCE).map(|at| {
        let behind = match at {
            1 => "$1".to_owned(),
            _ => format!("(SELECT partition FROM p{})", at - 1),
        };
        format!(
            "p{at} AS (SELECT partition FROM {{schema}}.keyslot_rows WHERE partition > {behind} \
             ORDER BY partition LIMIT 1)"
        )
    });
    let next = next.collect::<Vec<_>>().join(", ");
    let all = (1..=LISTED_AT_ONCE).map(|at| format!("SELECT partition FROM p{at}"));
    let all = all.collect::<Vec<_>>().join(" UNION ALL ");
    format!(
        "WITH {next} SELECT CASE WHEN octet_length(partition) = 16 THEN partition END FROM ({all}) \
         AS found ORDER BY partition LIMIT $2"
    )
}

/// A page: its rows up to the first one that does not fit, which says that there are more. The
/// first row is there even if it does not fit, so a second one must follow it.
///
/// The values are partition, kind, rows, bytes, and the key behind which it begins; then the last
/// key of the scope, if there is one; then, in the order of epochs, the epoch, and what is less
/// than each key of the scope.
fn scan(of_scope: bool, by_epoch: bool, bodies: bool) -> String {
    let (size, body) = if bodies {
        (format!("{INFO_SIZE} + {BODY_SIZE}"), BODY)
    } else {
        (INFO_SIZE.to_owned(), "''::bytea")
    };
    let (start, order) = match (of_scope, by_epoch) {
        (false, false) => ("key > $5", "key"),
        (true, false) => ("key > $5 AND key <= $6", "key"),
        (false, true) => ("(epoch, key) > ($6, $5)", "epoch, key"),
        (true, true) => (
            "(epoch, key) > ($7, $5) AND key > $8 AND key <= $6",
            "epoch, key",
        ),
    };
    format!(
        "SELECT {KEY}, epoch, {INFO}, {body} FROM (SELECT key, epoch, info, body, sum({size}) \
         OVER (ORDER BY {order} ROWS UNBOUNDED PRECEDING) - ({size}) AS before, row_number() \
         OVER (ORDER BY {order}) AS number FROM \
         {{schema}}.keyslot_rows WHERE partition = $1 AND kind = $2 AND {start} ORDER BY {order} \
         LIMIT $3) AS page WHERE before <= $4 OR number < 3 ORDER BY {order}"
    )
}

fn put(rows: usize) -> String {
    let values = (0..rows).map(|row| {
        let at = row * 5;
        let [kind, key, epoch, info, body] = [at + 2, at + 3, at + 4, at + 5, at + 6];
        format!("($1, ${kind}, ${key}, ${epoch}, ${info}, ${body})")
    });
    let values = values.collect::<Vec<_>>().join(", ");
    format!(
        "INSERT INTO {{schema}}.keyslot_rows (partition, kind, key, epoch, info, body) VALUES \
         {values} ON CONFLICT (partition, kind, key) DO UPDATE SET epoch = excluded.epoch, info = \
         excluded.info, body = excluded.body"
    )
}
