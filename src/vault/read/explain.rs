//! Checks and explanations before a resolve: none of this opens a value.

use std::collections::HashSet;

use serde::{Serialize, Serializer};

use super::select::{Candidates, permit};
use crate::error::{Error, Result};
use crate::name::SecretName;
use crate::record::Version;
use crate::reference::{Reference, ReferenceKind};
use crate::resolve::Permit;
use crate::scope::Scope;
use crate::status::Status;
use crate::target::{Target, UnknownNames};
use crate::template::{Lint, Resolvable};
use crate::vault::binding::refused;
use crate::vault::parsed_rows::ParsedRows;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;

/// The reason why a reference resolves, or does not: see [`ScopedVault::explain`].
///
/// In JSON the verdict is the field `refused`: the error, or `null` if the reference resolves.
///
/// ```
/// # #[cfg(feature = "json")] {
/// use keyslot::{RootKey, Target, Vault};
///
/// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
/// let references = project.references("<<$secret.TOKEN>>")?;
/// let explained = project.explain(&Target::tool("crm"), &references)?;
/// let json = serde_json::to_value(&explained[0]).unwrap();
/// assert_eq!(json["reference"]["name"], "TOKEN");
/// assert_eq!(json["refused"]["code"], "not_found");
/// assert_eq!(json["scope"], serde_json::Value::Null);
/// # }
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The reference that was asked for.
    pub reference: Reference,
    /// The nearest scope that has the name, which decides; `None` when none has.
    pub scope: Option<Scope>,
    /// The status of the secret there; `None` when it cannot be read.
    pub status: Option<Status>,
    /// The version that would be used; `None` when no version would be.
    pub version: Option<Version>,
    /// The scopes above that have the name too, nearest first.
    pub shadowed: Vec<Scope>,
    /// Outcome of a resolve for the target, up to the point where it opens the value.
    #[serde(rename = "refused", serialize_with = "refusal")]
    pub verdict: Result<()>,
}

/// Writes the error of a verdict.
fn refusal<S: Serializer>(verdict: &Result<()>, serializer: S) -> Result<S::Ok, S::Error> {
    verdict.as_ref().err().serialize(serializer)
}

impl ScopedVault {
    /// The references of a text, template or document: each name, version and form once, in the
    /// order in which they first appear.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// let references = project.references("<<$secret.STRIPE_KEY@3>> <<REGION>>")?;
    /// let written: Vec<String> = references.iter().map(ToString::to_string).collect();
    /// assert_eq!(written, ["<<$secret.STRIPE_KEY@3>>", "<<REGION>>"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Syntax`](crate::ErrorKind::Syntax) and other errors of the text.
    pub fn references<I: Resolvable>(&self, input: I) -> Result<Vec<Reference>> {
        self.engine().references(input)
    }

    /// Checks that a resolve for this target would go through, as far as that can be told without
    /// opening a value, and returns the lints of the input, as
    /// [`Engine::check`](crate::template::Engine::check) does. One store call.
    ///
    /// For an unknown name, a handle with [`READ`](Permissions::READ) too is told the most similar
    /// name of a secret that is not revoked, and pays for it with scans of the scope and those
    /// above it: of 10,000 records at most, so that in larger scopes some names are not compared.
    /// [`Error::for_model`] takes the proposal out.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, Target, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// let config = "key: <<$secret.STRIPE_KEY>>, old: <<$secret.OLD_KEY>>";
    /// let error = project.check(&Target::tool("stripe"), config).unwrap_err();
    /// assert_eq!((error.kind(), error.name()), (ErrorKind::NotFound, Some("OLD_KEY")));
    /// let lints = project.check(&Target::tool("stripe"), "key: <<STRIPE_KEY >>")?;
    /// assert_eq!(lints[0].span(), 5..20);
    ///
    /// let error = project.check(&Target::tool("stripe"), "<<$secret.STRIPE_KYE>>").unwrap_err();
    /// assert!(error.to_string().contains("did you mean STRIPE_KEY?"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`resolve_for`](ScopedVault::resolve_for), all at once, but for what only a value
    /// can be wrong with: what filters do with it, and whether it fits its place.
    pub fn check<I: Resolvable>(&self, target: &Target, input: I) -> Result<Vec<Lint>> {
        let target = self.binding().meant(target);
        self.engine().check(&target, input, |references, target| {
            self.verdicts(references, target)
        })
    }

    fn verdicts(&self, references: &[Reference], target: &Target) -> Result<Vec<Result<Permit>>> {
        let keeps = target.unknown_names() == UnknownNames::Keep;
        let target = &*match self.binding().admit(target) {
            Ok(target) => target,
            Err(error) => return Ok(refused(references, &error).collect()),
        };
        let now = self.core().clock.now()?;
        let verdict = |(reference, candidates)| {
            self.nearest(reference, candidates).and_then(|hit| {
                self.admit(&hit, reference, target, now)
                    .map(|_| permit(&hit.info))
            })
        };
        let rows = self.read(references, Permissions::USE)?;
        let rows = ParsedRows::of(self.core(), self.partition(), &rows)?;
        let mut verdicts: Vec<Result<Permit>> =
            self.candidates(references, &rows).map(verdict).collect();
        // Nobody reads the error of a name that stays. To a handle that may use nothing every name
        // is unknown, and a proposal would cost it what it does not cost others.
        let stays = |one: &Reference| keeps && one.kind() == ReferenceKind::Bare;
        if self.may(Permissions::USE) {
            let judged = references.iter().zip(&mut verdicts);
            self.propose(judged.filter(|(reference, _)| !stays(reference)));
        }
        Ok(verdicts)
    }

    /// For each reference which scope decides and which are shadowed, the version and status, and
    /// what a resolve would say. One store call, and for unknown names those that
    /// [`check`](ScopedVault::check) makes, which propose similar ones.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{Reference, RootKey, Target, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("TOKEN", "of the organization")?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("TOKEN", "of the project")?;
    ///
    /// let references = project.references("<<$secret.TOKEN>>")?;
    /// let explained = &project.explain(&Target::tool("crm"), &references)?[0];
    /// assert_eq!(explained.scope.as_ref().map(|scope| scope.as_str()), Some("acme/billing"));
    /// assert_eq!(explained.shadowed[0].as_str(), "acme");
    /// assert!(explained.verdict.is_ok());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the store. An error of one reference is its verdict, and without
    /// [`Permissions::READ`] no reference is found.
    pub fn explain(&self, target: &Target, references: &[Reference]) -> Result<Vec<Explanation>> {
        let target = &*match self.binding().admit(target) {
            Ok(target) => target,
            Err(error) => return Ok(unexplained(references, &error)),
        };
        let now = self.core().clock.now()?;
        let explain = |(reference, mut candidates): (&Reference, Candidates<'_>)| {
            let hit = self.nearest(reference, candidates.by_ref());
            let admitted = hit
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|hit| self.admit(hit, reference, target, now));
            Explanation {
                reference: reference.clone(),
                scope: hit.as_ref().ok().map(|hit| hit.scope.scope.clone()),
                status: hit.as_ref().ok().and_then(|hit| hit.info.state.status()),
                version: admitted.as_ref().ok().map(|kept| kept.version),
                verdict: admitted.map(drop),
                shadowed: candidates
                    .filter_map(|hit| hit.ok().map(|hit| hit.info.scope))
                    .collect(),
            }
        };
        let rows = self.read(references, Permissions::READ)?;
        let rows = ParsedRows::of(self.core(), self.partition(), &rows)?;
        let mut explained: Vec<Explanation> =
            self.candidates(references, &rows).map(explain).collect();
        let verdicts = explained.iter_mut().map(|one| &mut one.verdict);
        self.propose(references.iter().zip(verdicts));
        Ok(explained)
    }

    /// The references that mean no secret: nothing in this scope or above has the name. Of
    /// documents, chain their [references](crate::Document::references). One store call.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// let references = project.references("<<$secret.STRIPE_KEY>> <<$secret.CRM_TOKEN>>")?;
    /// let missing = project.missing(&references)?;
    /// assert_eq!(missing, [references[1].clone()]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub fn missing<'r>(
        &self,
        references: impl IntoIterator<Item = &'r Reference>,
    ) -> Result<Vec<Reference>> {
        let mut seen = HashSet::new();
        let references: Vec<Reference> = references
            .into_iter()
            .filter(|one| seen.insert(*one))
            .cloned()
            .collect();
        let rows = self.read(&references, Permissions::READ)?;
        let rows = ParsedRows::of(self.core(), self.partition(), &rows)?;
        let missing = self
            .candidates(&references, &rows)
            .filter_map(|(reference, mut hits)| hits.next().is_none().then(|| reference.clone()));
        Ok(missing.collect())
    }

    /// The secrets of this very scope that none of the references means, sorted; revoked ones
    /// included. Of documents, chain their [references](crate::Document::references).
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Template, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.put("OLD_KEY", "of a tool that is gone")?;
    /// let configs = [
    ///     Template::compile("<<$secret.STRIPE_KEY>>")?,
    ///     Template::compile("<<$secret.CRM_TOKEN>>")?,
    /// ];
    /// let references = || configs.iter().flat_map(Template::references);
    /// assert_eq!(project.unused(references())?[0].as_str(), "OLD_KEY");
    /// assert_eq!(project.missing(references())?[0].name().as_str(), "CRM_TOKEN");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`names`](ScopedVault::names).
    pub fn unused<'r>(
        &self,
        references: impl IntoIterator<Item = &'r Reference>,
    ) -> Result<Vec<SecretName>> {
        let used: HashSet<&SecretName> = references.into_iter().map(Reference::name).collect();
        Ok(self
            .names()?
            .into_iter()
            .filter(|name| !used.contains(name))
            .collect())
    }
}

/// The explanations of a call that is refused before anything is looked up.
fn unexplained(references: &[Reference], error: &Error) -> Vec<Explanation> {
    let explain = |(reference, verdict): (&Reference, Result<()>)| Explanation {
        reference: reference.clone(),
        scope: None,
        status: None,
        version: None,
        shadowed: Vec::new(),
        verdict,
    };
    let verdicts = refused(references, error);
    references.iter().zip(verdicts).map(explain).collect()
}
