'use strict';
// The package for `require`; `lib.mjs` is the same for `import`.

const { Audit } = require('./lib/audit.js');
const { JsonText } = require('./lib/check.js');
const { Engine } = require('./lib/engine.js');
const { KeyslotError } = require('./lib/errors.js');
const { guard, guardCall, protect } = require('./lib/guard.js');
const { Redactor } = require('./lib/redactor.js');
const { ModelArgs, Resolved } = require('./lib/resolved.js');
const { Scope } = require('./lib/scope.js');
const { Snapshot } = require('./lib/snapshot.js');
const { RedactStream } = require('./lib/stream.js');
const { Target } = require('./lib/target.js');
const { Passphrase, RootKey, Vault } = require('./lib/vault.js');

module.exports = {
  Audit,
  Engine,
  JsonText,
  KeyslotError,
  ModelArgs,
  Passphrase,
  RedactStream,
  Redactor,
  Resolved,
  RootKey,
  Scope,
  Snapshot,
  Target,
  Vault,
  guard,
  guardCall,
  protect,
};
