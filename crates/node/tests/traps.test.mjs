// Mistakes that bindings make: each has lost a value, or let one out, in some product.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { JsonText, KeyslotError, Redactor, RootKey, Target, Vault } from 'keyslot';
import { VALUE, project, refusal } from './support.mjs';

const HALF = '\ud83d';

test('half of a surrogate pair is refused and never stored as another character', async () => {
  const { scope } = await project();
  for (const half of [HALF, '\ude00', `canary-${HALF}-of-it`]) {
    for (const call of [
      () => scope.putSync('HALF', half),
      () => scope.resolveSync(`<<$secret.STRIPE_KEY>>${half}`),
      () => scope.resolveSync({ a: half }),
      () => scope.resolveSync({ [half]: 1 }),
      () => new JsonText(`"${half}"`),
      () => scope.resolveSync('<<HALF>>', { secrets: { HALF: half } }),
      () => scope.resolveSync('<<HALF>>', { variables: { HALF: half } }),
      () => Redactor.ofValues({ HALF: half }),
      () => scope.forRun(half),
      () => scope.putSync('OTHER', 'value', { description: half }),
    ]) {
      const error = refusal(call);
      assert.ok(error instanceof KeyslotError, String(error));
      assert.ok(!inspect(error, { depth: 9 }).includes('canary'));
    }
    await assert.rejects(scope.put('HALF', half), { code: 'invalid_value' });
    await assert.rejects(scope.matches('STRIPE_KEY', half), { code: 'invalid_value' });
  }
  assert.deepEqual(await scope.names(), ['STRIPE_KEY']);
  // The control: a whole character is stored as it is.
  await scope.put('WHOLE', '😀-and-a-value');
  assert.equal(await scope.reveal('WHOLE'), '😀-and-a-value');
  // JSON text may write a half as an escape; the core refuses that.
  assert.equal(refusal(() => scope.resolveSync(new JsonText('{"a":"\\ud83d"}'))).code,
    'invalid_document');
});

test('a document comes back as it was: numbers, order, keys of every name', async () => {
  const { scope } = await project();
  const document = JSON.parse(
    '{"z":1e21,"a":-0,"__proto__":{"x":"<<$secret.STRIPE_KEY>>"},"constructor":[],"m":5e-324}');
  const resolved = scope.resolveSync(document).expose();
  assert.deepEqual(Object.keys(resolved), ['z', 'a', '__proto__', 'constructor', 'm']);
  assert.equal(resolved.z, 1e21);
  assert.ok(Object.is(resolved.a, -0));
  assert.equal(resolved.m, 5e-324);
  assert.equal(Object.getPrototypeOf(resolved), Object.prototype);
  assert.deepEqual(Object.getOwnPropertyDescriptor(resolved, '__proto__').value, { x: VALUE });
  assert.equal({}.x, undefined);
  const written = '{ "z": 1.50, "b": 123456789012345678901234, "a": "<<$secret.STRIPE_KEY>>" }';
  assert.equal(scope.resolveSync(new JsonText(written)).expose(),
    written.replace('<<$secret.STRIPE_KEY>>', VALUE));
  assert.equal(
    scope.resolveSync(new JsonText('{"a": 1, // no\n}', { comments: true })).expose(),
    '{"a": 1, // no\n}');
});

test('what JSON has no form for is refused, and its place is said', async () => {
  const { scope } = await project();
  class Account { secret = 'canary'; }
  const circle = { canary: [] };
  circle.canary.push(circle);
  for (const [value, at] of [
    [new Date(0), '/a/0'], [new Map([['canary', 1]]), '/a/0'], [new Set(), '/a/0'],
    [undefined, '/a/0'], [() => 'canary', '/a/0'], [Symbol('canary'), '/a/0'], [1n, '/a/0'],
    [NaN, '/a/0'], [Infinity, '/a/0'], [new Account(), '/a/0'], [Buffer.from('canary'), '/a/0'],
    [{ toJSON: () => 'canary' }, '/a/0'],
  ]) {
    const error = refusal(() => scope.resolveSync({ a: [value] }));
    assert.deepEqual([error.code, error.pointer], ['invalid_document', at]);
    assert.ok(!inspect(error).includes('canary'), inspect(error));
  }
  assert.equal(refusal(() => scope.resolveSync(circle)).code, 'invalid_document');
  // The same object twice is no circle, and `undefined` in an object is left out.
  const twice = { x: 1 };
  assert.deepEqual(scope.resolveSync({ a: twice, b: [twice], c: undefined }).expose(),
    { a: { x: 1 }, b: [{ x: 1 }] });
  let deep = 'x';
  for (let depth = 0; depth < 128; depth += 1) deep = [deep];
  assert.ok(Array.isArray(scope.resolveSync(deep).expose()));
  assert.equal(refusal(() => scope.resolveSync([deep])).code, 'invalid_document');
  let bottomless = 'x';
  for (let depth = 0; depth < 100_000; depth += 1) bottomless = [bottomless];
  assert.equal(refusal(() => scope.resolveSync(bottomless)).code, 'invalid_document');
});

test('a list that holds a list twice, and so on, has an end', async () => {
  const { scope } = await project();
  let wide = [];
  for (let depth = 0; depth < 60; depth += 1) wide = [wide, wide];
  for (const call of [
    () => scope.resolveSync(wide), () => Redactor.ofValues({}).redact({ wide }),
  ]) {
    assert.match(refusal(call).message, /too many values/);
  }
  const text = 'x'.repeat(1 << 20);
  assert.match(refusal(() => scope.resolveSync(Array(65).fill(text))).message, /too much text/);
  assert.equal(scope.resolveSync(Array(50_000).fill('y')).expose().length, 50_000);
});

test('a number that is none is refused, and does not mean the default', async () => {
  for (const settings of [
    { guard: NaN }, { maxValue: Infinity }, { keptVersions: NaN }, { cache: { bytes: NaN } },
  ]) {
    const error = refusal(() => Vault.inMemory(RootKey.generate(), settings));
    assert.ok(error instanceof KeyslotError, inspect(error));
  }
  const { vault } = await project({ audit: 'required' });
  const log = vault.audit('acme');
  await assert.rejects(log.page({ refused: NaN }), KeyslotError);
  assert.equal((await log.page({ refused: false })).entries.length, 1);
  assert.ok(Vault.inMemory(RootKey.generate(), { guard: 10, maxValue: 100 }));
});

test('each part of a document is read once', async () => {
  const { scope } = await project();
  let reads = 0;
  const changing = {
    get a() {
      reads += 1;
      return reads === 1 ? 'text' : '<<$secret.STRIPE_KEY>>';
    },
  };
  assert.deepEqual(scope.resolveSync(changing).expose(), { a: 'text' });
  assert.equal(reads, 1);
});

test('arguments of a model set no prototype', async () => {
  const { scope } = await project();
  const written = JSON.parse('{"__proto__":{"admin":true},"a":["<<$secret.STRIPE_KEY>>"]}');
  const args = await scope.resolveModelArgs(written, { grants: { STRIPE_KEY: ['/a/*'] } });
  const exposed = args.expose();
  assert.equal(exposed.admin, undefined);
  assert.equal(Object.getPrototypeOf(exposed), Object.prototype);
  assert.deepEqual(exposed.a, [VALUE]);
  // A grant of that name is one of its own, and grants nothing else.
  const grants = JSON.parse('{"__proto__":true}');
  const left = await scope.resolveModelArgs({ a: '<<STRIPE_KEY>>' }, { grants });
  assert.deepEqual([left.expose().a, left.attemptCount], ['<<STRIPE_KEY>>', 1]);
});

test('redacted keys that become the same lose no entry', async () => {
  const { scope } = await project();
  const redactor = await scope.redactor(['STRIPE_KEY']);
  const masked = redactor.redact({ [VALUE]: 1, '<<$secret.STRIPE_KEY>>': 2, [`${VALUE} `]: 3 });
  assert.deepEqual(Object.values(masked), [1, 2, 3]);
  assert.equal(new Set(Object.keys(masked)).size, 3);
  assert.ok(!JSON.stringify(masked).includes(VALUE));
  assert.deepEqual(Object.keys(redactor.redact({ z: 1, b: VALUE, a: 2 })), ['z', 'b', 'a']);
});

test('errors keep their code, place and failures', async () => {
  const { scope } = await project();
  const document = { a: ['é😀 <<$secret.NOPE>>', { b: '<<$secret.STRIPE_KEY>> <<$secret.X>>' }] };
  const check = (error) => {
    assert.ok(error instanceof KeyslotError && error instanceof Error);
    assert.deepEqual([error.name, error.code, error.secret], ['KeyslotError', 'not_found', 'NOPE']);
    assert.deepEqual([error.pointer, error.span], ['/a/0', { start: 4, end: 20 }]);
    assert.equal(document.a[0].slice(error.span.start, error.span.end), '<<$secret.NOPE>>');
    assert.equal(error.count, 2);
    assert.deepEqual(error.failures.map(({ secret, pointer }) => [secret, pointer]),
      [['NOPE', '/a/0'], ['X', '/a/1/b']]);
    assert.match(error.message, /\(at \/a\/0, column 4\), and 1 more failure/);
    assert.equal(error.cause, undefined);
    return true;
  };
  check(refusal(() => scope.resolveSync(document)));
  await assert.rejects(scope.resolve(document), check);
});

test('a resolved text shows nothing of itself and is not copied', async () => {
  const { scope } = await project();
  for (const resolved of [
    scope.resolveSync('key <<$secret.STRIPE_KEY>>'),
    scope.resolveSync({ key: '<<$secret.STRIPE_KEY>>' }),
    scope.resolveModelArgsSync('<<STRIPE_KEY>>', { grants: { STRIPE_KEY: true } }),
  ]) {
    assert.ok(JSON.stringify(resolved.expose()).includes(VALUE), 'the control');
    const shown = [
      String(resolved), `${resolved}`, resolved + '', JSON.stringify({ resolved }),
      inspect(resolved, { showHidden: true, depth: 9 }), inspect({ resolved }),
      inspect(resolved, { customInspect: false, showHidden: true, getters: false, depth: 9 }),
      JSON.stringify(Object.entries(resolved)), JSON.stringify({ ...resolved }),
      JSON.stringify(resolved.used), JSON.stringify(Object.getOwnPropertyNames(resolved)),
    ];
    for (const text of shown) assert.ok(!text.includes(VALUE), text);
    assert.equal(String(resolved), '[REDACTED]');
    assert.throws(() => structuredClone(resolved), { name: 'DataCloneError' });
    const { port1, port2 } = new MessageChannel();
    assert.throws(() => port1.postMessage(resolved), { name: 'DataCloneError' });
    port1.close();
    port2.close();
    resolved.wipe();
    assert.throws(() => resolved.expose(), KeyslotError);
    assert.throws(() => resolved.exposeBytes(), KeyslotError);
  }
  for (const handle of [RootKey.generate(), scope, new Target({ tool: 'a' })]) {
    assert.throws(() => structuredClone(handle), { name: 'DataCloneError' });
  }
});

test('no message repeats a wrong argument', async () => {
  const { scope } = await project();
  const canary = { canary: 'hunter2-canary' };
  const wrong = [canary, 'hunter2-canary', 77_007_700, ['hunter2-canary'], null, undefined];
  const calls = [
    (value) => scope.putSync('NAME', value),
    (value) => scope.putSync(value, 'value'),
    (value) => scope.putSync('NAME', 'value', { rules: value }),
    (value) => scope.putSync('NAME', 'value', { metadata: value }),
    (value) => scope.putSync('NAME', 'value', { expiresAt: value }),
    (value) => scope.putSync('NAME', 'value', { [String(value?.canary ?? value)]: 1 }),
    (value) => scope.resolveSync(value === 'hunter2-canary' ? 7 : value, { target: value }),
    (value) => scope.resolveSync('x', { target: { surface: value } }),
    (value) => scope.resolveSync('x', { secrets: { A: value } }),
    (value) => scope.resolveModelArgsSync('x', { grants: value }),
    (value) => scope.with(value),
    (value) => Vault.inMemory(value),
    (value) => RootKey.fromHex(value),
    (value) => RootKey.fromBytes(value),
    (value) => Vault.inMemory(RootKey.generate(), { syntax: value }),
  ];
  let refused = 0;
  for (const call of calls) {
    for (const value of wrong) {
      try {
        call(value);
      } catch (error) {
        refused += 1;
        const shown = inspect(error, { depth: 9 });
        assert.ok(!/hunter2|77007700|77_007_700/.test(shown.replace(/at .*/g, '')), shown);
        assert.ok(error instanceof KeyslotError || error instanceof TypeError, shown);
      }
    }
  }
  assert.ok(refused > 50, `${refused} calls were refused`);
});

test('an aborted signal ends the wait', async () => {
  const { scope } = await project();
  const reason = new Error('enough');
  await assert.rejects(
    scope.resolve('<<$secret.STRIPE_KEY>>', { signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  const waiting = scope.resolve('<<$secret.STRIPE_KEY>>', { signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(waiting, reason);
  const unused = new AbortController();
  const resolved = await scope.resolve('<<$secret.STRIPE_KEY>>', { signal: unused.signal });
  assert.equal(resolved.expose(), VALUE);
});
