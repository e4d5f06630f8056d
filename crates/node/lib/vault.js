'use strict';
// Keys and vaults.

const { Audit } = require('./audit.js');
const check = require('./check.js');
const { call } = require('./errors.js');
const { Handle } = require('./handle.js');
const { write } = require('./json.js');
const { later } = require('./later.js');
const native = require('./native.js');
const { Scope } = require('./scope.js');
const { options, read } = require('./shape.js');

class Key extends Handle {
  #native;

  constructor(made) {
    super();
    this.#native = check.instance(made, native.NativeKey, 'the key');
  }

  static native(key) {
    return check.instance(key, Key, 'the key').#native;
  }
}

/** The key that the host keeps elsewhere. */
class RootKey extends Key {
  static #make(work) {
    return call(() => new RootKey(work(native.NativeKey)));
  }

  static generate() {
    return RootKey.#make((key) => key.generate());
  }

  static fromBytes(bytes) {
    check.instance(bytes, Uint8Array, 'the key');
    return RootKey.#make((key) => key.fromBytes(bytes));
  }

  static fromHex(digits) {
    return RootKey.#make((key) => key.fromHex(check.text(digits, 'the key', 'invalid_key')));
  }

  static fromBase64(text) {
    return RootKey.#make((key) => key.fromBase64(check.text(text, 'the key', 'invalid_key')));
  }

  static fromEnv(variable) {
    // The environment of the process, also in a worker thread: JavaScript never sees the key.
    return RootKey.#make((key) => key.fromEnv(check.text(variable, 'the variable')));
  }

  static fromFile(path) {
    return RootKey.#make((key) => key.fromFile(check.text(path, 'the path')));
  }

  static fromMountedFile(path) {
    return RootKey.#make((key) => key.fromMountedFile(check.text(path, 'the path')));
  }

  /** The key as text, to be kept where the vault is not. */
  exposeBase64() {
    return Key.native(this).toBase64();
  }
}

/** A passphrase, from which a key is derived when a vault is opened. */
class Passphrase extends Key {
  constructor(text) {
    super(native.NativeKey.fromPassphrase(check.text(text, 'the passphrase', 'invalid_key')));
  }
}

const SETTINGS = [
  'strict', 'audit', 'cache', 'guard', 'hints', 'maxValue', 'keptVersions', 'full',
  'busyTimeoutMs', 'trustFolder', 'readOnly', 'networkFileSystem',
];
const ENGINE = ['syntax', 'keys', 'mcp', 'surfaces'];
const CACHE = ['maxAgeMs', 'idleMs', 'bytes'];
const SYNTAX = ['open', 'close', 'prefix', 'bare', 'escape', 'bookmarkAt'];

/** Settings of an engine as the native half reads them. */
function engineSettings(settings) {
  const { syntax, surfaces, ...rest } = options(settings, ENGINE, 'the settings of an engine');
  if (syntax !== undefined) {
    const part = (one) =>
      (typeof one === 'string' ? one : options(one, SYNTAX, 'a syntax'));
    rest.syntax = (Array.isArray(syntax) ? syntax : [syntax]).map(part);
  }
  if (surfaces !== undefined) rest.surfaces = Object.entries(surfaces);
  return write(rest);
}

function settings(given) {
  const entries = Object.entries(given ?? {});
  const pick = (wanted) => Object.fromEntries(
    entries.filter(([key]) => ENGINE.includes(key) === wanted),
  );
  const vault = options(pick(false), SETTINGS, 'the settings of a vault');
  if (vault.cache !== undefined) {
    vault.cache = options(vault.cache === true ? {} : vault.cache, CACHE, 'the cache');
  }
  return [write(vault), engineSettings(pick(true))];
}

class Vault extends Handle {
  #native;

  constructor(made) {
    super();
    this.#native = check.instance(made, native.NativeVault, 'the vault');
  }

  static #open(way, now, path, key, given) {
    const place = path === null ? null : check.text(path, 'the path');
    return native.NativeVault[way](now, place, Key.native(key), ...settings(given));
  }

  static async open(path, key, given) {
    return later(async () => new Vault(await Vault.#open('open', false, path, key, given)));
  }

  static openSync(path, key, given) {
    return call(() => new Vault(Vault.#open('open', true, path, key, given)));
  }

  static async create(path, key, given) {
    return later(async () => new Vault(await Vault.#open('create', false, path, key, given)));
  }

  static createSync(path, key, given) {
    return call(() => new Vault(Vault.#open('create', true, path, key, given)));
  }

  static async openOrCreate(path, key, given) {
    return later(async () => new Vault(await Vault.#open('openOrCreate', false, path, key, given)));
  }

  static openOrCreateSync(path, key, given) {
    return call(() => new Vault(Vault.#open('openOrCreate', true, path, key, given)));
  }

  /** A vault that is gone with the process. */
  static inMemory(key, given) {
    return call(() => new Vault(Vault.#open('create', true, null, key, given)));
  }

  static async restore(backup, to, key) {
    const [from, path] = [check.text(backup, 'the backup'), check.text(to, 'the path')];
    return later(async () =>
      new Vault(await native.NativeVault.restore(false, from, path, Key.native(key))));
  }

  scope(path) {
    return call(() => new Scope(this.#native.scope(check.text(path, 'the scope'))));
  }

  async organizations() {
    return later(async () => read(await this.#native.organizations(false)));
  }

  async scopes(organization) {
    const of = check.text(organization, 'the organization');
    return later(async () => read(await this.#native.scopes(false, of)));
  }

  async verify() {
    return later(async () => read(await this.#native.verify(false)));
  }

  async backupTo(path) {
    const to = check.text(path, 'the path');
    return later(async () => read(await this.#native.backup(false, to)));
  }

  async rotateDataKey(organization) {
    const of = check.text(organization, 'the organization');
    return later(() => this.#native.rotateDataKey(false, of));
  }

  async rewrap(organization) {
    const of = check.text(organization, 'the organization');
    return later(async () => read(await this.#native.rewrap(false, of)));
  }

  async keyStatus() {
    return later(async () => read(await this.#native.keyStatus(false)));
  }

  async keys() {
    return later(async () => read(await this.#native.keys(false)));
  }

  async addKey(name, key) {
    const [called, added] = [check.text(name, 'the name'), Key.native(key)];
    return later(async () => read(await this.#native.addKey(false, called, added)));
  }

  async removeKey(name) {
    const called = check.text(name, 'the name');
    return later(() => this.#native.removeKey(false, called));
  }

  async changeRootKey(old, replacement) {
    const [from, to] = [Key.native(old), Key.native(replacement)];
    return later(() => this.#native.changeRootKey(false, from, to));
  }

  async purge() {
    return later(() => this.#native.purge(false));
  }

  async compact() {
    return later(() => this.#native.compact(false));
  }

  audit(organization) {
    const of = check.text(organization, 'the organization');
    return call(() => new Audit(this.#native.audit(of)));
  }

  async flushAudit() {
    await later(() => this.#native.flushAudit(false));
  }
}

module.exports = { Passphrase, RootKey, Vault, engineSettings };
