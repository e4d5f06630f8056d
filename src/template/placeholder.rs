//! The valid placeholders of a template, for editors and highlighters.

use std::ops::Range;

use super::plan::Plan;
use crate::reference::Reference;

/// A valid placeholder of a [`Template`](super::Template), as
/// [`placeholders`](super::Template::placeholders) lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder<'t> {
    span: Range<usize>,
    reference: &'t Reference,
    filters: &'t str,
}

impl<'t> Placeholder<'t> {
    /// The bytes of the text that it takes, with its marks.
    ///
    /// ```
    /// use keyslot::Template;
    ///
    /// let text = "Bearer <<TOKEN>>";
    /// let template = Template::compile(text)?;
    /// let spans: Vec<_> = template.placeholders().map(|one| one.span()).collect();
    /// assert_eq!(spans, [7..16]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The name, version and kind that it asks for.
    ///
    /// ```
    /// use keyslot::Template;
    ///
    /// let template = Template::compile("<<A>> <<B>> <<A>>")?;
    /// let names: Vec<_> = template
    ///     .placeholders()
    ///     .map(|one| one.reference().name().as_str())
    ///     .collect();
    /// assert_eq!(names, ["A", "B", "A"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn reference(&self) -> &'t Reference {
        self.reference
    }

    /// Its filters as they are written, in their order and without the `|` between them, such as
    /// `get:/user`.
    ///
    /// ```
    /// use keyslot::Template;
    ///
    /// let template = Template::compile("Basic <<LOGIN|trim|base64>>")?;
    /// let placeholder = template.placeholders().next().unwrap();
    /// assert_eq!(placeholder.filters().collect::<Vec<_>>(), ["trim", "base64"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn filters(&self) -> impl Iterator<Item = &'t str> + use<'t> {
        // An argument holds no `|`.
        self.filters.split('|').skip(1).map(str::trim)
    }
}

/// Returns the placeholders that a plan has for a text.
pub(super) fn placeholders<'t>(
    text: &'t str,
    plan: &'t Plan,
    references: &'t [Reference],
) -> impl Iterator<Item = Placeholder<'t>> {
    plan.cuts().iter().filter_map(move |cut| {
        let slot = cut.slot?;
        let filters = plan.filters(slot).and_then(|place| text.get(place));
        Some(Placeholder {
            span: cut.span.clone(),
            reference: references.get(slot.reference())?,
            filters: filters.unwrap_or_default(),
        })
    })
}
