// The types say what the classes have, and nothing else.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import * as keyslot from 'keyslot';
import ts from 'typescript';

/** Members that every object of the package has, or that only Node calls. */
const HIDDEN = new Set(['constructor', 'native', 'json', 'toString', 'toJSON', '_transform',
  '_flush', 'prototype', 'length', 'name', 'notCloneable']);
/** What is set on each error, and not on its class. */
const FIELDS = ['code', 'secret', 'pointer', 'span', 'line', 'column', 'count', 'failures'];

function declared() {
  const home = dirname(createRequire(import.meta.url).resolve('keyslot/package.json'));
  const text = readFileSync(join(home, 'lib.d.ts'), 'utf8');
  const source = ts.createSourceFile('lib.d.ts', text, ts.ScriptTarget.Latest, true);
  const [classes, functions] = [new Map(), new Set()];
  for (const statement of source.statements) {
    if (ts.isFunctionDeclaration(statement)) functions.add(statement.name.text);
    if (!ts.isClassDeclaration(statement)) continue;
    const names = statement.members.map((member) => member.name)
      .filter((name) => name && ts.isIdentifier(name)).map((name) => name.text);
    classes.set(statement.name.text, new Set(names.filter((name) => !HIDDEN.has(name))));
  }
  return { classes, functions };
}

test('each member is declared, and each declared member is there', () => {
  const { classes, functions } = declared();
  // `Key` is what `RootKey` and `Passphrase` have in common, and is no value.
  classes.delete('Key');
  const exported = Object.keys(keyslot).filter((name) => name !== 'default');
  assert.deepEqual([...classes.keys(), ...functions].sort(), exported.sort());
  let members = 0;
  for (const [name, written] of classes) {
    const real = new Set([
      ...Object.getOwnPropertyNames(keyslot[name]),
      ...Object.getOwnPropertyNames(keyslot[name].prototype),
      ...(name === 'KeyslotError' ? FIELDS : []),
    ].filter((member) => !HIDDEN.has(member)));
    assert.deepEqual([...written].sort(), [...real].sort(), name);
    members += real.size;
  }
  assert.ok(members > 90, `${members} members`);
});

test('the codes of errors are those of the library', () => {
  const home = dirname(createRequire(import.meta.url).resolve('keyslot/package.json'));
  const types = readFileSync(join(home, 'lib.d.ts'), 'utf8');
  const [, union] = /export type ErrorCode =(.*?);/s.exec(types);
  const listed = [...union.matchAll(/'([a-z_]+)'/g)].map(([, code]) => code);
  const kinds = readFileSync(
    join(process.env.KEYSLOT_REPOSITORY, 'src/error/kind.rs'), 'utf8');
  const codes = [...kinds.matchAll(/^ +Self::\w+ => "([a-z_]+)",$/gm)].map(([, code]) => code);
  assert.ok(codes.length > 35);
  assert.deepEqual(listed.sort(), codes.sort());
});
