'use strict';
// Reports of the core as JavaScript writes them: camelCase, dates, frozen.

const { refusal } = require('./errors.js');

/** Fields that are times in RFC 3339. */
const isTime = (name) => /(^time|^notBefore|At)$/.test(name);
/** Fields whose keys are the user's own. */
const FOREIGN = new Set(['metadata']);

const camel = (key) => key.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
const snake = (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function shaped(value) {
  if (Array.isArray(value)) return Object.freeze(value.map(shaped));
  if (value === null || typeof value !== 'object') return value;
  const { span, span_chars: _, span_utf16: utf16, ...rest } = value;
  const fields = utf16 === undefined ? value : { ...rest, span: utf16 };
  const entries = Object.entries(fields).map(([key, entry]) => {
    const name = camel(key);
    if (FOREIGN.has(name)) return [name, Object.freeze(entry)];
    if (typeof entry === 'string' && isTime(name)) return [name, new Date(entry)];
    return [name, shaped(entry)];
  });
  return Object.freeze(Object.fromEntries(entries));
}

/** Reads a report of the core. */
const read = (json) => shaped(JSON.parse(json));

/** Copies options that the core knows, with the names that it uses; others are refused. */
function options(given, known, what) {
  const copied = {};
  for (const [key, value] of Object.entries(given ?? {})) {
    if (!known.includes(key)) {
      throw refusal('invalid_input', `${what} has only the fields ${known.join(', ')}`);
    }
    if (value !== undefined) copied[snake(key)] = value instanceof Date ? iso(value) : value;
  }
  return copied;
}

function iso(date) {
  if (Number.isNaN(date.getTime())) throw refusal('invalid_input', 'a time is an invalid Date');
  return date.toISOString();
}

module.exports = { options, read };
