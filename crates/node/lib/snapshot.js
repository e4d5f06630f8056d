'use strict';
// Snapshots of runs.

const check = require('./check.js');
const { call } = require('./errors.js');
const { Handle } = require('./handle.js');
const { later, until } = require('./later.js');
const native = require('./native.js');
const { Resolved } = require('./resolved.js');
const { Target, values } = require('./target.js');

/** The versions of some secrets at one moment, for a whole run. Revoking ends it. */
class Snapshot extends Handle {
  #native;

  constructor(made) {
    super();
    this.#native = check.instance(made, native.NativeSnapshot, 'the snapshot');
  }

  async resolve(given, { target, secrets, variables, signal } = {}) {
    return until(signal, async () => {
      const { text, form, parse } = check.input(given);
      const tail = [Target.json(target), values({ secrets, variables })];
      return new Resolved(await this.#native.resolve(false, text, form, ...tail), parse);
    });
  }

  resolveSync(given, { target, secrets, variables } = {}) {
    return call(() => {
      const { text, form, parse } = check.input(given);
      const tail = [Target.json(target), values({ secrets, variables })];
      return new Resolved(this.#native.resolve(true, text, form, ...tail), parse);
    });
  }

  withMaxAge(milliseconds) {
    const age = check.bound(milliseconds, 'the age');
    return call(() => new Snapshot(this.#native.withMaxAge(age)));
  }

  async refresh() {
    await later(() => this.#native.refresh(false));
  }
}

module.exports = { Snapshot };
