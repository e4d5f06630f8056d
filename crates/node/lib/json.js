'use strict';
// JSON text of JavaScript values, and back. `JSON.stringify` would leave out what is no JSON, call
// methods of the value, and write half of a character as another one.

const { refusal } = require('./errors.js');

/** Deepest document: the limit of the core. */
const MAX_DEPTH = 128;

/**
 * The most values of a document, and the longest text of all of them. A list may hold the same list
 * twice, and so on: what is small in JavaScript may be without end as JSON.
 */
const MAX_VALUES = 1_000_000;
const MAX_TEXT = 64 << 20;

const step = (key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;

function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype ||
    // An object of another realm, such as a test runner's.
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'));
}

/**
 * Writes a value as JSON. Each part of it is read once. What JSON has no form for is refused, but
 * for entries of objects that are `undefined`: they are left out. With `masked`, for the output of
 * tools, a value with a method `toJSON` is what that returns, such as a date. It masks the keys in
 * the place of a refusal: those of an output may hold a value.
 */
function write(value, masked = null) {
  const open = new Set();
  const left = { values: MAX_VALUES, text: MAX_TEXT };
  return node(value, null, 0);

  function node(value, way, depth) {
    left.values -= 1;
    if (left.values < 0) throw large(way);
    switch (typeof value) {
      case 'string':
        return quoted(value, way, 'a string');
      case 'boolean':
        return value ? 'true' : 'false';
      case 'number':
        if (!Number.isFinite(value)) throw no(way, 'a number that is not finite');
        return Object.is(value, -0) ? '-0' : String(value);
      case 'object':
        if (value === null) return 'null';
        break;
      default:
        throw no(way, `a value of the type ${typeof value}`);
    }
    // As a list of numbers, a value in it would not be found.
    if (ArrayBuffer.isView(value)) throw no(way, 'an object with bytes');
    if (typeof value.toJSON === 'function') {
      if (!masked) throw no(way, 'an object with a method toJSON, such as a Date');
      if (depth >= MAX_DEPTH) throw deep(way);
      return node(value.toJSON(), way, depth + 1);
    }
    if (open.has(value)) throw no(way, 'an object that holds itself');
    if (depth >= MAX_DEPTH) throw deep(way);
    open.add(value);
    const text = Array.isArray(value)
      ? list(value, way, depth)
      : object(value, way, depth);
    open.delete(value);
    return text;
  }

  function list(value, way, depth) {
    const parts = [];
    for (let index = 0; index < value.length; index += 1) {
      parts.push(node(value[index], { way, key: String(index) }, depth + 1));
    }
    return `[${parts.join(',')}]`;
  }

  function object(value, way, depth) {
    if (!isPlain(value)) throw no(way, 'an object of a class, such as a Map');
    const parts = [];
    for (const key of Object.keys(value)) {
      const entry = value[key];
      if (entry === undefined) continue;
      const name = quoted(key, way, 'a key');
      parts.push(`${name}:${node(entry, { way, key }, depth + 1)}`);
    }
    return `{${parts.join(',')}}`;
  }

  // Half of a surrogate pair has no UTF-8, so it is refused; in the output of a tool it becomes
  // U+FFFD, because it is part of no value.
  function quoted(text, way, what) {
    left.text -= text.length;
    if (left.text < 0) throw large(way);
    if (text.isWellFormed()) return JSON.stringify(text);
    if (masked) return JSON.stringify(text.toWellFormed());
    throw refusal('invalid_document', `${what} has half of a surrogate pair`, pointer(way));
  }

  function pointer(way) {
    const keys = [];
    for (let at = way; at !== null; at = at.way) keys.push(masked ? masked(at.key) : at.key);
    return keys.reverse().map(step).join('');
  }

  function no(way, what) {
    const place = pointer(way);
    const message = `${what} is no JSON (at ${place || 'the root'}); convert it first`;
    return refusal('invalid_document', message, place);
  }

  function deep(way) {
    return refusal('invalid_document', 'the document is nested too deeply', pointer(way));
  }

  function large(way) {
    const message = 'the document has too many values or too much text';
    return refusal('invalid_document', message, pointer(way));
  }
}

module.exports = { write };
