'use strict';
// Audit logs.

const check = require('./check.js');
const { Handle } = require('./handle.js');
const { write } = require('./json.js');
const { later } = require('./later.js');
const { options, read } = require('./shape.js');

const QUERY = [
  'since', 'until', 'name', 'actor', 'actions', 'outcome', 'refused', 'within', 'run',
  'oldestFirst',
];
/** Entries of a page when somebody iterates. */
const PAGE = 200;

const question = (given) => write(options(given, QUERY, 'a question to an audit log'));

/** The audit log of an organization, or the part of it that is about a scope. */
class Audit extends Handle {
  #native;

  constructor(made) {
    super();
    this.#native = made;
  }

  /** A page of entries, newest first; `next` is the place to go on from, or `null`. */
  async page(query, { after = null, limit = PAGE } = {}) {
    const asked = question(query);
    const from = after === null ? null : check.text(after, 'the cursor');
    const most = check.bound(limit, 'the limit');
    return later(async () => read(await this.#native.page(false, asked, from, most)));
  }

  /** All entries that a question finds. */
  async * find(query) {
    let after = null;
    do {
      const { entries, next } = await this.page(query, { after });
      yield* entries;
      after = next;
    } while (after !== null);
  }

  [Symbol.asyncIterator]() {
    return this.find();
  }

  /** Uses by the identity of each secret: `SecretInfo.record`. */
  async usage() {
    return later(async () => read(await this.#native.usage(false)));
  }

  /** Deletes entries that are older than the age or more than the number. */
  async prune({ maxAgeMs = null, maxEntries = null } = {}, reason) {
    const why = check.text(reason, 'the reason');
    if (maxAgeMs !== null) check.count(maxAgeMs, 'a bound');
    const most = maxEntries === null ? null : check.bound(maxEntries, 'a bound');
    return later(() => this.#native.prune(false, maxAgeMs, most, why));
  }
}

module.exports = { Audit };
