//! Connections that are open, and the threads that wait for one.

use std::mem::{self, ManuallyDrop};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use keyslot::{Error, ErrorKind};

use crate::connect::connect;
use crate::driver::Driver;
use crate::failure::Failure;
use crate::session::Session;
use crate::settings::Settings;
use crate::statement::{Answer, Step};

/// Pool of connections, which are made when they are needed.
#[derive(Debug)]
pub(crate) struct Pool {
    driver: Driver,
    settings: Arc<Settings>,
    state: Mutex<State>,
    freed: Condvar,
    /// Connections that were ever made.
    made: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<Session>,
    /// Connections that are open or being made, idle ones included.
    open: u32,
}

impl Pool {
    pub(crate) fn new(settings: Settings) -> Result<Self, Error> {
        let driver = Driver::start().map_err(|error| {
            Error::new(ErrorKind::Io, "no thread for the connections to PostgreSQL")
                .with_source(error)
        })?;
        Ok(Self {
            driver,
            settings: Arc::new(settings),
            state: Mutex::default(),
            freed: Condvar::new(),
            made: AtomicU64::new(0),
        })
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Gives a connection, and waits for one if all are in use.
    pub(crate) fn take(&self) -> Result<Taken<'_>, Failure> {
        if self.driver.is_lost_by_fork() {
            return Err(Failure::Made(Error::new(
                ErrorKind::Forked,
                "this process was forked from the one that opened the store; open it anew",
            )));
        }
        let most = self.settings.pool.get();
        let must_wait = |state: &mut State| state.idle.is_empty() && state.open >= most;
        let (mut state, _) = self
            .freed
            .wait_timeout_while(self.lock(), self.settings.patience, must_wait)
            .unwrap_or_else(PoisonError::into_inner);
        while let Some(session) = state.idle.pop() {
            if !session.is_closed() {
                return Ok(Taken::new(self, Some(session)));
            }
            state.open = state.open.saturating_sub(1);
            self.freed.notify_one();
        }
        if state.open >= most {
            return Err(Failure::Made(Error::new(
                ErrorKind::Busy,
                "all connections of the pool are in use; try again, or make the pool larger",
            )));
        }
        state.open += 1;
        drop(state);
        // Gives its place back if the connection cannot be made.
        let mut taken = Taken::new(self, None);
        let connected = self.driver.run(
            Instant::now() + self.settings.timeout,
            connect(Arc::clone(&self.settings)),
        );
        taken.session = Some(connected.unwrap_or(Err(Failure::Lost))?);
        self.made.fetch_add(1, Ordering::SeqCst);
        Ok(taken)
    }

    /// The number of connections that were ever made.
    pub(crate) fn made(&self) -> u64 {
        self.made.load(Ordering::SeqCst)
    }

    /// Closes the idle connections: those that were open when one broke may be broken too.
    pub(crate) fn close_idle(&self) {
        let mut state = self.lock();
        state.open = state
            .open
            .saturating_sub(u32::try_from(state.idle.len()).unwrap_or(u32::MAX));
        let closed = mem::take(&mut state.idle);
        drop(state);
        drop(closed);
        self.freed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pool {
    /// Leaves the connections as they are, in the child of a fork: they are the parent's.
    fn drop(&mut self) {
        if self.driver.is_lost_by_fork() {
            let state = self.state.get_mut();
            let state = state.unwrap_or_else(PoisonError::into_inner);
            let _ = ManuallyDrop::new(mem::take(&mut state.idle));
        }
    }
}

/// Connection that one thread uses. It goes back to the pool, unless it failed.
#[derive(Debug)]
pub(crate) struct Taken<'a> {
    pool: &'a Pool,
    session: Option<Session>,
    /// False while an answer or the end of a transaction is owed.
    is_clean: bool,
}

impl<'a> Taken<'a> {
    fn new(pool: &'a Pool, session: Option<Session>) -> Self {
        Self {
            pool,
            session,
            is_clean: true,
        }
    }

    /// Sends all steps at once; gives their answers, or the first failure.
    pub(crate) fn fly(&mut self, steps: Vec<Step>) -> Result<Vec<Answer>, Failure> {
        let session = self.session.as_ref().ok_or(Failure::Lost)?;
        let settings = &self.pool.settings;
        let was_clean = std::mem::replace(&mut self.is_clean, false);
        let deadline = Instant::now() + settings.timeout + settings.patience;
        let flown = session.fly(&self.pool.driver, steps, deadline);
        if let Err(Failure::Refused(state, _)) = &flown {
            if state.is_stale_statement() {
                session.forget_names();
            }
        }
        self.is_clean = was_clean && matches!(flown, Ok(_) | Err(Failure::Refused(..)));
        flown
    }

    /// Says that a transaction is open: the connection is closed if it is not ended.
    pub(crate) fn begin(&mut self) {
        self.is_clean = false;
    }

    /// Says that the transaction ended.
    pub(crate) fn end(&mut self) {
        self.is_clean = true;
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        let broken = match self.session.take() {
            Some(session) if self.is_clean => {
                state.idle.push(session);
                None
            }
            broken => {
                state.open = state.open.saturating_sub(1);
                broken
            }
        };
        drop(state);
        drop(broken);
        self.pool.freed.notify_one();
    }
}
