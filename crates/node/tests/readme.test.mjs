// Each example of the README runs as it stands.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

test('the examples run', () => {
  const home = dirname(createRequire(import.meta.url).resolve('keyslot/package.json'));
  const readme = readFileSync(join(home, 'README.md'), 'utf8');
  const examples = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
  assert.equal(examples.length, 2);
  for (const example of examples) {
    const file = join(process.cwd(), `readme-${process.pid}.mjs`);
    writeFileSync(file, example);
    try {
      const flags = process.execArgv.filter((one) => one.startsWith('--preserve'));
      const shown = execFileSync(process.execPath, [...flags, file], { encoding: 'utf8' });
      assert.ok(!shown.includes('sk_live'), shown);
      if (example.includes('resolveSync')) {
        assert.equal(shown, '[REDACTED] {"header":"[REDACTED]"}\n' +
          'not_found /list/0 { start: 3, end: 25 } 1\n');
      }
    } finally {
      rmSync(file);
    }
  }
});
