'use strict';
// JSON text of JavaScript values, and back. `JSON.stringify` would leave out what is no JSON, call
// methods of the value, and write half of a character as another one.

const { refusal } = require('./errors.js');

/** Deepest document: the limit of the core. */
const MAX_DEPTH = 128;

const step = (key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;

/**
 * One string as JSON. Half of a surrogate pair has no UTF-8, so it is refused; in the output of a
 * tool it becomes U+FFFD, because it is part of no value.
 */
function quoted(text, way, what, lenient) {
  if (text.isWellFormed()) return JSON.stringify(text);
  if (lenient) return JSON.stringify(text.toWellFormed());
  throw refusal('invalid_document', `${what} has half of a surrogate pair`, way);
}

function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype ||
    // An object of another realm, such as a test runner's.
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'));
}

/**
 * Writes a value as JSON. Each part of it is read once. What JSON has no form for is refused, but
 * for entries of objects that are `undefined`: they are left out. With `lenient`, for the output of
 * tools, a value with a method `toJSON` is what that returns, such as a date.
 */
function write(value, lenient = false) {
  const open = new Set();
  return node(value, '', 0);

  function node(value, way, depth) {
    switch (typeof value) {
      case 'string':
        return quoted(value, way, 'a string', lenient);
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
      if (!lenient) throw no(way, 'an object with a method toJSON, such as a Date');
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
      parts.push(node(value[index], `${way}/${index}`, depth + 1));
    }
    return `[${parts.join(',')}]`;
  }

  function object(value, way, depth) {
    if (!isPlain(value)) throw no(way, 'an object of a class, such as a Map');
    const parts = [];
    for (const key of Object.keys(value)) {
      const entry = value[key];
      if (entry === undefined) continue;
      const name = quoted(key, way, 'a key', lenient);
      parts.push(`${name}:${node(entry, way + step(key), depth + 1)}`);
    }
    return `{${parts.join(',')}}`;
  }
}

function no(way, what) {
  const message = `${what} is no JSON (at ${way || 'the root'}); convert it first`;
  return refusal('invalid_document', message, way);
}

function deep(way) {
  return refusal('invalid_document', 'the document is nested too deeply', way);
}

module.exports = { write };
