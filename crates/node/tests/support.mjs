// What the tests have in common.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { RootKey, Vault } from 'keyslot';

/** A value that is nowhere else in the process. */
export const VALUE = 'sk_live_4eC39HqLyjWD';

/** Root of the repository, where the cases of all languages are. */
export const repository = process.env.KEYSLOT_REPOSITORY;

/** A handle on a scope of a vault in memory, with one secret. */
export async function project(settings) {
  const vault = Vault.inMemory(RootKey.generate(), settings);
  const scope = vault.scope('acme/billing');
  await scope.put('STRIPE_KEY', VALUE);
  return { vault, scope };
}

/** A private folder that is gone with the test. */
export function folder(t) {
  const path = mkdtempSync(join(tmpdir(), 'keyslot-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The error of a call that must be refused. */
export function refusal(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('the call was not refused');
}
