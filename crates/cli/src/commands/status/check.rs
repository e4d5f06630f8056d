//! One check of `status`.

use serde::Serialize;

use crate::failure::Failure;

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    /// Name of the thing.
    pub(super) name: &'static str,
    /// Its state.
    pub(super) state: State,
    /// Words about it.
    pub(super) detail: String,
    /// The way to mend it, where there is one.
    pub(super) mend: Option<String>,
}

/// The state of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Nothing is wrong.
    Good,
    /// Something could be better.
    Remark,
    /// Something is wrong.
    Problem,
}

impl Check {
    /// Makes a check that found nothing.
    pub(super) fn good(name: &'static str, detail: impl Into<String>) -> Self {
        Self {
            name,
            state: State::Good,
            detail: detail.into(),
            mend: None,
        }
    }

    /// Makes a check that found something that could be better.
    pub(super) fn remark(
        name: &'static str,
        detail: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            state: State::Remark,
            mend: Some(mend.into()),
            ..Self::good(name, detail)
        }
    }

    /// Makes a check that failed.
    pub(super) fn problem(name: &'static str, failure: &Failure) -> Self {
        Self {
            state: State::Problem,
            mend: failure.advice().map(str::to_owned),
            ..Self::good(name, failure.message())
        }
    }
}
