// The cases that the suites of all languages share: the golden files of the template language, the
// list of messages, and the golden vault.

import assert from 'node:assert/strict';
import { copyFileSync, chmodSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Engine, JsonText, Redactor, RootKey, Vault } from 'keyslot';
import { folder, repository } from './support.mjs';

const golden = join(repository, 'tests/golden');

/** Sections of a file: its pins, then what goes in and what comes out. */
function sections(written) {
  const [, ...parts] = written.split('=== ');
  return Object.fromEntries(parts.map((part) => {
    const end = part.indexOf('\n');
    return [part.slice(0, end), part.slice(end + 1).replace(/\n$/, '')];
  }));
}

const SURFACES = {
  header: 'header', url: 'url', path: 'url_path', query: 'url_query', form: 'form', json: 'json',
  shell: 'shell', env: 'env',
};

function target(words = '') {
  let made = { tool: 'test' };
  for (const word of words.split(/\s+/).filter(Boolean)) {
    if (word === 'instructions') made = { instructions: true };
    else if (word === 'keep') made.unknownNames = 'keep';
    else made.surface = SURFACES[word];
  }
  return made;
}

/** One line of the section `syntax`. */
function syntax(line) {
  if (line.startsWith('bookmark_at ')) return [{ bookmarkAt: line.split(' ').slice(1) }];
  if (!line.startsWith('build ')) return line.split(/\s+/);
  const [, open, close, ...rules] = line.split(/\s+/);
  const built = { open, close };
  while (rules.length > 0) {
    const [rule, value] = rules.splice(0, 2);
    if (rule === 'escape') built.escape = [value, value === 'none' ? null : rules.shift()];
    else built[rule] = value;
  }
  return [built];
}

function engine(written) {
  if (written === undefined) return {};
  const lines = written.split('\n').map((line) => line.replace(/ keys$/, ''));
  return { syntax: lines.flatMap(syntax), keys: written.endsWith(' keys') };
}

/** The output of a case: text with control characters is written as Rust shows it. */
function unescaped(written) {
  if (!/^".*\\.*"$/s.test(written)) return written;
  const short = { n: '\n', r: '\r', t: '\t', 0: '\0' };
  return written.slice(1, -1).replace(/\\(?:u\{([0-9a-f]+)\}|(.))/g, (_, hex, one) =>
    (hex === undefined ? short[one] ?? one : String.fromCodePoint(Number.parseInt(hex, 16))));
}

/** The values of a case: strings, and what only a vault can be: versions and refusals. */
function values(written = '') {
  const [plain, special] = [{}, []];
  for (const line of written.split('\n').filter(Boolean)) {
    const refused = line.split(' ! ');
    if (refused.length === 2) {
      special.push({ name: refused[0], kind: refused[1] });
      continue;
    }
    const at = line.indexOf(' = ');
    const [name, value] = [line.slice(0, at), JSON.parse(line.slice(at + 3))];
    const pinned = /^(.*)@(\d+)$/.exec(name);
    if (pinned) special.push({ name: pinned[1], version: Number(pinned[2]), value });
    else plain[name] = value;
  }
  return [plain, special];
}

/** Puts what only a vault can be into one; false if the public interface cannot make it. */
async function fill(scope, plain, special) {
  const pinned = new Map();
  // A name that only a resolver of a test may have.
  if (special.some(({ name }) => !/^\w[\w.-]*$/.test(name))) return false;
  for (const { name, kind, version, value } of special) {
    if (kind === undefined) {
      if (version > 5 || value === '') return false;
      pinned.set(name, [...(pinned.get(name) ?? []), [version, value]]);
      continue;
    }
    await scope.put(name, 'of no matter');
    if (kind === 'Revoked') await scope.revoke(name);
    else if (kind === 'Inactive') await scope.update(name, { status: 'inactive' });
    else if (kind === 'Denied') await scope.update(name, { rules: { tools: ['other'] } });
    else return false;
  }
  for (const [name, versions] of pinned) {
    const known = new Map(versions);
    for (let version = 1; version <= Math.max(...known.keys()); version += 1) {
      await scope.put(name, known.get(version) ?? 'older');
    }
    if (plain[name] !== undefined) await scope.put(name, plain[name]);
    delete plain[name];
  }
  return true;
}

const code = (kind) => kind.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

/** Messages of the fixture in Rust, which knows secrets in another way than a vault does. */
const ofFixture = /^(no secret|no variable|secret \S+ is)/;

/** Part of a text that a span in bytes names. */
const bytes = (text, start, end) =>
  Buffer.from(text).subarray(Number(start), Number(end)).toString();

/** The parts of one line of the section `errors`. */
function parsed(line) {
  const [, kind, place, message] = /^(\w+) (-|\d+\.\.\d+ \d+:\d+) (.*)$/.exec(line);
  const said = message.replace(/, and \d+ more failures?$/, '');
  const pointer = /\(at (\/.*?)(, line \d+)?(, column \d+)?\)$/.exec(said)?.[1] ?? null;
  return { kind, place, message, said, pointer };
}

/** In the order of places: Rust sorts the keys of documents, and JSON text keeps their order. */
function byPlace(one, other) {
  const [a, b] = [one.pointer ?? '', other.pointer ?? ''];
  if (a !== b) return a < b ? -1 : 1;
  return (one.span?.start ?? Number.parseInt(one.place, 10)) -
    (other.span?.start ?? Number.parseInt(other.place, 10)) || 0;
}

function compareErrors(error, written, leafAt, name) {
  const lines = written.split('\n').map(parsed).sort(byPlace);
  assert.equal(error.failures.length, lines.length, name);
  for (const [index, failure] of error.failures.toSorted(byPlace).entries()) {
    const { kind, place, message, said, pointer } = lines[index];
    assert.equal(failure.code, code(kind), name);
    assert.equal(failure.pointer || null, pointer, name);
    if (!ofFixture.test(message)) {
      assert.ok(said.startsWith(failure.message), `${name}: ${failure.message} | ${said}`);
    }
    if (place === '-') {
      assert.equal(failure.span, null, name);
      continue;
    }
    const [, start, end, line, column] = /^(\d+)\.\.(\d+) (\d+):(\d+)$/.exec(place);
    const text = leafAt(failure.pointer);
    assert.equal(text.slice(failure.span.start, failure.span.end), bytes(text, start, end), name);
    assert.equal(bytes(text, 0, start).length, failure.span.start, name);
    if (failure.pointer === null) {
      assert.deepEqual([failure.line, failure.column], [Number(line), Number(column)], name);
    } else {
      assert.equal(failure.column, Number(column), name);
    }
  }
}

function leaf(text, pointer) {
  if (pointer === null || pointer === undefined) return text;
  let value = JSON.parse(text);
  for (const step of pointer.split('/').slice(1)) {
    value = value?.[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return typeof value === 'string' ? value : text;
}

/** Cases that need a resolver of a test: damaged or expired secrets, high versions. */
const ONLY_IN_RUST = 9;

/** A number that a document of Rust would change. JSON text keeps its digits. */
const KEPT_HERE = new Set(['document_number_out_of_range.txt']);

test('every golden case comes out as written', async (t) => {
  const files = readdirSync(golden).filter((name) => name.endsWith('.txt'));
  const skipped = [];
  let compared = 0;
  for (const name of files) {
    if (KEPT_HERE.has(name)) continue;
    const parts = sections(readFileSync(join(golden, name), 'utf8'));
    const [secrets, special] = values(parts.secrets);
    const [variables, refusedVariables] = values(parts.variables);
    const settings = engine(parts.syntax);
    const vault = Vault.inMemory(RootKey.generate(), settings);
    const scope = vault.scope('test');
    if (refusedVariables.length > 0 || !await fill(scope, secrets, special)) {
      skipped.push(name);
      continue;
    }
    const isDocument = parts.document !== undefined;
    const text = isDocument
      ? parts.document
      : parts['json template'] === undefined ? parts.template : JSON.parse(parts['json template']);
    const call = { target: target(parts.target), secrets, variables };
    const resolve = () =>
      (isDocument ? scope.resolveSync(new JsonText(text), call) : scope.resolveSync(text, call));
    let resolved;
    try {
      resolved = resolve();
    } catch (error) {
      assert.ok(parts.errors !== undefined, `${name}: ${error}`);
      compareErrors(error, parts.errors, (pointer) => leaf(text, pointer), name);
      compared += 1;
      continue;
    }
    assert.equal(parts.errors, undefined, `${name} was not refused`);
    const output = resolved.expose();
    if (isDocument) assert.deepEqual(JSON.parse(output), JSON.parse(parts.output), name);
    else assert.ok([parts.output, unescaped(parts.output)].includes(output), name);
    // Rust sorts the keys of this document, and JSON text keeps them as they are.
    const used = resolved.used.map(({ name: of }) => of);
    const listed = parts.used?.split('\n') ?? [];
    assert.deepEqual(isDocument ? used.sort() : used, isDocument ? listed.sort() : listed, name);
    const references = scope.references(isDocument ? new JsonText(text) : text);
    assert.equal(references.length, parts.references?.split('\n').length ?? 0, name);
    if (special.length === 0) {
      const alone = new Engine(settings).resolveSync(
        isDocument ? new JsonText(text) : text, call);
      assert.equal(alone.expose(), output, name);
    }
    compared += 1;
  }
  t.diagnostic(`${compared} cases, and ${skipped.length} only in Rust`);
  assert.ok(skipped.length <= ONLY_IN_RUST, `only in Rust: ${skipped.join(', ')}`);
  assert.ok(compared >= 595, `only ${compared} cases were compared`);
});

test('lints have the codes and places of the golden cases', async () => {
  let compared = 0;
  for (const name of readdirSync(golden).filter((file) => file.endsWith('.txt'))) {
    const parts = sections(readFileSync(join(golden, name), 'utf8'));
    if (parts.lints === undefined || parts.errors !== undefined) continue;
    const [secrets] = values(parts.secrets);
    const [variables] = values(parts.variables);
    const vault = Vault.inMemory(RootKey.generate(), engine(parts.syntax));
    const scope = vault.scope('test');
    for (const [key, value] of Object.entries({ ...variables, ...secrets })) {
      if (value !== '') await scope.put(key, value).catch(() => {});
    }
    const text = parts.document ?? (parts['json template'] === undefined
      ? parts.template : JSON.parse(parts['json template']));
    const document = parts.document === undefined ? text : new JsonText(text);
    const keep = { target: { tool: 'test', unknownNames: 'keep' } };
    let lints;
    try {
      lints = await scope.check(document, keep);
    } catch {
      // A value that no vault takes.
      continue;
    }
    const lines = parts.lints.split('\n');
    assert.equal(lints.length, lines.length, name);
    for (const [index, lint] of lints.entries()) {
      const [, kind, start, end, rest] = /^(\w+) (\d+)\.\.(\d+) (.*)$/.exec(lines[index]);
      const written = lint.pointer === null ? text : leaf(text, lint.pointer);
      assert.equal(lint.code, code(kind), name);
      assert.ok(rest.endsWith(lint.message), `${name}: ${lint.message} | ${rest}`);
      assert.equal(written.slice(lint.span.start, lint.span.end), bytes(written, start, end), name);
    }
    compared += 1;
  }
  assert.ok(compared >= 60, `only ${compared} cases were compared`);
});

test('messages are those of the golden list', async () => {
  const messages = readdirSync(join(golden, 'messages'))
    .flatMap((name) => readFileSync(join(golden, 'messages', name), 'utf8').split('\n'));
  const general = (line) => line.replace(/ \((line \d+|at \/).*$/, '').replace(/byte \d+/, 'byte');
  const known = new Set(messages.map(general));
  const scope = Vault.inMemory(RootKey.generate()).scope('acme/billing');
  let compared = 0;
  for (const call of [
    () => scope.resolve('<<$SECRET.A>>'), () => scope.resolve('<<$secret.>>'),
    () => scope.resolve('<<$secret.A'), () => scope.resolve('<<$secret.A | basic>>'),
    () => scope.put('KEY', ''), () => scope.with('nothing'),
    () => scope.put('two  spaces', 'value'), () => scope.put('KEY', 'v', { status: 'revoked' }),
    () => RootKey.fromHex('00'),
    () => scope.resolve('x', { target: { tool: 'a', instructions: true } }),
    () => scope.resolve('x', { target: { host: 'a', url: 'https://a' } }),
    () => scope.resolveModelArgs('x', { grants: { A: [] } }),
    () => scope.put('K', 'v', { neverRotate: true, rotateEvery: 7 }),
  ]) {
    await assert.rejects(async () => call(), (error) => {
      const [failure] = error.failures;
      const said = general(failure.message);
      assert.ok(known.has(`${failure.code}: ${said}`) || known.has(`json: ${said}`), said);
      compared += 1;
      return true;
    });
  }
  assert.equal(compared, 13);
});

test('redaction gives what it gives in every language', async () => {
  const cases = JSON.parse(readFileSync(join(repository, 'tests/vectors/redaction.json'), 'utf8'));
  assert.ok(cases.length >= 22);
  for (const { pins, values: known, text, json, parts, output } of cases) {
    const redactor = Redactor.ofValues(known);
    if (text !== undefined) {
      assert.equal(redactor.redact(text), output, pins);
    } else if (json !== undefined) {
      assert.equal(redactor.redact(new JsonText(json)), output, pins);
      assert.deepEqual(redactor.redact(JSON.parse(json)), JSON.parse(output), pins);
    } else {
      const stream = redactor.stream({ encoding: 'utf8' });
      for (const part of parts) stream.write(part);
      stream.end();
      let out = '';
      for await (const chunk of stream) out += chunk;
      assert.equal(out, output, pins);
    }
  }
});

test('the golden vault opens, and its secrets are those that Rust stored', async (t) => {
  const vectors = join(repository, 'tests/vectors');
  const { root_key: key, ...rest } =
    JSON.parse(readFileSync(join(vectors, 'vault-1.json'), 'utf8'));
  assert.ok(rest.rows.length > 10);
  const path = join(folder(t), 'vault.db');
  copyFileSync(join(vectors, 'vault-1.db'), path);
  chmodSync(path, 0o600);
  const vault = await Vault.open(path, RootKey.fromHex(key));
  const organizations = await vault.organizations();
  assert.ok(organizations.includes('acme'), organizations.join());
  assert.equal((await vault.verify()).intact, true);
  let revealed = 0;
  for (const organization of organizations) {
    for (const scope of await vault.scopes(organization)) {
      for await (const info of vault.scope(scope)) {
        if (info.status !== 'active') continue;
        const value = await vault.scope(scope).reveal(info.name).catch(({ code: why }) => why);
        if (value === 'expired') continue;
        assert.equal(await vault.scope(scope).matches(info.name, value), true);
        revealed += 1;
      }
    }
  }
  assert.ok(revealed > 0);
  await assert.rejects(Vault.open(path, RootKey.generate()), { code: 'wrong_key' });
});
