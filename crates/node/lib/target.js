'use strict';
// Targets, and values that a run brings along.

const check = require('./check.js');
const { call } = require('./errors.js');
const { Handle } = require('./handle.js');
const { write } = require('./json.js');
const native = require('./native.js');
const { options, read } = require('./shape.js');

const TARGET = ['tool', 'instructions', 'host', 'url', 'surface', 'unknownNames'];

/** The destination of resolved text. */
class Target extends Handle {
  #native;

  constructor(fields) {
    super();
    const json = write(options(fields, TARGET, 'a target'));
    this.#native = call(() => new native.NativeTarget(json));
  }

  /** The native half of a target, or of the fields of one. */
  static native(target) {
    if (target === undefined || target === null) return undefined;
    return (target instanceof Target ? target : new Target(target)).#native;
  }

  static json(target) {
    const made = Target.native(target);
    return made === undefined ? '' : made.json();
  }

  toJSON() {
    return read(this.#native.json());
  }
}

/** Values that the caller of a run brings along. */
function values({ secrets, variables } = {}) {
  if (secrets === undefined && variables === undefined) return undefined;
  const all = [
    ...check.strings(secrets ?? {}, 'the secrets of a run'),
    ...check.strings(variables ?? {}, 'the variables of a run'),
  ];
  return call(() => new native.NativeValues(...all));
}

module.exports = { Target, values };
