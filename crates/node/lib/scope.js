'use strict';
// Handles on scopes.

const { Audit } = require('./audit.js');
const check = require('./check.js');
const { call } = require('./errors.js');
const { Handle } = require('./handle.js');
const { write } = require('./json.js');
const { later, until } = require('./later.js');
const native = require('./native.js');
const { Redactor } = require('./redactor.js');
const { ModelArgs, Resolved } = require('./resolved.js');
const { options, read } = require('./shape.js');
const { Snapshot } = require('./snapshot.js');
const { Target, values } = require('./target.js');

const CHANGE = [
  'status', 'description', 'metadata', 'clearTimes', 'notBefore', 'expiresAt', 'neverRotate',
  'rotateEvery', 'rules', 'instructions', 'ifRevision',
];
const FILTER = ['nameContains', 'metadata', 'after', 'limit'];
const PAGE = 200;

function change(given) {
  return write(options(given, CHANGE, 'a change of a secret'));
}

/** A handle on a scope: the object that a tool runner gets. It is only ever narrowed. */
class Scope extends Handle {
  #native;

  constructor(made) {
    super();
    this.#native = check.instance(made, native.NativeScope, 'the scope');
  }

  get path() {
    return this.#native.path();
  }

  get permissions() {
    const written = this.#native.permissions();
    return written === 'none' ? [] : written.split(' | ');
  }

  with(...permissions) {
    const all = permissions.map((one) => check.text(one, 'a permission')).join(' | ');
    return call(() => new Scope(this.#native.narrowed(all || 'none')));
  }

  actingAs(actor) {
    return call(() => new Scope(this.#native.actingAs(check.text(actor, 'the actor'))));
  }

  forRun(run) {
    return call(() => new Scope(this.#native.forRun(check.text(run, 'the run'))));
  }

  because(reason) {
    return call(() => new Scope(this.#native.because(check.text(reason, 'the reason'))));
  }

  forTarget(target) {
    const to = Target.native(target ?? {});
    return call(() => new Scope(this.#native.forTarget(to)));
  }

  // Writing.

  #put(now, name, value, given) {
    const { ifAbsent = false, trimmed = false, ...rest } = given ?? {};
    const called = check.text(name, 'the name');
    const tail = [change(rest), Boolean(trimmed), Boolean(ifAbsent)];
    if (value instanceof Uint8Array) return this.#native.putBytes(now, called, value, ...tail);
    const text = check.text(value, 'the value', 'invalid_value');
    return this.#native.put(now, called, text, ...tail);
  }

  /** Stores a value as the next version: a string, or bytes that the caller can wipe. */
  async put(name, value, given) {
    return later(async () => read(await this.#put(false, name, value, given)));
  }

  putSync(name, value, given) {
    return call(() => read(this.#put(true, name, value, given)));
  }

  async replaceRevoked(name, value) {
    const [called, text] = [check.text(name, 'the name'), check.text(value, 'the value')];
    return later(async () => read(await this.#native.replaceRevoked(false, called, text)));
  }

  async update(name, given) {
    const [called, changed] = [check.text(name, 'the name'), change(given)];
    return later(async () => read(await this.#native.update(false, called, changed)));
  }

  async setStatus(name, status) {
    const [called, to] = [check.text(name, 'the name'), check.text(status, 'the status')];
    return later(async () => read(await this.#native.setStatus(false, called, to)));
  }

  async rollback(name, version) {
    const [called, to] = [check.text(name, 'the name'), check.count(version, 'the version')];
    return later(async () => read(await this.#native.rollback(false, called, to)));
  }

  async cloneTo(name, target) {
    const called = check.text(name, 'the name');
    const to = check.instance(target, Scope, 'the target').#native;
    return later(async () => read(await this.#native.cloneTo(false, called, to)));
  }

  async revoke(name) {
    const called = check.text(name, 'the name');
    return later(() => this.#native.revoke(false, called));
  }

  async delete(name, { force = false } = {}) {
    const called = check.text(name, 'the name');
    return later(() => this.#native.delete(false, called, Boolean(force)));
  }

  // Reading.

  async info(name) {
    const called = check.text(name, 'the name');
    return later(async () => read(await this.#native.info(false, called)));
  }

  infoSync(name) {
    return call(() => read(this.#native.info(true, check.text(name, 'the name'))));
  }

  /** The versions that are kept, oldest first. */
  async history(name) {
    return (await this.info(name)).versions;
  }

  /** A value outside of any template: a string in the memory of JavaScript, which stays. */
  async reveal(name) {
    const called = check.text(name, 'the name');
    return later(() => this.#native.reveal(false, called));
  }

  async matches(name, value) {
    const called = check.text(name, 'the name');
    const text = check.text(value, 'the value', 'invalid_value');
    return later(() => this.#native.matches(false, called, text));
  }

  /** Facts about the secrets of the scope, by name: 1,000, or as many as the limit says. */
  async list(filter) {
    const asked = write(options(filter, FILTER, 'a filter'));
    return later(async () => read(await this.#native.list(false, asked)));
  }

  /** Those of the scopes above, too; the nearest come first. */
  async inherited(filter) {
    const asked = write(options(filter, FILTER, 'a filter'));
    return later(async () => read(await this.#native.inherited(false, asked)));
  }

  async names() {
    return later(async () => read(await this.#native.names(false)));
  }

  async * [Symbol.asyncIterator]() {
    let page;
    let after;
    do {
      page = await this.list({ after, limit: PAGE });
      yield* page;
      after = page.at(-1)?.name;
    } while (page.length === PAGE);
  }

  /** The number of writes to the organization, to ask for changes since. */
  async epoch() {
    return later(() => this.#native.epoch(false));
  }

  async changes(since) {
    const from = check.count(since, 'the epoch');
    return later(async () => read(await this.#native.changes(false, from)));
  }

  /** Waits for changes in a thread of the pool, for so many milliseconds at most. */
  async waitForChanges(since, milliseconds) {
    const from = check.count(since, 'the epoch');
    const longest = check.bound(milliseconds, 'the time');
    return later(async () => read(await this.#native.waitForChanges(false, from, longest)));
  }

  audit() {
    return new Audit(this.#native.audit());
  }

  // Resolving.

  /**
   * Replaces the placeholders of a text, a document or a `JsonText`. It is a template: it must come
   * from somebody who is trusted to use the secrets of the scope, never from a model.
   */
  async resolve(given, { target, secrets, variables, signal } = {}) {
    return until(signal, async () => {
      const { text, form, parse } = check.input(given);
      const tail = [Target.native(target), values({ secrets, variables })];
      return new Resolved(await this.#native.resolve(false, text, form, ...tail), parse);
    });
  }

  resolveSync(given, { target, secrets, variables } = {}) {
    return call(() => {
      const { text, form, parse } = check.input(given);
      const tail = [Target.native(target), values({ secrets, variables })];
      return new Resolved(this.#native.resolve(true, text, form, ...tail), parse);
    });
  }

  #args(now, { text, form }, { target, grants = {}, strict = false, secrets, variables }) {
    const tail = [
      Target.native(target), write(grants), Boolean(strict), values({ secrets, variables }),
    ];
    return this.#native.resolveModelArgs(now, text, form, ...tail);
  }

  /** Replaces the placeholders that `grants` lists, in arguments that a model wrote. */
  async resolveModelArgs(given, { signal, ...granted } = {}) {
    return until(signal, async () => {
      const taken = check.input(given);
      return new ModelArgs(await this.#args(false, taken, granted), taken.parse);
    });
  }

  resolveModelArgsSync(given, granted = {}) {
    return call(() => {
      const taken = check.input(given);
      return new ModelArgs(this.#args(true, taken, granted), taken.parse);
    });
  }

  references(given) {
    const { text, form } = check.input(given);
    return call(() => read(this.#native.references(text, form)));
  }

  /** Checks that a resolve would go through, without opening a value; returns lints. */
  async check(given, { target, signal } = {}) {
    return until(signal, async () => {
      const { text, form } = check.input(given);
      return read(await this.#native.check(false, text, form, Target.native(target)));
    });
  }

  /** Explains for each reference which scope decides, and if a resolve would go through. */
  async explain(given, { target, signal } = {}) {
    return until(signal, async () => {
      const { text, form } = check.input(given);
      return read(await this.#native.explain(false, text, form, Target.native(target)));
    });
  }

  async missing(given) {
    return later(async () => {
      const { text, form } = check.input(given);
      return read(await this.#native.missing(false, text, form));
    });
  }

  /** The names of the scope that a text or document does not refer to. */
  async unused(given) {
    return later(async () => {
      const { text, form } = check.input(given);
      return read(await this.#native.unused(false, text, form));
    });
  }

  /** Pins the versions of the secrets of a text or document for a run. */
  async snapshot(given) {
    return later(async () => {
      const { text, form } = check.input(given);
      return new Snapshot(await this.#native.snapshot(false, text, form));
    });
  }

  /** A redactor of secrets by name: for a run that may use them. */
  async redactor(names, { target } = {}) {
    if (!Array.isArray(names)) throw check.wrong('the names', 'an array of strings');
    const all = names.map((name) => check.text(name, 'a name'));
    return later(async () =>
      new Redactor(await this.#native.redactor(false, all, Target.native(target))));
  }

  /** Finds values of secrets in a text or document, for a host that moves them into a vault. */
  async findValues(given) {
    return later(async () => {
      const { text, form } = check.input(given);
      return read(await this.#native.findValues(false, text, form));
    });
  }
}

module.exports = { Scope };
