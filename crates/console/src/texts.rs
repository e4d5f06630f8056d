//! The words of the console, all of them: whoever translates it translates this file.

use http::StatusCode;

// ---- refusals
pub(crate) const NOT_FOUND: &str = "there is nothing here, or you may not see it";
pub(crate) const FOREIGN_ORIGIN: &str =
    "the request does not come from a page of this console; open the page and send the form there";
pub(crate) const MALFORMED: &str =
    "the form is not one that this page sends; open the page again and repeat what you did";
pub(crate) const INCOMPLETE: &str =
    "a part of the form did not arrive; open the page again and repeat what you did";
pub(crate) const TOO_MANY_FIELDS: &str = "the form has more fields than this page sends";
pub(crate) const BODY_TOO_LARGE: &str = "the form is larger than this console accepts";
pub(crate) const TARGET_TOO_LONG: &str = "the address is longer than this console accepts";
pub(crate) const NO_FORM: &str = "a form must be sent as application/x-www-form-urlencoded";
pub(crate) const NO_JSON: &str = "the body must be sent as application/json";
pub(crate) const NOT_THIS_JSON: &str =
    "the body is not the JSON object that this path takes; see openapi.json";
pub(crate) const METHOD: &str = "this path does not take that method";
pub(crate) const MAY_NOT_MANAGE: &str = "you may look at secrets here, but not change them";
pub(crate) const MAY_NOT_COPY: &str = "you may not copy secrets to other scopes";
pub(crate) const MAY_NOT_REVEAL: &str = "you may not see values";
pub(crate) const NO_AUDIT: &str =
    "values are not shown, because this vault keeps no audit log of uses; turn it on first";
pub(crate) const AUDIT_LOST: &str =
    "the value is not shown, because its entry in the audit log was lost; try again";
pub(crate) const TOO_MANY_REVEALS: &str = "you have seen many values in the last minute; wait one";
pub(crate) const NAME_DIFFERS: &str = "the name that was typed is not the name of this secret";
pub(crate) const OTHER_ORGANIZATION: &str =
    "a secret is copied within its organization; choose a scope of the same one";
pub(crate) const NEEDED_BY_DOCUMENTS: &str =
    "documents need this secret; change them first, or choose to delete it all the same";
pub(crate) const NO_TIME: &str = "a time is a day, such as 2027-01-31, and perhaps a time of it";
pub(crate) const NO_SPAN: &str = "a time span is a number of days, or one such as 90d, 12h or 45m";
pub(crate) const NO_METADATA: &str = "each line of the metadata is a key, an equals sign, a value";
pub(crate) const METADATA_TWICE: &str = "a key stands twice in the metadata";
pub(crate) const NO_NUMBER: &str = "the number of a page is a whole number from 1";
pub(crate) const VERIFY_RUNS: &str = "a verification is under way already";
pub(crate) const VERIFY_NO_THREAD: &str = "the system did not give a thread; try again";

// ---- every page
pub(crate) const LANGUAGE: &str = "en";
pub(crate) const PRODUCT: &str = "keyslot";
pub(crate) const SKIP: &str = "Skip to the content";
pub(crate) const SIGNED_IN: &str = "Signed in as";
pub(crate) const PLACE: &str = "Place";
pub(crate) const PAGES_OF_SCOPE: &str = "Pages of this scope";
pub(crate) const ORGANIZATIONS: &str = "Organizations";
pub(crate) const SCOPES: &str = "Scopes";
pub(crate) const SECRETS: &str = "Secrets";
pub(crate) const ATTENTION: &str = "Needs attention";
pub(crate) const AUDIT: &str = "Audit log";
pub(crate) const EXPLAIN: &str = "Explain a config";
pub(crate) const VERIFY: &str = "Verify the vault";
pub(crate) const CANCEL: &str = "Cancel";
pub(crate) const SAVE: &str = "Save";
pub(crate) const NEXT: &str = "Next page";
pub(crate) const FIRST: &str = "First page";
pub(crate) const PAGING: &str = "Pages";
pub(crate) const FILTER: &str = "Filter";
pub(crate) const CLEAR: &str = "Clear filters";
pub(crate) const BACK_TO_START: &str = "Back to the start";
pub(crate) const ALL: &str = "All";
pub(crate) const NOBODY: &str = "unknown";
pub(crate) const OPTIONAL: &str = "optional";
pub(crate) const UTC: &str = "UTC";

// ---- organizations and scopes
pub(crate) const NO_ORGANIZATIONS: &str = "No organizations yet";
pub(crate) const NO_ORGANIZATIONS_HELP: &str =
    "Nothing is stored in this vault, or no organization was given to you. Ask whoever runs it.";
pub(crate) const NO_SCOPES: &str = "No scopes yet";
pub(crate) const NO_SCOPES_HELP: &str =
    "A scope is there as soon as it has a secret. Create the first one.";
pub(crate) const OPEN_SCOPE: &str = "Open another scope";
pub(crate) const OPEN_SCOPE_HELP: &str =
    "Such as acme/billing. A new scope begins with its first secret.";
pub(crate) const OPEN: &str = "Open";

// ---- list
pub(crate) const NEW: &str = "Create a secret";
pub(crate) const NAME: &str = "Name";
pub(crate) const STATUS: &str = "Status";
pub(crate) const VERSION: &str = "Version";
pub(crate) const HINT: &str = "Ends with";
pub(crate) const CHANGED: &str = "Changed";
pub(crate) const EXPIRES: &str = "Expires";
pub(crate) const NAME_CONTAINS: &str = "Name contains";
pub(crate) const METADATA_KEY: &str = "Metadata key";
pub(crate) const METADATA_VALUE: &str = "has the value";
pub(crate) const INHERITED: &str = "Show inherited secrets";
pub(crate) const SORTED: &str = "Sort by name";
pub(crate) const MORE_FILTERS: &str = "More filters";
pub(crate) const NO_SECRETS: &str = "No secrets in this scope";
pub(crate) const NO_SECRETS_HELP: &str =
    "Create one, and refer to it in your configs by its name. Nobody has to copy a value again.";
pub(crate) const NO_SECRETS_HELP_READER: &str =
    "Secrets of the scopes above may be visible here: show inherited secrets.";
pub(crate) const NO_MATCH: &str = "No secret fits the filters";
pub(crate) const NO_MATCH_HELP: &str = "Clear the filters to see all secrets of this scope.";
pub(crate) const FROM_SCOPE: &str = "from";
pub(crate) const HIDDEN_BY: &str = "hidden by the one in";
pub(crate) const ACTIVE: &str = "Active";
pub(crate) const INACTIVE: &str = "Inactive";
pub(crate) const REVOKED: &str = "Revoked";
pub(crate) const EXPIRED: &str = "Expired";
pub(crate) const NOT_YET: &str = "Not yet valid";
pub(crate) const DUE: &str = "Rotation due";

// ---- one secret
pub(crate) const REFER: &str = "Refer to it as";
pub(crate) const DESCRIPTION: &str = "Description";
pub(crate) const METADATA: &str = "Metadata";
pub(crate) const CREATED: &str = "Created";
pub(crate) const LAST_USED: &str = "Last used";
pub(crate) const VALID_FROM: &str = "Valid from";
pub(crate) const VALID_UNTIL: &str = "Expires at";
pub(crate) const ROTATE_EVERY: &str = "Rotate every";
pub(crate) const FINGERPRINT: &str = "Fingerprint";
pub(crate) const ABOUT: &str = "About this secret";
pub(crate) const RULES: &str = "Access rules";
pub(crate) const TOOLS: &str = "Tools";
pub(crate) const HOSTS: &str = "Hosts";
pub(crate) const SURFACES: &str = "Surfaces";
pub(crate) const INSTRUCTIONS: &str = "Instructions of a model";
pub(crate) const ALLOWED: &str = "allowed";
pub(crate) const NOT_ALLOWED: &str = "not allowed";
pub(crate) const EVERY_TOOL: &str = "every tool";
pub(crate) const EVERY_HOST: &str = "every host";
pub(crate) const EVERY_SURFACE: &str = "every surface";
pub(crate) const HISTORY: &str = "History";
pub(crate) const NO_VERSIONS: &str = "No version is left: the values were erased.";
pub(crate) const CURRENT: &str = "current";
pub(crate) const MAKE_CURRENT: &str = "Make current again";
pub(crate) const ROTATE: &str = "Rotate";
pub(crate) const REPLACE: &str = "Replace";
pub(crate) const EDIT: &str = "Edit";
pub(crate) const EDIT_RULES: &str = "Edit rules";
pub(crate) const DISABLE: &str = "Disable";
pub(crate) const ENABLE: &str = "Enable";
pub(crate) const CLONE: &str = "Copy to a scope";
pub(crate) const REVEAL: &str = "Reveal the value";
pub(crate) const REVOKE: &str = "Revoke";
pub(crate) const DELETE: &str = "Delete";
pub(crate) const DANGER: &str = "End this secret";
pub(crate) const DANGER_HELP: &str = "Revoking is for a value that leaked: it stops at once, and \
    for good. Deleting is for a secret that nobody needs.";
pub(crate) const ITS_AUDIT: &str = "Entries of the audit log";
pub(crate) const ACTIONS: &str = "Actions";

// ---- forms
pub(crate) const NAME_HELP: &str =
    "Letters, digits, and _ . - between them. Configs refer to the secret by this name.";
pub(crate) const VALUE: &str = "Value";
pub(crate) const VALUE_HELP: &str =
    "It is sealed as it is stored and not shown again. Lines stay lines, so a PEM file fits.";
pub(crate) const NEW_VALUE: &str = "New value";
pub(crate) const TRIM: &str = "Drop spaces and line ends at both ends";
pub(crate) const START_INACTIVE: &str = "Create it inactive";
pub(crate) const DESCRIPTION_HELP: &str = "For people: what it is for, and who gave it.";
pub(crate) const METADATA_HELP: &str = "One to a line, such as: owner = payments";
pub(crate) const TIME_HELP: &str = "In UTC. Empty: no limit.";
pub(crate) const ROTATE_EVERY_HELP: &str = "Such as 90d. Empty: never due.";
pub(crate) const MORE_FACTS: &str = "Description, times and metadata";
pub(crate) const CREATE: &str = "Create";
pub(crate) const ROTATE_TITLE: &str = "Rotate a secret";
pub(crate) const ROTATE_HELP: &str =
    "The new value is used from its next resolve on. The old ones stay in the history.";
pub(crate) const REPLACE_TITLE: &str = "Replace a revoked secret";
pub(crate) const REPLACE_HELP: &str =
    "The secret is revoked. A new secret takes its name, and is used from its next resolve on.";
pub(crate) const EDIT_TITLE: &str = "Edit a secret";
pub(crate) const RULES_TITLE: &str = "Edit access rules";
pub(crate) const RULES_HELP: &str = "Of each kind of rule that is set, one must match. Without \
    rules a secret may go everywhere but into the instructions of a model.";
pub(crate) const TOOLS_HELP: &str = "One to a line: a name, or its beginning with *, as in mail_*";
pub(crate) const HOSTS_HELP: &str =
    "One to a line: api.stripe.com, *.example.com, or with a port: example.com:8443";
pub(crate) const SURFACES_HELP: &str = "None is chosen: every surface is allowed.";
pub(crate) const INSTRUCTIONS_LABEL: &str = "It may go into the instructions of a model";
pub(crate) const REVOKE_TITLE: &str = "Revoke a secret";
pub(crate) const REVOKE_HELP: &str = "Its values are erased, and every use is refused from now on. \
    This cannot be undone. The name stays taken, so that no secret of a scope above takes its \
    place.";
pub(crate) const DELETE_TITLE: &str = "Delete a secret";
pub(crate) const DELETE_HELP: &str = "Its values are erased, and the name is free. A secret of the \
    same name in a scope above is used instead, if there is one. This cannot be undone.";
pub(crate) const NEEDED_BY: &str = "Documents that need it";
pub(crate) const NO_DOCUMENTS: &str = "No document that the vault knows of needs it.";
pub(crate) const NO_DOCUMENTS_HELP: &str =
    "The host tells the vault which documents need which secrets; other uses are in the audit log.";
pub(crate) const DELETE_NEEDED: &str = "Delete it although documents need it";
pub(crate) const DOCUMENTS_UNREADABLE: &str =
    "the documents that need this secret cannot be read; verify the vault";
pub(crate) const TYPE_NAME: &str = "Type its name to confirm";
pub(crate) const CLONE_TITLE: &str = "Copy a secret";
pub(crate) const CLONE_HELP: &str = "The copy has the value, description, metadata, times, rules \
    and status. The two are apart from then on.";
pub(crate) const CLONE_TO: &str = "Scope to copy to";
pub(crate) const CLONE_TO_HELP: &str = "In the same organization, such as acme/billing/test";
pub(crate) const REVEAL_TITLE: &str = "Reveal a value";
pub(crate) const REVEAL_HELP: &str = "The audit log keeps your name, the time and the reason. Look \
    at a value only where a reference cannot do.";
pub(crate) const REASON: &str = "Reason";
pub(crate) const REASON_HELP: &str = "For whoever reads the log, such as: setting up the new bank";
pub(crate) const REVEALED: &str = "The value";
pub(crate) const REVEALED_HELP: &str =
    "This page is not kept. Leave it when you are done; a reload asks for the reason again.";
pub(crate) const ROLL_BACK_TITLE: &str = "Make a version current again";
pub(crate) const ROLL_BACK_HELP: &str =
    "Its value is stored as a new version, and is used from its next resolve on.";
pub(crate) const DONE: &str = "Done";

// ---- audit log
pub(crate) const TIME: &str = "Time";
pub(crate) const ACTION: &str = "Action";
pub(crate) const SECRET: &str = "Secret";
pub(crate) const ACTOR: &str = "Actor";
pub(crate) const DETAILS: &str = "Details";
pub(crate) const OUTCOME: &str = "Outcome";
pub(crate) const DONE_OUTCOME: &str = "done";
pub(crate) const REFUSED: &str = "refused";
pub(crate) const SINCE: &str = "From day";
pub(crate) const UNTIL: &str = "Before day";
pub(crate) const NO_ENTRIES: &str = "No entries";
pub(crate) const NO_ENTRIES_HELP: &str = "Either nothing happened that fits the filters, or this \
    vault keeps no audit log. The host turns it on.";
pub(crate) const TOOL: &str = "Tool";
pub(crate) const HOST: &str = "Host";
pub(crate) const RUN: &str = "Run";

// ---- attention
pub(crate) const ATTENTION_HELP: &str = "Secrets of this scope that somebody should look at.";
pub(crate) const ALL_WELL: &str = "Nothing needs attention";
pub(crate) const ALL_WELL_HELP: &str =
    "No secret of this scope is expired, about to expire, or due for rotation.";
pub(crate) const LIST_EXPIRED: &str = "Expired";
pub(crate) const LIST_EXPIRING: &str = "Expire within 30 days";
pub(crate) const LIST_DUE: &str = "Due for rotation";
pub(crate) const LIST_UNUSED: &str = "Not used for 90 days";
pub(crate) const LIST_NEVER_USED: &str = "Never used";
pub(crate) const LIST_NEEDED: &str = "Needed by documents, but not usable";
pub(crate) const LIST_HIDING: &str = "Hide a secret of a scope above";
pub(crate) const LIST_MISSING: &str = "References that find nothing";
pub(crate) const NO_USAGE: &str =
    "This vault neither counts nor logs uses, so nothing is said about secrets that nobody uses.";
pub(crate) const USAGE_SINCE: &str =
    "The audit log is longer than this page reads: it knows all uses since";
pub(crate) const USAGE_PARTIAL: &str =
    "An older secret that was not used since then is in a list only if that was 90 days ago.";
pub(crate) const PARTIAL: &str = "The scope has more secrets than this page looks at.";

// ---- explain
pub(crate) const EXPLAIN_HELP: &str =
    "Paste a config to see which secrets it needs and what would fail. Nothing of it is stored.";
pub(crate) const CONFIG: &str = "Config";
pub(crate) const CONFIG_HELP: &str = "A text with references such as <<$secret.STRIPE_KEY>>";
pub(crate) const IS_JSON: &str = "It is a JSON document";
pub(crate) const EXPLAIN_DO: &str = "Explain";
pub(crate) const FOR_TOOL: &str = "For the tool";
pub(crate) const FOR_HOST: &str = "For the host";
pub(crate) const WOULD_FAIL: &str = "This would fail";
pub(crate) const WOULD_WORK: &str = "This would resolve";
pub(crate) const REFERENCES: &str = "References";
pub(crate) const NO_REFERENCES: &str = "No references in this text.";
pub(crate) const LINTS: &str = "Remarks";
pub(crate) const FOUND_IN: &str = "Found in";
pub(crate) const HIDES: &str = "Hides";
pub(crate) const FINE: &str = "can be used";

// ---- verify
pub(crate) const VERIFY_HELP: &str = "Every secret is opened and compared with what the vault \
    accounts for. It runs beside other work and may take a while.";
pub(crate) const VERIFY_START: &str = "Start";
pub(crate) const VERIFY_STOP: &str = "Stop";
pub(crate) const VERIFY_LOOK: &str = "Look again";
pub(crate) const VERIFY_RUNNING: &str = "Under way";
pub(crate) const VERIFY_INTACT: &str = "The vault is intact";
pub(crate) const VERIFY_DAMAGED: &str = "The vault is damaged";
pub(crate) const VERIFY_ENDED: &str = "The verification did not end";
pub(crate) const VERIFY_NEVER: &str = "Not verified since this console was started";
pub(crate) const FINDINGS: &str = "Findings";

/// Notice of what was done, by the word in the address; none for any other word.
pub(crate) fn done(word: &str) -> Option<&'static str> {
    Some(match word {
        "created" => "The secret was created.",
        "rotated" => "The new value is stored, and used from now on.",
        "edited" => "The changes are stored.",
        "enabled" => "The secret is active again.",
        "disabled" => "The secret is inactive: every use is refused until it is enabled.",
        "revoked" => "The secret is revoked, and its values are erased.",
        "deleted" => "The secret was deleted.",
        "rolled-back" => "The older value is current again, as a new version.",
        "copied" => "This is the copy.",
        _ => return None,
    })
}

/// Title of the page of a refusal.
pub(crate) fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "Nothing here",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::CONFLICT => "Not possible now",
        StatusCode::TOO_MANY_REQUESTS => "Wait a minute",
        StatusCode::SERVICE_UNAVAILABLE => "The vault cannot be reached now",
        StatusCode::INSUFFICIENT_STORAGE => "The disk is full",
        status if status.is_server_error() => "The vault cannot be read",
        _ => "Not understood",
    }
}

/// Advice on the page of a refusal.
pub(crate) fn advice(status: StatusCode) -> Option<&'static str> {
    match status {
        StatusCode::SERVICE_UNAVAILABLE => {
            Some("Nothing was changed. Try again in a moment; if it stays, tell whoever runs it.")
        }
        StatusCode::INSUFFICIENT_STORAGE => {
            Some("Nothing was changed. Revoking still works on most full disks.")
        }
        status if status.is_server_error() => {
            Some("Tell whoever runs the vault. Verifying it shows what is damaged.")
        }
        _ => None,
    }
}

/// Words for a number of damaged records.
pub(crate) fn damaged(count: usize) -> String {
    match count {
        1 => "One record of this scope cannot be read. Verify the vault.".to_owned(),
        count => format!("{count} records of this scope cannot be read. Verify the vault."),
    }
}

/// Words for a number of secrets that were looked at.
pub(crate) fn looked_at(done: u64, total: u64) -> String {
    format!("{done} of {total} secrets")
}

/// Words for the numbers of a verification.
pub(crate) fn verified(secrets: u64, organizations: u64) -> String {
    format!("{secrets} secrets of {organizations} organizations were looked at.")
}

/// Words for a version.
pub(crate) fn version(number: u64) -> String {
    format!("Version {number}")
}

/// Words for the person behind a time.
pub(crate) fn by(actor: &str) -> String {
    format!("by {actor}")
}

/// Name of a link or button for one secret, for those who hear it alone.
pub(crate) fn of(name: &str) -> String {
    format!(" {name}")
}

/// Words for numbers of uses.
pub(crate) fn uses(uses: u64, reveals: u64) -> String {
    format!("uses: {uses}, reveals: {reveals}")
}
