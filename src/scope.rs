//! Scopes: the places where secrets live, and from where they are visible.

use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::text::checked_text;

/// A path of 1 to 8 segments, `organization[/project[/…]]`. The first segment is the tenant:
/// nothing crosses it.
///
/// A segment is 1 to 64 of `A-Z a-z 0-9 . _ -`, but neither `.` nor `..`; case counts. A secret of
/// a scope is visible in that scope and in those below it, where a secret of the same name that is
/// nearer hides it.
///
/// ```
/// use keyslot::Scope;
///
/// let scope = Scope::organization("acme")?.project("billing")?;
/// assert_eq!(scope, "acme/billing".parse()?);
/// assert_eq!(scope.tenant(), "acme");
/// assert_eq!(scope.parent(), Some("acme".parse()?));
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(Arc<str>);

impl Scope {
    /// The most segments of a scope.
    pub const MAX_SEGMENTS: usize = 8;

    /// The longest segment, in bytes.
    pub const MAX_SEGMENT_LEN: usize = 64;

    /// Checks and takes the text form, `organization/project/…`.
    ///
    /// ```
    /// use keyslot::{ErrorKind, Scope};
    ///
    /// assert_eq!(Scope::new("acme/billing")?.depth(), 2);
    /// assert_eq!(
    ///     Scope::new("acme//billing").unwrap_err().kind(),
    ///     ErrorKind::InvalidScope
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidScope`]; the message says which rule and in which segment, and does not
    /// repeat the text.
    pub fn new(path: impl AsRef<str>) -> Result<Self> {
        let path = path.as_ref();
        for (index, segment) in path.split('/').enumerate() {
            if index >= Self::MAX_SEGMENTS {
                let max = Self::MAX_SEGMENTS;
                return Err(Error::new(
                    ErrorKind::InvalidScope,
                    format!("a scope has {max} segments at most"),
                ));
            }
            check_segment(segment, index + 1)?;
        }
        Ok(Self(path.into()))
    }

    /// Returns the scope of a tenant.
    ///
    /// ```
    /// use keyslot::Scope;
    ///
    /// assert_eq!(Scope::organization("acme")?, Scope::new("acme")?);
    /// assert!(Scope::organization("acme/billing").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidScope`] when `segment` breaks the rules of a segment.
    pub fn organization(segment: impl AsRef<str>) -> Result<Self> {
        check_segment(segment.as_ref(), 1)?;
        Ok(Self(segment.as_ref().into()))
    }

    /// Returns the scope one below this one: a project of an organization, an agent of a project,
    /// and so on.
    ///
    /// ```
    /// use keyslot::Scope;
    ///
    /// let project = Scope::new("acme")?.project("billing")?;
    /// assert_eq!(project.as_str(), "acme/billing");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidScope`] when `segment` breaks the rules of a segment, or the path would
    /// be longer than [`MAX_SEGMENTS`](Scope::MAX_SEGMENTS).
    pub fn project(&self, segment: impl AsRef<str>) -> Result<Self> {
        check_segment(segment.as_ref(), self.depth() + 1)?;
        Self::new(format!("{self}/{}", segment.as_ref()))
    }

    /// Returns the first segment.
    ///
    /// ```
    /// use keyslot::Scope;
    ///
    /// assert_eq!(Scope::new("acme/billing")?.tenant(), "acme");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn tenant(&self) -> &str {
        self.segments().next().unwrap_or(&self.0)
    }

    /// Returns the segments, the tenant first.
    ///
    /// ```
    /// use keyslot::Scope;
    ///
    /// let scope = Scope::new("acme/billing")?;
    /// assert_eq!(scope.segments().collect::<Vec<_>>(), ["acme", "billing"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// Returns the number of segments, 1 to [`MAX_SEGMENTS`](Scope::MAX_SEGMENTS).
    ///
    /// ```
    /// use keyslot::Scope;
    ///
    /// assert_eq!(Scope::new("acme/billing/mailer")?.depth(), 3);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn depth(&self) -> usize {
        self.segments().count()
    }

    /// Returns the scope one above; `None` for an organization.
    ///
    /// ```
    /// use keyslot::Scope;
    ///
    /// assert_eq!(
    ///     Scope::new("acme/billing")?.parent(),
    ///     Some(Scope::new("acme")?)
    /// );
    /// assert_eq!(Scope::new("acme")?.parent(), None);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn parent(&self) -> Option<Self> {
        self.0
            .rsplit_once('/')
            .map(|(parent, _)| Self(parent.into()))
    }

    /// Returns this scope and those above it, nearest first: the order in which a name is looked
    /// up.
    ///
    /// ```
    /// use keyslot::Scope;
    ///
    /// let chain: Vec<String> = Scope::new("acme/billing")?
    ///     .chain()
    ///     .map(String::from)
    ///     .collect();
    /// assert_eq!(chain, ["acme/billing", "acme"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn chain(&self) -> impl Iterator<Item = Self> + use<> {
        std::iter::successors(Some(self.clone()), Self::parent)
    }

    /// Returns the text form.
    ///
    /// ```
    /// use keyslot::Scope;
    ///
    /// assert_eq!(Scope::organization("acme")?.project("billing")?.as_str(), "acme/billing");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check_segment(segment: &str, number: usize) -> Result<()> {
    let rule = match segment {
        "" => "may not be empty",
        "." | ".." => "may not be \".\" or \"..\"",
        _ if segment.len() > Scope::MAX_SEGMENT_LEN => "may have 64 characters at most",
        _ if !segment
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')) =>
        {
            "may hold only letters, digits, \".\", \"_\" and \"-\" (ASCII)"
        }
        _ => return Ok(()),
    };
    Err(Error::new(
        ErrorKind::InvalidScope,
        format!("segment {number} of a scope {rule}"),
    ))
}

checked_text!(Scope, "a scope");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_up_from_the_nearest_to_the_organization() {
        let scope = Scope::new("acme/billing/mailer").unwrap();
        let chain: Vec<String> = scope.chain().map(String::from).collect();
        assert_eq!(chain, ["acme/billing/mailer", "acme/billing", "acme"]);
        assert_eq!(
            scope.segments().rev().collect::<Vec<_>>(),
            ["mailer", "billing", "acme"]
        );
        assert_eq!((scope.depth(), scope.tenant()), (3, "acme"));
        assert_eq!(Scope::organization("acme").unwrap().parent(), None);
        assert_eq!(
            format!("{scope} {scope:?}"),
            "acme/billing/mailer Scope(acme/billing/mailer)"
        );
    }

    #[test]
    fn says_which_segment_breaks_which_rule() {
        let message = |path: &str| Scope::new(path).unwrap_err().to_string();
        assert_eq!(message(""), "segment 1 of a scope may not be empty");
        assert_eq!(message("acme//x"), "segment 2 of a scope may not be empty");
        assert_eq!(
            message("acme/x/.."),
            "segment 3 of a scope may not be \".\" or \"..\""
        );
        assert_eq!(
            message(&"x".repeat(65)),
            "segment 1 of a scope may have 64 characters at most"
        );
        assert_eq!(
            message("acme/a b"),
            "segment 2 of a scope may hold only letters, digits, \".\", \"_\" and \"-\" (ASCII)"
        );
        assert_eq!(
            message("a/b/c/d/e/f/g/h/i"),
            "a scope has 8 segments at most"
        );
    }
}
