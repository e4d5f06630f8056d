// The life of secrets and vaults.

import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';

import * as keyslot from 'keyslot';
import { KeyslotError, Passphrase, RootKey, Vault } from 'keyslot';
import { VALUE, folder, project } from './support.mjs';

test('require and import give the same classes', () => {
  const required = createRequire(import.meta.url)('keyslot');
  assert.deepEqual(Object.keys(required).sort(), Object.keys(keyslot).filter(
    (name) => name !== 'default').sort());
  for (const [name, value] of Object.entries(required)) assert.equal(keyslot[name], value);
});

test('a secret is stored, changed, rolled back, revoked and replaced', async () => {
  const { scope } = await project();
  const ada = scope.actingAs('user:ada');
  const expiresAt = new Date(Date.now() + 86_400_000);
  const stored = await ada.put('TOKEN', 'first-value', {
    description: 'of the CRM', metadata: { owner: 'sales' }, expiresAt,
    rules: { tools: ['crm'], hosts: ['crm.example'] },
  });
  assert.equal(stored.version, 1);
  assert.equal(stored.createdBy, 'user:ada');
  assert.deepEqual(stored.expiresAt, expiresAt);
  assert.deepEqual({ ...stored.rules.tools }, { 0: 'crm' });
  assert.ok(Object.isFrozen(stored) && Object.isFrozen(stored.metadata));

  await scope.put('TOKEN', 'second-value', { ifRevision: stored.revision });
  await assert.rejects(scope.put('TOKEN', 'x', { ifRevision: 1 }), { code: 'conflict' });
  await assert.rejects(scope.put('TOKEN', 'x', { ifAbsent: true }), { code: 'conflict' });
  assert.equal((await scope.rollback('TOKEN', 1)).version, 3);
  assert.equal(await scope.reveal('TOKEN'), 'first-value');
  assert.deepEqual((await scope.history('TOKEN')).map(({ version }) => version), [1, 2, 3]);
  assert.equal(await scope.matches('TOKEN', 'first-value'), true);
  assert.equal(await scope.matches('TOKEN', 'second-value'), false);

  const changed = await scope.update('TOKEN', { status: 'inactive', metadata: { owner: null } });
  assert.equal(changed.status, 'inactive');
  assert.equal(changed.metadata.owner, undefined);

  assert.equal(await scope.revoke('TOKEN'), 'done');
  assert.equal(scope.infoSync('TOKEN').status, 'revoked');
  await assert.rejects(scope.reveal('TOKEN'), { code: 'revoked' });
  await scope.replaceRevoked('TOKEN', 'third-value');
  assert.equal(await scope.reveal('TOKEN'), 'third-value');
  assert.equal((await scope.setStatus('TOKEN', 'inactive')).status, 'inactive');
  assert.equal(await scope.delete('TOKEN'), 'done');
  await assert.rejects(scope.info('TOKEN'), { code: 'not_found' });
});

test('lists are in order, filtered, in pages, and iterated', async () => {
  const { vault, scope } = await project();
  for (const name of ['B', 'A', 'C']) {
    await scope.put(name, 'a-value-of-it', { metadata: { team: name === 'C' ? 'x' : 'y' } });
  }
  const named = (all) => all.map(({ name }) => name);
  assert.deepEqual(await scope.names(), ['A', 'B', 'C', 'STRIPE_KEY']);
  assert.deepEqual(named(await scope.list({ metadata: { team: 'y' } })), ['A', 'B']);
  assert.deepEqual(named(await scope.list({ after: 'A', limit: 2 })), ['B', 'C']);
  assert.deepEqual(named(await scope.list({ nameContains: 'STR' })), ['STRIPE_KEY']);
  const iterated = [];
  for await (const { name } of scope) iterated.push(name);
  assert.deepEqual(iterated, ['A', 'B', 'C', 'STRIPE_KEY']);

  await vault.scope('acme').put('A', 'of-the-organization');
  const above = (await scope.inherited()).filter(({ info }) => info.scope === 'acme');
  assert.deepEqual(above.map(({ info, shadowedBy }) => [info.name, shadowedBy]),
    [['A', 'acme/billing']]);
  assert.deepEqual(await vault.organizations(), ['acme']);
  assert.deepEqual(await vault.scopes('acme'), ['acme', 'acme/billing']);
});

test('a handle is only narrowed', async () => {
  const { scope } = await project();
  const runner = scope.with('use');
  assert.deepEqual(runner.permissions, ['use']);
  assert.deepEqual(runner.with('use', 'reveal').permissions, ['use']);
  assert.deepEqual(scope.with().permissions, []);
  assert.equal((await runner.resolve('<<$secret.STRIPE_KEY>>')).expose(), VALUE);
  await assert.rejects(runner.reveal('STRIPE_KEY'), { code: 'not_found' });
  await assert.rejects(runner.put('X', 'value'), KeyslotError);
  assert.throws(() => scope.with('all'), { code: 'invalid_input' });

  const bound = scope.forTarget({ tool: 'stripe' });
  await scope.update('STRIPE_KEY', { rules: { tools: ['stripe'] } });
  assert.equal((await bound.resolve('<<$secret.STRIPE_KEY>>')).expose(), VALUE);
  await assert.rejects(
    bound.resolve('<<$secret.STRIPE_KEY>>', { target: { tool: 'shell' } }), { code: 'denied' });
});

test('a vault in a file opens again, with its key alone', async (t) => {
  const path = join(folder(t), 'vault.db');
  const key = RootKey.generate();
  const vault = await Vault.openOrCreate(path, key);
  await vault.scope('acme').put('KEY', VALUE);
  const again = await Vault.open(path, RootKey.fromBase64(key.exposeBase64()));
  assert.equal(await again.scope('acme').reveal('KEY'), VALUE);
  await assert.rejects(Vault.open(path, RootKey.generate()), { code: 'wrong_key' });
  await assert.rejects(Vault.create(path, key), { code: 'vault_exists' });
  assert.throws(() => Vault.openSync(join(folder(t), 'none.db'), key), { code: 'vault_not_found' });

  await again.addKey('people', new Passphrase('correct horse battery staple four'));
  assert.equal((await again.keys()).length, 2);
  const by = await Vault.open(path, new Passphrase('correct horse battery staple four'));
  assert.equal(await by.scope('acme').reveal('KEY'), VALUE);
  await by.removeKey('people');
  const other = RootKey.generate();
  await by.changeRootKey(key, other);
  await assert.rejects(Vault.open(path, key), { code: 'wrong_key' });
  assert.equal(await (await Vault.open(path, other)).scope('acme').reveal('KEY'), VALUE);
});

test('keys come from texts, bytes, files and the environment', (t) => {
  const hex = 'bc594e418dea015469dcb6c6a859cfd1c324271e2533148b6d56ac9f1375f38f';
  const key = RootKey.fromHex(hex).exposeBase64();
  assert.equal(RootKey.fromBytes(Buffer.from(hex, 'hex')).exposeBase64(), key);
  const file = join(folder(t), 'key');
  writeFileSync(file, key, { mode: 0o600 });
  assert.equal(RootKey.fromFile(file).exposeBase64(), key);
  assert.equal(RootKey.fromMountedFile(file).exposeBase64(), key);
  for (const written of [hex, key]) {
    process.env.KEYSLOT_TEST_KEY = written;
    assert.equal(RootKey.fromEnv('KEYSLOT_TEST_KEY').exposeBase64(), key);
  }
  delete process.env.KEYSLOT_TEST_KEY;
  assert.throws(() => RootKey.fromEnv('KEYSLOT_TEST_KEY'),
    { code: 'invalid_key', message: 'the environment variable KEYSLOT_TEST_KEY is not set' });
  assert.throws(() => RootKey.fromBase64('canary-canary'), (error) =>
    error.code === 'invalid_key' && !inspect(error).includes('canary-canary'));
  chmodSync(file, 0o644);
  assert.throws(() => RootKey.fromFile(file), { code: 'unsafe_file' });
});

test('verify, backup, restore, new data keys, compact', async (t) => {
  const place = folder(t);
  const key = RootKey.generate();
  const vault = Vault.createSync(join(place, 'vault.db'), key);
  await vault.scope('acme').put('KEY', VALUE);
  const report = await vault.verify();
  assert.deepEqual([report.intact, report.secrets, report.findings.length], [true, 1, 0]);
  assert.equal((await vault.backupTo(join(place, 'copy.db'))).intact, true);
  await vault.scope('acme').revoke('KEY');
  const restored = await Vault.restore(join(place, 'copy.db'), join(place, 'new.db'), key);
  assert.equal(await restored.scope('acme').reveal('KEY'), VALUE);
  assert.equal(await restored.rotateDataKey('acme'), 2);
  assert.ok((await restored.rewrap('acme')) instanceof Object);
  assert.equal((await restored.keyStatus()).organizations[0].keys.length > 0, true);
  assert.ok(['done', 'pending'].includes(await restored.compact()));
  assert.ok(['done', 'pending'].includes(await restored.purge()));
});

test('the audit log is asked and pruned', async () => {
  const { vault, scope } = await project({ audit: 'batched' });
  const run = scope.forRun('run-7').because('the daily report');
  await run.resolve('<<$secret.STRIPE_KEY>>', { target: { tool: 'stripe' } });
  await vault.flushAudit();
  const uses = [];
  for await (const entry of vault.audit('acme').find({ actions: ['use'] })) uses.push(entry);
  assert.equal(uses.length, 1);
  const [use] = uses;
  assert.deepEqual([use.name, use.tool, use.run, use.reason],
    ['STRIPE_KEY', 'stripe', 'run-7', 'the daily report']);
  assert.ok(use.time instanceof Date);
  const since = new Date(Date.now() - 60_000);
  const { entries, next } = await scope.audit().page({ since, refused: false }, { limit: 1 });
  assert.equal(entries.length, 1);
  assert.equal((await scope.audit().page({ since }, { after: next })).entries.length, 1);
  const usage = await vault.audit('acme').usage();
  assert.equal(usage[use.record].count, 1);
  assert.ok(usage[use.record].last.time instanceof Date);
  await assert.rejects(vault.audit('acme').page({ since: 'yesterday' }), { code: 'invalid_input' });
  // More than 32 bits is no small number, such as the 0 that would be left of this one.
  assert.equal(await vault.audit('acme').prune({ maxEntries: 2 ** 32 }, 'a test'), 0);
  assert.ok((await vault.audit('acme').page({}, { limit: 2 ** 32 + 1 })).entries.length > 1);
  assert.equal(await vault.audit('acme').prune({ maxEntries: 0 }, 'a test') > 0, true);
});

test('settings are those that the core has', async (t) => {
  const strict = await project({ strict: true });
  await assert.rejects(strict.scope.resolve('<<$secret.STRIPE_KEY>>'), { code: 'denied' });
  const key = RootKey.generate();
  const path = join(folder(t), 'vault.db');
  const settings = {
    cache: { maxAgeMs: 0, bytes: 1 << 20 }, guard: 1000, hints: true, maxValue: 40,
    keptVersions: 2, busyTimeoutMs: 100, syntax: ['angle', 'mustache'], mcp: true,
  };
  const vault = await Vault.create(path, key, settings);
  const scope = vault.scope('acme');
  await scope.put('KEY', 'a&b-of-the-key-that-is-long');
  await assert.rejects(scope.put('LONG', 'x'.repeat(41)), { code: 'invalid_value' });
  const config = { url: 'https://crm.example/mcp?key={{KEY}}', headers: { 'X-Key': '<<KEY>>' } };
  const resolved = await scope.resolve(config, { target: { tool: 'crm' } });
  assert.deepEqual(resolved.expose(), {
    url: 'https://crm.example/mcp?key=a%26b-of-the-key-that-is-long',
    headers: { 'X-Key': 'a&b-of-the-key-that-is-long' },
  });
  assert.throws(() => Vault.inMemory(key, { strictly: true }), { code: 'invalid_input' });
  assert.throws(() => Vault.inMemory(key, { audit: 'VALUE-canary' }), (error) =>
    error.code === 'invalid_input' && !error.message.includes('canary'));
});

test('a check, an explanation, and what is missing', async () => {
  const { scope } = await project();
  const text = '🔑 <<STRIPE_KEY >> <<$secret.STRIPE_KEY>>';
  const [lint] = await scope.check(text, { target: { tool: 'stripe' } });
  assert.equal(text.slice(lint.span.start, lint.span.end), '<<STRIPE_KEY >>');
  assert.deepEqual(scope.references(text), [{ name: 'STRIPE_KEY', version: null, kind: 'secret' }]);
  const [one, other] = await scope.explain('<<$secret.STRIPE_KEY>> <<$secret.STRIPE_KYE>>');
  assert.deepEqual([one.refused, one.version, one.scope], [null, 1, 'acme/billing']);
  assert.equal(other.refused.code, 'not_found');
  assert.deepEqual((await scope.missing({ a: '<<A>> <<STRIPE_KEY>>' })).map(({ name }) => name),
    ['A']);
  assert.deepEqual(await scope.unused('<<A>>'), ['STRIPE_KEY']);
  await assert.rejects(scope.check('<<$secret.STRIPE_KYE>>'), /did you mean STRIPE_KEY/);
  const found = await scope.findValues({ config: { key: VALUE } });
  const places = found.map(({ pointer, isWhole }) => [pointer, isWhole]);
  assert.deepEqual(places, [['/config/key', true]]);
});

test('a snapshot keeps versions, and a revocation ends it', async () => {
  const { scope } = await project();
  const run = await scope.snapshot('<<$secret.STRIPE_KEY>>');
  await scope.put('STRIPE_KEY', 'another-value-of-it');
  assert.equal(run.resolveSync('<<$secret.STRIPE_KEY>>').expose(), VALUE);
  await run.refresh();
  assert.equal((await run.resolve('<<$secret.STRIPE_KEY>>')).expose(), 'another-value-of-it');
  await scope.revoke('STRIPE_KEY');
  await assert.rejects(run.resolve('<<$secret.STRIPE_KEY>>'), { code: 'revoked' });
  assert.ok(run.withMaxAge(1000) instanceof run.constructor);
});

test('a run is told what has changed', async () => {
  const { scope } = await project();
  const since = await scope.epoch();
  assert.deepEqual((await scope.changes(since)).secrets, []);
  const waiting = scope.waitForChanges(since, 10_000);
  await scope.put('STRIPE_KEY', 'another-value-of-it');
  assert.deepEqual((await waiting).secrets.map(({ name }) => name), ['STRIPE_KEY']);
  assert.deepEqual((await scope.waitForChanges(await scope.epoch(), 10)).secrets, []);
  await assert.rejects(async () => scope.changes(-1), TypeError);
});
