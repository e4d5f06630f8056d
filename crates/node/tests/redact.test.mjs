// Redaction of values, documents, errors and streams.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { JsonText, Redactor, guard } from 'keyslot';
import { VALUE, project, refusal } from './support.mjs';

const MASK = '<<$secret.STRIPE_KEY>>';
const masking = () => Redactor.ofValues({ STRIPE_KEY: VALUE, EMOJI: 'пароль-🔑-длинный' });

/** What comes out of a stream for chunks. */
async function through(stream, chunks) {
  const out = [];
  await pipeline(Readable.from(chunks, { objectMode: true }), stream, async (source) => {
    for await (const chunk of source) out.push(chunk);
  });
  return Buffer.concat(out.map((chunk) => Buffer.from(chunk))).toString();
}

test('texts, bytes, documents, numbers and errors are masked', async () => {
  const redactor = masking();
  assert.equal(redactor.redact(`401 for ${VALUE}`), `401 for ${MASK}`);
  assert.equal(redactor.redact(Buffer.from(`x${VALUE}`)).toString(), `x${MASK}`);
  const coded = Buffer.from(VALUE).toString('base64');
  assert.ok(!redactor.redact(`as base64 ${coded} it is`).includes(coded));
  assert.deepEqual(redactor.redact({ a: [VALUE, 1, null], when: new Date(0), b: undefined }),
    { a: [MASK, 1, null], when: '1970-01-01T00:00:00.000Z' });
  assert.equal(redactor.redact(new JsonText(`{"z": 1.50, "a": "${VALUE}"}`)),
    `{"z": 1.50, "a": "${MASK}"}`);
  for (const plain of [7, true, null, undefined, 1n]) {
    assert.equal(redactor.redact(plain), plain);
  }
  const number = Redactor.ofValues({ PIN: '9081726354' });
  assert.equal(number.redact(9081726354), '<<$secret.PIN>>');
  assert.throws(() => redactor.redact(new Map([[VALUE, VALUE]])), (error) =>
    error.code === 'invalid_document' && !inspect(error).includes(VALUE));

  // Bytes inside of a document would hide a value, and half of a character hides none.
  assert.throws(() => redactor.redact({ data: Buffer.from(VALUE) }), { code: 'invalid_document' });
  assert.throws(() => redactor.redact({ data: [new Uint8Array(2)] }), { pointer: '/data/0' });
  assert.deepEqual(redactor.redact({ a: `${VALUE}\ud83d` }), { a: `${MASK}\ufffd` });

  const thrown = new TypeError(`no ${VALUE}`, { cause: new Error(VALUE) });
  Object.assign(thrown, { code: 'ERR_X', config: { headers: { Authorization: VALUE } } });
  const error = redactor.redact(thrown);
  assert.equal(error.message, `no ${MASK}`);
  assert.deepEqual([error.name, error.code], ['TypeError', 'ERR_X']);
  assert.ok(inspect(thrown, { depth: 9 }).includes(VALUE), 'the control');
  assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes(VALUE));
});

test('a refusal of an output holds no value, also where a key is one', async () => {
  const value = 'sk_live/4eC39~HqLyjWD';
  const redactor = Redactor.ofValues({ STRIPE_KEY: value });
  const said = (error) => inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
  for (const output of [
    { a: [{ [value]: new Map() }] }, { a: [{ [value]: 1n }] }, { a: [{ [value]: [undefined] }] },
    { a: [{ [value]: { b: Buffer.from('b') } }] },
  ]) {
    assert.throws(() => redactor.redact(output), (error) =>
      error.pointer.startsWith('/a/0/<<$secret.STRIPE_KEY>>') && !said(error).includes('HqLy'));
  }
  const { scope } = await project();
  await scope.put('SLASHED', value);
  const tool = guard(scope, ({ token }) => ({ [token]: new Map() }),
    { grants: { SLASHED: ['/token'] } });
  await assert.rejects(tool({ token: '<<SLASHED>>' }), (error) =>
    error.message.includes('<<$secret.SLASHED>>') && !said(error).includes('HqLy'));
  // The control: in a document of the host, the place is said as it is.
  const error = refusal(() => scope.resolveSync({ 'a/b': [new Map()] }));
  assert.equal(error.pointer, '/a~1b/0');
});

test('an error that cannot be read leaves no value', async () => {
  const { scope } = await project();
  const fails = (text) => () => {
    throw new Error(text);
  };
  for (const make of [
    (token) => Object.defineProperty(new Error(), 'message', { get: fails(token) }),
    (token) => Object.defineProperty(new Error(), 'stack', { get: fails(token) }),
    (token) => Object.defineProperty(new Error(), 'code', { get: fails(token) }),
    (token) => Object.assign(new Error(), { message: { toString: fails(token) } }),
    (token) => new Proxy(new Error(), { getPrototypeOf: fails(token) }),
  ]) {
    const tool = guard(scope, ({ token }) => {
      throw make(token);
    }, { grants: { STRIPE_KEY: ['/token'] } });
    await assert.rejects(tool({ token: MASK }), (error) =>
      error.message === 'the tool threw an error that cannot be read' &&
      !inspect(error, { depth: 9, showHidden: true }).includes(VALUE));
  }
});

test('redactors of resolved texts, of a scope, and merged', async () => {
  const { scope } = await project();
  await scope.put('OTHER', 'another-value-of-it');
  const one = Redactor.of(scope.resolveSync('<<$secret.STRIPE_KEY>>'));
  const both = one.merge(await scope.redactor(['OTHER']));
  assert.equal(both.redact(`${VALUE} another-value-of-it`), `${MASK} <<$secret.OTHER>>`);
  assert.equal(one.redact('another-value-of-it'), 'another-value-of-it');
  assert.equal((await scope.with('redact').redactor(['OTHER'])).isGuarded, true);
  assert.equal(one.isGuarded, false);
  await scope.put('SHORT', 'abc');
  assert.equal((await scope.redactor(['SHORT'])).skipped.length > 0, true);
  assert.ok(!inspect(both, { showHidden: true, depth: 9 }).includes(VALUE));
});

test('a stream masks what is cut anywhere, in bytes and in strings', async () => {
  const text = `a é😀 ${VALUE} б пароль-🔑-длинный, ${VALUE.slice(0, 6)}.`;
  const masked = `a é😀 ${MASK} б <<$secret.EMOJI>>, ${VALUE.slice(0, 6)}.`;
  const bytes = Buffer.from(text);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
    assert.equal(await through(masking().stream(), chunks.filter(({ length }) => length)), masked);
  }
  for (let cut = 1; cut < text.length; cut += 1) {
    const out = await through(masking().stream(), [text.slice(0, cut), text.slice(cut)]);
    assert.equal(out, masked, `cut at ${cut}`);
  }
  assert.equal(await through(masking().stream(), [...bytes].map((one) => Buffer.of(one))), masked);
  assert.equal(await through(masking().stream(), text.split('')), masked);
});

test('a stream gives out at once what is sure', async () => {
  const stream = masking().stream({ encoding: 'utf8' });
  const seen = [];
  stream.on('data', (text) => seen.push(text));
  stream.write('Password: ');
  await new Promise(setImmediate);
  assert.deepEqual(seen, ['Password: ']);
  stream.end(VALUE);
  await new Promise((done) => { stream.on('end', done); });
  assert.equal(seen.join(''), `Password: ${MASK}`);
  const half = masking().stream();
  half.end('x\ud83d');
  const out = [];
  for await (const chunk of half) out.push(chunk);
  assert.equal(Buffer.concat(out).toString(), 'x\ufffd');
});
