'use strict';
// What all classes have in common.

const { inspect } = require('node:util');

function refuseClone() {}

/**
 * An object that belongs to this thread. `structuredClone` and `postMessage` would make an empty
 * object of it; a function in one of its own fields makes them throw instead.
 */
class Handle {
  constructor() {
    this.notCloneable = refuseClone;
  }

  [inspect.custom]() {
    return `${this.constructor.name} {}`;
  }

  toJSON() {
    return `[${this.constructor.name}]`;
  }
}

module.exports = { Handle };
