'use strict';
// Texts and documents with values in them.

const { inspect } = require('node:util');
const { call } = require('./errors.js');
const { Handle } = require('./handle.js');
const { read } = require('./shape.js');

const MASK = '[REDACTED]';

/** A resolved text or document. It shows nothing of itself; `expose()` is the one way in. */
class Resolved extends Handle {
  #native;
  #parse;

  constructor(native, parse) {
    super();
    this.#native = native;
    this.#parse = parse;
  }

  static native(resolved) {
    return resolved.#native;
  }

  /** The text or document with its values: a copy in the memory of JavaScript, which stays. */
  expose() {
    const text = call(() => this.#native.expose());
    return this.#parse ? JSON.parse(text) : text;
  }

  /** The text, or the JSON text of the document, as bytes that the caller can fill with zeros. */
  exposeBytes() {
    return call(() => this.#native.exposeBytes());
  }

  /** The secrets in it. */
  get used() {
    return call(() => read(this.#native.used()));
  }

  /** The placeholders that stayed as they were. */
  get kept() {
    return call(() => read(this.#native.kept()));
  }

  /** Wipes the values now, and not when the object is collected. */
  wipe() {
    this.#native.wipe();
  }

  [Symbol.dispose ?? Symbol.for('nodejs.dispose')]() {
    this.wipe();
  }

  toString() {
    return MASK;
  }

  toJSON() {
    return MASK;
  }

  [Symbol.toPrimitive]() {
    return MASK;
  }

  [inspect.custom]() {
    return `${this.constructor.name} { ${MASK} }`;
  }
}

/** Arguments of a model with the granted values in them. */
class ModelArgs extends Resolved {
  /** The placeholders that nobody granted; they stayed as they were. At most 100 are listed. */
  get attempts() {
    return read(Resolved.native(this).attempts() ?? '[]');
  }

  get attemptCount() {
    return Resolved.native(this).attemptCount();
  }
}

module.exports = { ModelArgs, Resolved };
