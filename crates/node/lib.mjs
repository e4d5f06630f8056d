// The package for `import`: the classes of `lib.js`, so that both ways give the same ones.

import keyslot from './lib.js';

export const {
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
} = keyslot;
