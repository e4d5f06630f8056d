//! Redaction of what comes in parts.

use std::sync::{Mutex, PoisonError};

use keyslot::ErrorKind;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::error::{Outcome, refused};
use crate::text;

/// Redacts text or bytes that come in parts; secrets that lie across them are found.
///
/// The possible beginning of a secret is held back until more comes, or `finish` is called.
#[pyclass(frozen, module = "keyslot")]
pub(crate) struct RedactStream(Mutex<State>);

struct State {
    /// Gone once the stream is finished.
    stream: Option<keyslot::redact::Stream>,
    /// The first bytes of a character whose others are still held.
    cut: Vec<u8>,
    is_text: Option<bool>,
}

impl RedactStream {
    pub(crate) fn new(stream: keyslot::redact::Stream) -> Self {
        Self(Mutex::new(State {
            stream: Some(stream),
            cut: Vec::new(),
            is_text: None,
        }))
    }
}

const FINISHED: &str = "the stream is finished; begin another one";

impl State {
    /// Returns what is sure, as the stream was fed.
    fn give<'py>(&mut self, py: Python<'py>, mut clean: Vec<u8>, ends: bool) -> Bound<'py, PyAny> {
        if self.is_text == Some(false) {
            return PyBytes::new(py, &clean).into_any();
        }
        let mut all = std::mem::take(&mut self.cut);
        all.append(&mut clean);
        let whole = match std::str::from_utf8(&all) {
            // A character that is cut off at the end.
            Err(error) if error.error_len().is_none() && !ends => error.valid_up_to(),
            _ => all.len(),
        };
        self.cut = all.split_off(whole);
        PyString::new(py, &String::from_utf8_lossy(&all)).into_any()
    }
}

#[pymethods]
impl RedactStream {
    /// Takes a part, `str` or `bytes`, and returns what is sure by now, of the same type.
    fn feed<'py>(&self, py: Python<'py>, part: &Bound<'py, PyAny>) -> Outcome<Bound<'py, PyAny>> {
        let (bytes, is_text) = if let Ok(string) = part.cast::<PyString>() {
            let mut string = text::of(string)?;
            let bytes = std::mem::take(&mut *string).into_bytes();
            (zeroize::Zeroizing::new(bytes), true)
        } else if let Ok(bytes) = part.cast::<PyBytes>() {
            (zeroize::Zeroizing::new(bytes.as_bytes().to_vec()), false)
        } else {
            return Err(refused(ErrorKind::InvalidInput, "a part is str or bytes"));
        };
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *state.is_text.get_or_insert(is_text) != is_text {
            let why = "a stream takes str or bytes, not both";
            return Err(refused(ErrorKind::InvalidInput, why));
        }
        let mut clean = Vec::new();
        let stream = state.stream.as_mut();
        let stream = stream.ok_or_else(|| refused(ErrorKind::InvalidInput, FINISHED))?;
        stream.feed(&bytes, &mut clean);
        stream.settle(&mut clean);
        Ok(state.give(py, clean, false))
    }

    /// Returns the rest: there are no more parts.
    fn finish<'py>(&self, py: Python<'py>) -> Outcome<Bound<'py, PyAny>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let stream = state.stream.take();
        let mut stream = stream.ok_or_else(|| refused(ErrorKind::InvalidInput, FINISHED))?;
        let mut clean = Vec::new();
        stream.finish(&mut clean);
        Ok(state.give(py, clean, true))
    }
}
