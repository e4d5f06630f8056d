// Threads, waiting, and what stays in memory.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { RootKey, Vault } from 'keyslot';
import { VALUE, folder } from './support.mjs';

/** A worker that opens a vault of its own on the file. */
const WORKER = `
  import { parentPort, workerData } from 'node:worker_threads';
  import { RootKey, Vault } from 'keyslot';
  const vault = await Vault.open(workerData.path, RootKey.fromBase64(workerData.key));
  const scope = vault.scope('acme');
  let resolved = 0;
  const until = Date.now() + workerData.milliseconds;
  do {
    const text = (await scope.resolve('Bearer <<$secret.KEY>>')).expose();
    if (text !== 'Bearer ' + workerData.value) throw new Error('another value');
    resolved += 1;
  } while (Date.now() < until);
  parentPort.postMessage(resolved);
`;

test('each of four worker threads has a vault on the file', async (t) => {
  const path = join(folder(t), 'vault.db');
  const key = RootKey.generate();
  const vault = await Vault.create(path, key);
  await vault.scope('acme').put('KEY', VALUE);
  const file = join(process.cwd(), `worker-${process.pid}.mjs`);
  writeFileSync(file, WORKER);
  t.after(() => import('node:fs').then(({ rmSync }) => rmSync(file)));
  const workerData = { path, key: key.exposeBase64(), value: VALUE, milliseconds: 200 };
  const workers = Array.from({ length: 4 }, () => new Worker(file, { workerData }));
  const counts = await Promise.all(workers.map(async (worker) => {
    const [count] = await Promise.race([
      once(worker, 'message'), once(worker, 'error').then(([error]) => { throw error; })]);
    return count;
  }));
  assert.ok(counts.every((count) => count > 0), counts.join());
  // A thread that ends in the middle of its calls takes nothing with it.
  const endless = new Worker(file, { workerData: { ...workerData, milliseconds: 60_000 } });
  await new Promise((done) => { setTimeout(done, 150); });
  await endless.terminate();
  assert.equal((await vault.scope('acme').resolve('<<$secret.KEY>>')).expose(), VALUE);
  assert.equal((await vault.verify()).intact, true);
});

/** Another process that holds the lock of the file for a second. */
const LOCK = `
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
time.sleep(1)
db.execute("ROLLBACK")
`;

test('timers tick while a put waits a second for a lock', async (t) => {
  const path = join(folder(t), 'vault.db');
  const vault = await Vault.create(path, RootKey.generate());
  const scope = vault.scope('acme');
  await scope.put('KEY', VALUE);
  const other = spawn('python3', ['-c', LOCK, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(other, 'exit');
  await once(other.stdout, 'data');
  let ticks = 0;
  const timer = setInterval(() => { ticks += 1; }, 1);
  const begun = performance.now();
  await scope.put('KEY', 'another-value-of-it');
  const waited = performance.now() - begun;
  clearInterval(timer);
  await gone;
  assert.ok(waited > 500, `the put waited ${waited} ms only`);
  assert.ok(ticks >= 500, `${ticks} ticks in ${waited} ms`);
  t.diagnostic(`${ticks} ticks in ${Math.round(waited)} ms`);
});

/** A process that uses a value, and exposes it if it is told to. Then it waits. */
const USER = `
  import { Redactor, RootKey, Vault } from 'keyslot';
  const [path, key, how] = process.argv.slice(2);
  const vault = await Vault.open(path, RootKey.fromFile(key));
  const scope = vault.scope('acme');
  // In a function of its own: the last redactor must not stay in a variable.
  async function use() {
    const header = await scope.resolve('Authorization: Bearer <<$secret.KEY>>');
    const redactor = Redactor.of(header);
    redactor.redact({ text: 'nothing in it' });
    if (how === 'exposed') globalThis.kept = header.expose();
    if (how === 'bytes') header.exposeBytes().fill(0);
    header.wipe();
  }
  for (let turn = 0; turn < 50; turn += 1) await use();
  globalThis.gc();
  await new Promise((done) => { setTimeout(done, 50); });
  globalThis.gc();
  await new Promise(setImmediate);
  console.log('ready');
  setInterval(() => {}, 1000);
`;

/** Number of copies of a text in the memory of another process. */
function copies(pid, text) {
  const wanted = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')];
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  let found = 0;
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, start, end, rights] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line) ?? [];
      if (!rights?.startsWith('rw')) continue;
      const [from, to] = [BigInt(`0x${start}`), BigInt(`0x${end}`)];
      const step = BigInt(16 << 20);
      for (let at = from; at < to; at += step) {
        // With the beginning of the next part, so that none is cut.
        const size = Number(to - at < step + 256n ? to - at : step + 256n);
        const part = Buffer.alloc(size);
        let read;
        try {
          read = readSync(memory, part, 0, size, at);
        } catch {
          continue;
        }
        for (const one of wanted) {
          for (let place = part.indexOf(one); place >= 0 && place < Number(step);
            place = part.indexOf(one, place + 1)) {
            if (place + one.length <= read) found += 1;
          }
        }
      }
    }
  } finally {
    closeSync(memory);
  }
  return found;
}

test('a value that is never exposed leaves no copy in the process', async (t) => {
  const place = folder(t);
  const [path, keyFile] = [join(place, 'vault.db'), join(place, 'key')];
  const key = RootKey.generate();
  writeFileSync(keyFile, key.exposeBase64(), { mode: 0o600 });
  await (await Vault.create(path, key)).scope('acme').put('KEY', VALUE);
  const file = join(process.cwd(), `user-${process.pid}.mjs`);
  writeFileSync(file, USER);
  t.after(() => import('node:fs').then(({ rmSync }) => rmSync(file)));
  const counts = {};
  for (const how of ['never', 'bytes', 'exposed']) {
    const args = ['--expose-gc', ...process.execArgv.filter((one) => one.startsWith('--preserve')),
      file, path, keyFile, how];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    counts[how] = copies(child.pid, VALUE);
    const gone = once(child, 'exit');
    child.kill();
    await gone;
  }
  t.diagnostic(JSON.stringify(counts));
  assert.ok(counts.exposed > 0, 'the control');
  assert.equal(counts.never, 0);
  assert.equal(counts.bytes, 0);
});
