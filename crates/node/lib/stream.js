'use strict';
// Redaction of Node streams.

const { Transform } = require('node:stream');

/**
 * A `Transform` that masks what a redactor knows, also where it is cut across chunks. Bytes that
 * may begin a value are held back until it is clear what they are.
 */
class RedactStream extends Transform {
  #native;
  #half = '';

  constructor(native, options) {
    // Strings come as they are: a pair of surrogates may be cut across two of them.
    super({ ...options, objectMode: false, decodeStrings: false });
    this.#native = native;
  }

  _transform(chunk, encoding, done) {
    try {
      done(null, this.#native.feed(this.#bytes(chunk, encoding)));
    } catch (error) {
      done(error);
    }
  }

  _flush(done) {
    try {
      const half = this.#native.feed(Buffer.from(this.#half));
      done(null, Buffer.concat([half, this.#native.finish()]));
    } catch (error) {
      done(error);
    }
  }

  #bytes(chunk, encoding) {
    if (typeof chunk !== 'string') return chunk;
    if (!/^utf-?8$/i.test(encoding)) return Buffer.from(chunk, encoding);
    const text = this.#half + chunk;
    const last = text.charCodeAt(text.length - 1);
    const cut = last >= 0xd800 && last < 0xdc00 ? text.length - 1 : text.length;
    this.#half = text.slice(cut);
    return Buffer.from(text.slice(0, cut));
  }
}

module.exports = { RedactStream };
