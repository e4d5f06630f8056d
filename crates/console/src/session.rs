//! Sessions: who asks, and what that person may do.

use std::collections::BTreeSet;

use keyslot::{Actor, Permissions, Scope};

/// The person who sends a request, as the host has authenticated them: made anew for each request.
///
/// The console trusts it. A session sees the organizations that it is given and no others; an
/// [operator](Session::operator) sees all of them and may verify the vault. Nothing is shown
/// without [`Permissions::READ`].
///
/// | permission | pages |
/// |---|---|
/// | `READ` | lists, histories, the audit log, what needs attention, explanations |
/// | `MANAGE` | create, rotate, edit, switch, revoke, delete, roll back |
/// | `COPY` | with `MANAGE`: copy to another scope of the organization |
/// | `REVEAL` | show a value |
/// | `USE` | the errors of a resolve, on the page that explains a text |
///
/// ```
/// use keyslot::{Actor, Permissions, Scope};
/// use keyslot_console::Session;
///
/// let ada = Session::new(
///     Actor::new("user:ada")?,
///     Permissions::READ | Permissions::MANAGE,
///     [Scope::new("acme")?],
/// );
/// assert_eq!(ada.actor().as_str(), "user:ada");
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Session {
    actor: Actor,
    permissions: Permissions,
    organizations: Organizations,
}

/// The organizations that a session sees.
#[derive(Clone, Debug)]
enum Organizations {
    All,
    Only(BTreeSet<String>),
}

impl Session {
    /// Makes the session of somebody who works for some organizations. Of a scope that is given,
    /// the organization counts.
    ///
    /// ```
    /// use keyslot::{Actor, Permissions};
    /// use keyslot_console::Session;
    ///
    /// let guest = Session::new(Actor::new("guest")?, Permissions::READ, []);
    /// assert!(!guest.is_operator());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn new(
        actor: Actor,
        permissions: Permissions,
        organizations: impl IntoIterator<Item = Scope>,
    ) -> Self {
        let tenants = organizations.into_iter();
        let tenants = tenants.map(|scope| scope.tenant().to_owned()).collect();
        Self {
            actor,
            permissions,
            organizations: Organizations::Only(tenants),
        }
    }

    /// Makes the session of somebody who runs the vault: with the permissions in every
    /// organization, and the page that verifies the vault.
    ///
    /// ```
    /// use keyslot::{Actor, Permissions};
    /// use keyslot_console::Session;
    ///
    /// assert!(Session::operator(Actor::new("root")?, Permissions::READ).is_operator());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn operator(actor: Actor, permissions: Permissions) -> Self {
        Self {
            actor,
            permissions,
            organizations: Organizations::All,
        }
    }

    /// Returns the actor that is recorded with each change.
    ///
    /// ```
    /// use keyslot::{Actor, Permissions};
    /// use keyslot_console::Session;
    ///
    /// let session = Session::new(Actor::new("user:ada")?, Permissions::READ, []);
    /// assert_eq!(session.actor().as_str(), "user:ada");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Returns the permissions in the organizations of the session.
    ///
    /// ```
    /// use keyslot::{Actor, Permissions};
    /// use keyslot_console::Session;
    ///
    /// let session = Session::new(Actor::new("user:ada")?, Permissions::READ, []);
    /// assert_eq!(session.permissions(), Permissions::READ);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn permissions(&self) -> Permissions {
        self.permissions
    }

    /// Returns true for a session that sees every organization.
    ///
    /// ```
    /// use keyslot::{Actor, Permissions};
    /// use keyslot_console::Session;
    ///
    /// assert!(!Session::new(Actor::new("user:ada")?, Permissions::ALL, []).is_operator());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn is_operator(&self) -> bool {
        matches!(self.organizations, Organizations::All)
    }

    /// The organizations that were given; `None` for all.
    pub(crate) fn organizations(&self) -> Option<&BTreeSet<String>> {
        match &self.organizations {
            Organizations::All => None,
            Organizations::Only(tenants) => Some(tenants),
        }
    }

    /// The permissions in a scope. Without the permission to read there are none at all, so what
    /// nobody may see and what is not there are the same.
    pub(crate) fn within(&self, scope: &Scope) -> Permissions {
        let tenants = self.organizations();
        let is_own = tenants.is_none_or(|tenants| tenants.contains(scope.tenant()));
        if is_own && self.permissions.contains(Permissions::READ) {
            self.permissions
        } else {
            Permissions::NONE
        }
    }

    /// Returns true if a permission is there. It says nothing about a scope.
    pub(crate) fn may(&self, permission: Permissions) -> bool {
        self.permissions.contains(Permissions::READ) && self.permissions.contains(permission)
    }
}
