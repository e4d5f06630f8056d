'use strict';
// The native half: beside this file in the package.

module.exports = require('../keyslot.node');
