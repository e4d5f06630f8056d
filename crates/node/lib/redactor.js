'use strict';
// Redactors: values become placeholders again.

const check = require('./check.js');
const { call } = require('./errors.js');
const { Handle } = require('./handle.js');
const native = require('./native.js');
const { Resolved } = require('./resolved.js');
const { RedactStream } = require('./stream.js');

class Redactor extends Handle {
  #native;

  constructor(made) {
    super();
    this.#native = check.instance(made, native.NativeRedactor, 'the redactor');
  }

  /** Masks the values in a resolved text, in all writings that a program may make of them. */
  static of(resolved) {
    check.instance(resolved, Resolved, 'the resolved text');
    return call(() => new Redactor(native.NativeRedactor.of(Resolved.native(resolved))));
  }

  /** Masks values that the host knows: an object of names and values. */
  static ofValues(values) {
    const [names, all] = check.strings(values, 'the values');
    return call(() => new Redactor(native.NativeRedactor.ofValues(names, all)));
  }

  merge(other) {
    check.instance(other, Redactor, 'the other redactor');
    return call(() => new Redactor(this.#native.merge(other.#native)));
  }

  get isGuarded() {
    return this.#native.isGuarded();
  }

  get skipped() {
    return JSON.parse(this.#native.skipped());
  }

  /**
   * Masks what a tool returned: a string, bytes, a document or a `JsonText`. What is neither is
   * refused, but for a number, boolean, `null` or `undefined` alone. Dates and other objects with
   * `toJSON` become what that returns.
   */
  redact(value) {
    switch (typeof value) {
      case 'string':
        // Half of a character cannot be part of a secret; it becomes U+FFFD.
        return this.#native.text(value.toWellFormed());
      case 'undefined':
      case 'boolean':
        return value;
      case 'number':
      case 'bigint':
        return this.#number(value);
      default:
    }
    if (value === null) return null;
    if (value instanceof Uint8Array) return this.#native.bytes(value);
    if (value instanceof Error) return this.redactError(value);
    const { text, parse } = check.input(value, (key) => this.#masked(key));
    const masked = call(() => this.#native.json(text));
    return parse ? JSON.parse(masked) : masked;
  }

  #number(value) {
    const text = String(value);
    const masked = this.#native.text(text);
    return masked === text ? value : masked;
  }

  /**
   * An error with the same name and a masked message and stack. Its other fields and its cause are
   * left out: those of HTTP clients hold the headers of the request.
   */
  redactError(thrown) {
    try {
      return this.#redacted(thrown);
    } catch {
      // A getter or method of the error threw, and what it threw may hold a value.
      return new Error('the tool threw an error that cannot be read');
    }
  }

  #redacted(thrown) {
    if (!(thrown instanceof Error)) return new Error(this.#described(thrown));
    const error = new Error(this.#masked(thrown.message));
    const hidden = (value) => ({ value, writable: true, configurable: true });
    Object.defineProperty(error, 'name', hidden(this.#masked(thrown.name)));
    Object.defineProperty(error, 'stack', hidden(this.#masked(thrown.stack)));
    if (typeof thrown.code === 'string' || typeof thrown.code === 'number') {
      error.code = this.redact(thrown.code);
    }
    return error;
  }

  #masked(value) {
    return this.#native.text(String(value ?? '').toWellFormed());
  }

  #described(thrown) {
    return typeof thrown === 'string' ? this.#masked(thrown) : 'the tool threw what is no error';
  }

  /** A `Transform` that masks what is piped through it. */
  stream(options) {
    return new RedactStream(this.#native.stream(), options);
  }
}

module.exports = { Redactor };
