//! Limits of what a request may cost.

/// The bounds of the console. What passes one is refused before the vault is asked.
///
/// ```
/// use keyslot_console::Limits;
///
/// let limits = Limits::new().page(25).reveals(3);
/// assert_eq!((limits.page, limits.reveals), (25, 3));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The longest body of a request, in bytes; 4 MiB if not set, which a value of 1 MiB fits into
    /// however it is escaped.
    pub body: usize,
    /// The longest target of a request, path and query, in bytes; 4,096 if not set.
    pub target: usize,
    /// The most fields of a form or query; 64 if not set.
    pub fields: usize,
    /// The most rows of a page; 100 if not set.
    pub page: usize,
    /// The most values that an actor may reveal in a minute; 10 if not set.
    pub reveals: u32,
    /// The most secrets that the page of what needs attention looks at; 10,000 if not set.
    pub surveyed: usize,
    /// The most entries of the audit log that this page reads, the newest ones; 50,000 if not set.
    /// The page says how far back they go.
    pub audited: usize,
}

/// Defines a setter for each limit.
macro_rules! setters {
    ($($field:ident: $type:ty, $words:literal;)*) => {
        $(
            #[doc = concat!("Sets ", $words, ".")]
            ///
            /// ```
            #[doc = concat!(
                "let limits = keyslot_console::Limits::new().", stringify!($field), "(20);"
            )]
            #[doc = concat!("assert_eq!(limits.", stringify!($field), ", 20);")]
            /// ```
            #[must_use]
            pub fn $field(mut self, $field: $type) -> Self {
                self.$field = $field;
                self
            }
        )*
    };
}

impl Limits {
    /// Returns the limits that hold if nothing is set.
    ///
    /// ```
    /// assert_eq!(keyslot_console::Limits::new().page, 100);
    /// ```
    pub fn new() -> Self {
        Self {
            body: 4 << 20,
            target: 4096,
            fields: 64,
            page: 100,
            reveals: 10,
            surveyed: 10_000,
            audited: 50_000,
        }
    }

    setters! {
        body: usize, "the longest body of a request, in bytes";
        target: usize, "the longest target of a request, in bytes";
        fields: usize, "the most fields of a form or query";
        page: usize, "the most rows of a page";
        reveals: u32, "the most values that an actor may reveal in a minute";
        surveyed: usize, "the most secrets that the page of what needs attention looks at";
        audited: usize, "the most entries of the audit log that this page reads";
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}
