// Time of a resolve from JavaScript beside that from Rust, in microseconds. Takes the path of the
// program of `examples/figures.rs`, built with the same profile as the module.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { RootKey, Target, Vault } from 'keyslot';

const CALLS = 5_000;

function best(call) {
  let least = Infinity;
  for (let turn = 0; turn < 6; turn += 1) {
    const begun = performance.now();
    for (let number = 0; number < CALLS; number += 1) call();
    least = Math.min(least, ((performance.now() - begun) * 1000) / CALLS);
  }
  return least;
}

const folder = mkdtempSync(join(tmpdir(), 'keyslot-'));
try {
  const [path, keyFile] = [join(folder, 'vault.db'), join(folder, 'key')];
  const key = RootKey.generate();
  writeFileSync(keyFile, key.exposeBase64(), { mode: 0o600 });
  const scope = Vault.createSync(path, key).scope('acme/billing');
  scope.putSync('STRIPE_KEY', 'sk_live_4eC39HqLyjWDarjtT1zdp7dc');
  const target = new Target({ tool: 'stripe' });
  const header = 'Authorization: Bearer <<$secret.STRIPE_KEY>>';
  const document = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`X-${n}`, header]));

  const rust = JSON.parse(execFileSync(process.argv[2], [path, keyFile], { encoding: 'utf8' }));
  const node = {
    header: best(() => scope.resolveSync(header, { target }).expose()),
    document: best(() => scope.resolveSync(document, { target }).expose()),
  };
  const begun = performance.now();
  for (let number = 0; number < CALLS; number += 1) {
    (await scope.resolve(header, { target })).expose();
  }
  const promise = ((performance.now() - begun) * 1000) / CALLS;
  const show = (value) => value.toFixed(1);
  console.log(`header: Rust ${show(rust.header)}, Node ${show(node.header)}, ` +
    `+${show(node.header - rust.header)}; as a promise ${show(promise)}`);
  console.log(`document of ten headers: Rust ${show(rust.document)}, Node ` +
    `${show(node.document)}, ${(node.document / rust.document).toFixed(2)} ×`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
