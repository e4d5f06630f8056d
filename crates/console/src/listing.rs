//! Pages of secrets, with filters.

use keyslot::{ErrorKind, List, Scope, ScopedVault, SecretInfo, SecretName, Status};

use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::texts as t;

/// The fields of [`Wanted`] in a query, and those that the pages have beside it.
const FIELDS: [&str; 9] = [
    "scope",
    "name",
    "status",
    "key",
    "value",
    "inherited",
    "sorted",
    "after",
    "done",
];

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// That of the store, where a page costs the same however large the scope is.
    #[default]
    Store,
    /// That of the names, for which each page reads the whole scope.
    Name,
    /// Nearest scope first, with the secrets of the scopes above.
    Inherited,
}

/// The secrets that somebody asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) status: Option<Status>,
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) order: Order,
    /// The last name of the page before; of inherited secrets their number.
    pub(crate) after: String,
}

/// One secret of a list.
pub(crate) struct Row {
    pub(crate) info: SecretInfo,
    pub(crate) shadowed_by: Option<Scope>,
}

/// A page of secrets.
#[derive(Default)]
pub(crate) struct Listing {
    pub(crate) rows: Vec<Row>,
    /// Records that cannot be read.
    pub(crate) damaged: usize,
    /// The place of the next page.
    pub(crate) next: Option<String>,
}

impl Wanted {
    pub(crate) fn read(query: &Fields) -> Outcome<Self> {
        query.only(&FIELDS, &[])?;
        let text = |key| {
            query
                .get(key)
                .map(|text| text.unwrap_or_default().to_owned())
        };
        let is_inherited = query.filled("inherited")?.is_some();
        let is_sorted = query.filled("sorted")?.is_some();
        Ok(Self {
            name: text("name")?,
            status: query.filled("status")?.map(str::parse).transpose()?,
            key: text("key")?,
            value: text("value")?,
            order: match (is_inherited, is_sorted) {
                (true, _) => Order::Inherited,
                (false, true) => Order::Name,
                (false, false) => Order::Store,
            },
            after: text("after")?,
        })
    }

    pub(crate) fn is_filtered(&self) -> bool {
        !self.name.is_empty()
            || self.status.is_some()
            || !self.key.is_empty()
            || self.order != Order::Store
    }

    fn list(&self, scoped: &ScopedVault) -> List {
        let list = scoped.list().name_contains(&self.name);
        let list = self.status.into_iter().fold(list, List::with_status);
        if self.key.is_empty() {
            list
        } else {
            list.with_metadata(&self.key, &self.value)
        }
    }
}

impl Listing {
    /// Reads a page of at most `limit` secrets.
    pub(crate) fn of(scoped: &ScopedVault, wanted: &Wanted, limit: usize) -> Outcome<Self> {
        match wanted.order {
            Order::Store => Self::stored(scoped, wanted, limit),
            Order::Name => Self::sorted(scoped, wanted, limit),
            Order::Inherited => Self::inherited(scoped, wanted, limit),
        }
    }

    fn stored(scoped: &ScopedVault, wanted: &Wanted, limit: usize) -> Outcome<Self> {
        let list = wanted.list(scoped);
        let list = match wanted.after.as_str() {
            "" => list,
            after => list.after(&SecretName::new(after)?),
        };
        let mut page = Self::default();
        for info in list {
            if page.rows.len() == limit {
                page.next = page.rows.last().map(|row| row.info.name.to_string());
                break;
            }
            page.add(info.map(|info| Row {
                info,
                shadowed_by: None,
            }))?;
        }
        if page.next.is_none() && wanted.after.is_empty() {
            // All of the scope is here: people look for names.
            page.rows
                .sort_by(|one, other| one.info.name.cmp(&other.info.name));
        }
        Ok(page)
    }

    fn sorted(scoped: &ScopedVault, wanted: &Wanted, limit: usize) -> Outcome<Self> {
        let sorted = wanted.list(scoped).sorted().limit(limit);
        let sorted = match wanted.after.as_str() {
            "" => sorted,
            after => sorted.after(&SecretName::new(after)?),
        };
        let rows = sorted.page()?.into_iter();
        let rows: Vec<Row> = rows
            .map(|info| Row {
                info,
                shadowed_by: None,
            })
            .collect();
        let is_full = rows.len() == limit;
        let last = rows.last().map(|row| row.info.name.to_string());
        Ok(Self {
            rows,
            damaged: 0,
            next: last.filter(|_| is_full),
        })
    }

    fn inherited(scoped: &ScopedVault, wanted: &Wanted, limit: usize) -> Outcome<Self> {
        let skipped: usize = match wanted.after.as_str() {
            "" => 0,
            number => number.parse().map_err(|_| Failure::field(t::NO_NUMBER))?,
        };
        // Each page is read from the beginning, and what was seen is kept: a bound is needed.
        if skipped > ScopedVault::MAX_NAMES {
            return Err(Failure::field(t::NO_NUMBER));
        }
        let mut page = Self::default();
        let all = wanted.list(scoped).inherited().enumerate();
        for (number, listed) in all.skip(skipped) {
            if page.rows.len() == limit {
                // Records that cannot be read count, too.
                page.next = Some(number.to_string());
                break;
            }
            page.add(listed.map(|listed| Row {
                info: listed.info,
                shadowed_by: listed.shadowed_by,
            }))?;
        }
        Ok(page)
    }

    /// Adds a row, or counts one that cannot be read.
    fn add(&mut self, row: keyslot::Result<Row>) -> Outcome<()> {
        match row {
            Ok(row) => self.rows.push(row),
            Err(error) if error.kind() == ErrorKind::Corrupt => self.damaged += 1,
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}
