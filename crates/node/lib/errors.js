'use strict';
// Errors of the native half as errors with fields.

const MARK = 'keyslot:';

/** One failure: spans are in UTF-16, as JavaScript counts, and the name is that of a secret. */
function failure({ code, message, name, pointer, span_utf16: span, line, column }) {
  return Object.freeze({ code, message, secret: name, pointer, span, line, column });
}

/** A refused call. `code` says why; nothing in it holds a value. */
class KeyslotError extends Error {
  constructor(message, report) {
    super(message);
    const { code, secret, pointer, span, line, column } = failure(report);
    Object.assign(this, { code, secret, pointer, span, line, column, count: report.count });
    this.failures = Object.freeze(report.failures.map(failure));
  }

  get name() {
    return 'KeyslotError';
  }
}

/** Returns the typed error of what the native half threw. */
function typed(thrown) {
  const message = thrown?.message;
  if (typeof message !== 'string' || !message.startsWith(MARK)) return thrown;
  const error = new KeyslotError(...JSON.parse(message.slice(MARK.length)));
  Error.captureStackTrace?.(error, typed);
  return error;
}

/** Calls the native half. */
function call(work) {
  try {
    return work();
  } catch (thrown) {
    throw typed(thrown);
  }
}

/** Makes an error that this half of the package found. */
function refusal(code, message, pointer = null) {
  const nowhere = { span_utf16: null, line: null, column: null };
  const one = { code, message, name: null, pointer, ...nowhere };
  return new KeyslotError(message, { ...one, count: 1, failures: [one] });
}

module.exports = { KeyslotError, call, refusal, typed };
