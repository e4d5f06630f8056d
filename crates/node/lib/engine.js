'use strict';
// Engines without a vault.

const check = require('./check.js');
const { call } = require('./errors.js');
const { Handle } = require('./handle.js');
const native = require('./native.js');
const { Resolved } = require('./resolved.js');
const { read } = require('./shape.js');
const { Target, values } = require('./target.js');
const { engineSettings } = require('./vault.js');

/** Resolves with values that the run brings along, and nothing else. */
class Engine extends Handle {
  #native;

  constructor(settings) {
    super();
    const json = engineSettings(settings);
    this.#native = call(() => new native.NativeEngine(json));
  }

  resolveSync(given, { target, secrets = {}, variables = {} } = {}) {
    return call(() => {
      const { text, form, parse } = check.input(given);
      const known = values({ secrets, variables });
      return new Resolved(this.#native.resolve(text, form, Target.json(target), known), parse);
    });
  }

  references(given) {
    const { text, form } = check.input(given);
    return call(() => read(this.#native.references(text, form)));
  }
}

module.exports = { Engine };
