'use strict';
// Checks of arguments. The native half would repeat a wrong one in its error.

const { inspect } = require('node:util');
const { refusal } = require('./errors.js');
const { write } = require('./json.js');

/** A wrong type is a mistake of the program. The message has no part of the value. */
function wrong(what, expected) {
  return new TypeError(`${what} must be ${expected}`);
}

/** A string that has a form in UTF-8. */
function text(value, what, code = 'invalid_input') {
  if (typeof value !== 'string') throw wrong(what, 'a string');
  if (!value.isWellFormed()) {
    throw refusal(code, `${what} has half of a surrogate pair, which has no form in UTF-8`);
  }
  return value;
}

/** The text of a JSON document, which keeps its bytes: order of keys, digits, white space. */
class JsonText {
  #text;
  #form;

  constructor(value, { comments = false } = {}) {
    this.#text = text(value, 'the JSON text');
    this.#form = comments ? 'jsonc' : 'json';
  }

  static native(value) {
    return value instanceof JsonText ? { text: value.#text, form: value.#form } : null;
  }

  /** The document may hold values: nothing of it is shown. */
  [inspect.custom]() {
    return 'JsonText {}';
  }
}

/** A text, a JSON text, or a document of JavaScript, as the native half takes it. */
function input(value, masked = null) {
  if (typeof value === 'string') {
    return { text: text(value, 'the text'), form: 'text', parse: false };
  }
  const json = JsonText.native(value);
  if (json) return { ...json, parse: false };
  if (value === null || typeof value !== 'object') {
    throw wrong('the input', 'a string, an object, an array or a JsonText');
  }
  return { text: write(value, masked), form: 'json', parse: true };
}

function instance(value, type, what) {
  if (!(value instanceof type)) throw wrong(what, `a ${type.name}`);
  return value;
}

function count(value, what) {
  if (!Number.isSafeInteger(value) || value < 0) throw wrong(what, 'a whole number');
  return value;
}

/** A whole number for the native half, which counts in 32 bits: more is the most of them. */
function bound(value, what) {
  return Math.min(count(value, what), 0xffff_ffff);
}

/** Names and strings of an object, apart. */
function strings(value, what) {
  if (value === null || typeof value !== 'object') throw wrong(what, 'an object of strings');
  const entries = Object.entries(value);
  return [
    entries.map(([name]) => text(name, 'a name')),
    entries.map(([, entry]) => text(entry, `each entry of ${what}`, 'invalid_value')),
  ];
}

module.exports = { JsonText, bound, count, input, instance, strings, text, wrong };
