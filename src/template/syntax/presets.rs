//! Syntaxes of shells, editors and pipelines.

use std::sync::Arc;

use super::dialect::Dialect;
use super::syntax::Syntax;
use crate::reference::ReferenceKind;

impl Syntax {
    /// `${NAME}`, as `envsubst` and Docker Compose write it. `$$` is a `$` wherever it stands, and
    /// begins nothing. Versions and filters are those of all syntaxes.
    ///
    /// A default value, such as `${NAME:-x}`, is a [`Syntax`](crate::ErrorKind::Syntax) error that
    /// says so. What else a shell does between these marks stays text and is a lint.
    ///
    /// ```
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let engine = Engine::new().syntax(Syntax::dollar());
    /// let template = engine.compile("${USER} $USER $${USER} 5$$")?;
    /// assert_eq!(template.render(&["ada"])?, "ada $USER ${USER} 5$");
    /// assert!(engine.compile("${USER:-ada}").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn dollar() -> Self {
        Self::of([Arc::new(Dialect::dollar())])
    }

    /// The same as [`dollar`](Syntax::dollar), and `$NAME` without braces, which ends where the
    /// name does.
    ///
    /// ```
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let engine = Engine::new().syntax(Syntax::dollar_names());
    /// let template = engine.compile("$USER.log ${USER} $$USER $5")?;
    /// assert_eq!(template.render(&["ada"])?, "ada.log ada $USER $5");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn dollar_names() -> Self {
        Self::of([Dialect::dollar(), Dialect::dollar_name()].map(Arc::new))
    }

    /// `${env:NAME}` and `${input:name}`, as the configs of VS Code have them. Both ask the chain
    /// of resolvers, as `<<NAME>>` does. A text that begins so and is no placeholder is an error;
    /// other variables of the editor, such as `${workspaceFolder}`, stay.
    ///
    /// ```
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let engine = Engine::new().syntax(Syntax::vscode());
    /// let template = engine.compile("${workspaceFolder} ${env:HOME} ${input:api-key}")?;
    /// assert_eq!(template.render(&["/home", "k"])?, "${workspaceFolder} /home k");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn vscode() -> Self {
        Self::of(["env:", "input:"].map(|prefix| Arc::new(Dialect::vscode(prefix))))
    }

    /// `${{ secrets.NAME }}` and `${{ vars.NAME }}`, as in workflows of GitHub Actions. A variable
    /// asks the chain of resolvers, as `<<NAME>>` does. Every other expression stays, because only
    /// GitHub can evaluate it, and is a lint: also `${{ secrets.A || secrets.B }}`.
    ///
    /// ```
    /// use keyslot::template::{Engine, LintKind, Syntax};
    ///
    /// let engine = Engine::new().syntax(Syntax::github());
    /// let template = engine.compile("${{ secrets.TOKEN }} ${{ vars.REGION }} ${{ github.ref }}")?;
    /// assert_eq!(template.render(&["t", "eu"])?, "t eu ${{ github.ref }}");
    /// assert_eq!(template.lints()[0].kind(), LintKind::Expression);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn github() -> Self {
        Self::of([
            Arc::new(Dialect::github("secrets.", ReferenceKind::Secret)),
            Arc::new(Dialect::github("vars.", ReferenceKind::Bare)),
        ])
    }
}
