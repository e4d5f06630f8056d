/// <reference types="node" />

import type { Transform, TransformOptions } from 'node:stream';

/** What a call was refused for. The codes never change; new ones may come. */
export type ErrorCode =
  | 'syntax' | 'unknown_filter' | 'filter_failed' | 'unencodable' | 'too_large'
  | 'invalid_document' | 'not_found' | 'no_such_version' | 'inactive' | 'revoked' | 'expired'
  | 'not_yet_valid' | 'denied' | 'broken_resolver' | 'invalid_name' | 'invalid_scope'
  | 'invalid_value' | 'invalid_input' | 'invalid_key' | 'weak_key' | 'wrong_key'
  | 'vault_not_found' | 'vault_exists' | 'not_a_vault' | 'unsupported_format' | 'corrupt'
  | 'tampered' | 'unsafe_file' | 'unsafe_sqlite' | 'conflict' | 'busy' | 'unavailable'
  | 'unsettled' | 'stopped' | 'store_denied' | 'key_denied' | 'key_provider' | 'forked'
  | 'vault_key_replaced' | 'read_only' | 'storage_full' | 'io' | 'store'
  | (string & {});

/** A place in a text, in UTF-16 code units, as `String.prototype.slice` takes them. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One failure of a call. */
export interface Failure {
  readonly code: ErrorCode;
  /** Says what is wrong; never holds a value, and does not repeat the place. */
  readonly message: string;
  /** Name of the secret or variable. */
  readonly secret: string | null;
  /** JSON Pointer of the string that it is in; `null` for plain text. */
  readonly pointer: string | null;
  /** Place in the text, or in the string at `pointer`. */
  readonly span: Span | null;
  readonly line: number | null;
  readonly column: number | null;
}

/** A refused call: the first failure, and all of them. */
export class KeyslotError extends Error implements Failure {
  private constructor();
  readonly name: 'KeyslotError';
  readonly code: ErrorCode;
  readonly secret: string | null;
  readonly pointer: string | null;
  readonly span: Span | null;
  readonly line: number | null;
  readonly column: number | null;
  /** Number of failures; the first 50 are listed. */
  readonly count: number;
  readonly failures: readonly Failure[];
}

/** What JSON can hold. Entries that are `undefined` are left out. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/**
 * The text of a JSON document. What comes out is text, too, and all but the strings with
 * placeholders is as it was: the order of keys, the digits of numbers, white space.
 */
export class JsonText {
  constructor(text: string, options?: { comments?: boolean });
  #private: unknown;
}

/** A text, JSON text, or a document. */
export type Input = string | JsonText | readonly unknown[] | object;
/** What comes out of an input. */
export type Output<I> = I extends string | JsonText ? string : I;

export type Surface =
  | 'text' | 'header' | 'url' | 'url_path' | 'url_query' | 'form' | 'json' | 'shell' | 'env'
  | 'libpq' | 'ado_net' | 'odbc';

/** Fields of a target. */
export interface TargetFields {
  tool?: string;
  /** True for the instructions of a model. */
  instructions?: boolean;
  host?: string;
  url?: string;
  surface?: Surface;
  /** Treatment of bare names that nobody knows. */
  unknownNames?: 'error' | 'keep';
}

/** The destination of resolved text. Made once, it costs less than its fields in each call. */
export class Target {
  constructor(fields: TargetFields);
  toJSON(): TargetFields;
}

/** The tools, hosts and surfaces to which a secret may go. */
export interface AccessRules {
  readonly tools?: readonly string[];
  readonly hosts?: readonly string[];
  readonly surfaces?: readonly Surface[];
  readonly instructions?: boolean;
}

export type Permission = 'use' | 'read' | 'manage' | 'reveal' | 'copy' | 'redact';
export type Status = 'active' | 'inactive' | 'revoked';

export interface VersionInfo {
  readonly version: number;
  readonly createdAt: Date;
  readonly createdBy: string | null;
  readonly fingerprint: string | null;
  readonly hint: string | null;
}

/** Facts about a secret besides its values. */
export interface SecretInfo {
  readonly scope: string;
  readonly name: string;
  readonly record: string;
  readonly status: Status;
  readonly revision: number;
  readonly version: number | null;
  readonly fingerprint: string | null;
  readonly hint: string | null;
  /** The versions that are kept, oldest first. */
  readonly versions: readonly VersionInfo[];
  readonly description: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly createdBy: string | null;
  readonly updatedAt: Date;
  readonly updatedBy: string | null;
  readonly notBefore: Date | null;
  readonly expiresAt: Date | null;
  /** Seconds. */
  readonly rotateEvery: number | null;
  readonly rules: Required<AccessRules>;
}

/** Statements about a secret; what is left out stays as it is. */
export interface SecretChange {
  status?: 'active' | 'inactive';
  description?: string;
  /** `null` removes a key. */
  metadata?: Readonly<Record<string, string | null>>;
  clearTimes?: boolean;
  notBefore?: Date | string;
  expiresAt?: Date | string;
  neverRotate?: boolean;
  /** Seconds. */
  rotateEvery?: number;
  rules?: AccessRules;
  /** Allows the instructions of models. */
  instructions?: boolean;
  /** Refuses the change if the secret was changed since. */
  ifRevision?: number;
}

export interface PutOptions extends SecretChange {
  /** Refuses if the name exists. */
  ifAbsent?: boolean;
  /** Takes white space off both ends of the value. */
  trimmed?: boolean;
}

export interface ListFilter {
  nameContains?: string;
  metadata?: Readonly<Record<string, string>>;
  after?: string;
  /** 1,000 if it is left out. */
  limit?: number;
}

export interface Listed {
  readonly info: SecretInfo;
  readonly shadowedBy: string | null;
}

export interface ChangedSecret {
  readonly epoch: number;
  readonly scope: string;
  readonly name: string;
  readonly status: Status | null;
  readonly revision: number;
}

/** Secrets that were changed since an epoch. */
export interface Changes {
  /** The epoch to ask from next time. */
  readonly epoch: number;
  /** True if everything may have changed: read all anew. */
  readonly all: boolean;
  readonly secrets: readonly ChangedSecret[];
}

export interface Reference {
  readonly name: string;
  readonly version: number | null;
  readonly kind: 'secret' | 'bare';
}

export interface Used {
  readonly name: string;
  readonly scope: string | null;
  readonly version: number | null;
  readonly record: string | null;
  readonly fingerprint: string | null;
}

export interface Lint {
  readonly code: string;
  readonly message: string;
  readonly pointer: string | null;
  readonly span: Span;
}

export interface Explanation {
  readonly reference: Reference;
  readonly scope: string | null;
  readonly status: Status | null;
  readonly version: number | null;
  readonly shadowed: readonly string[];
  /** Why it would not resolve; `null` if it would. */
  readonly refused: { readonly code: ErrorCode; readonly message: string } | null;
}

/** A placeholder of a model that nobody granted. It stayed as it was. */
export interface Attempt {
  readonly message: string;
  /** `null` for text that is no valid placeholder. */
  readonly reference: Reference | null;
  readonly pointer: string | null;
  readonly span: Span;
  /** True if the name is granted, but not at this place. */
  readonly misplaced: boolean;
}

/** A value that stands in a document in clear. */
export interface FoundValue {
  readonly pointer: string;
  readonly isKey: boolean;
  readonly isWhole: boolean;
  readonly references: readonly Reference[];
  readonly replacement: string;
}

/** Values that the caller of a run brings along: its secrets before the vault, variables after. */
export interface RunValues {
  secrets?: Readonly<Record<string, string>>;
  variables?: Readonly<Record<string, string>>;
}

export interface ResolveOptions extends RunValues {
  target?: Target | TargetFields;
}

export interface Abortable {
  /** Ends the wait, not the call: its result is dropped. */
  signal?: AbortSignal;
}

/** Names that a model may use: anywhere but in keys, or at JSON Pointers (`*`, and `**` last). */
export type Grants = Readonly<Record<string, true | readonly string[]>>;

export interface ModelArgsOptions extends ResolveOptions {
  /** Nothing is granted by default. */
  grants?: Grants;
  /** Refuses a granted name at another place, which is an attempt otherwise. */
  strict?: boolean;
}

/** A resolved text or document. It shows nothing of itself and cannot be cloned. */
export class Resolved<T = string> {
  protected constructor();
  /** A copy with the values, in the memory of JavaScript, where nothing can be wiped. */
  expose(): T;
  /** The text, or JSON text, as bytes that the caller can fill with zeros. */
  exposeBytes(): Buffer;
  readonly used: readonly Used[];
  /** Placeholders that stayed (`unknownNames: 'keep'`). */
  readonly kept: readonly Reference[];
  /** Wipes the values now. */
  wipe(): void;
  toString(): '[REDACTED]';
  toJSON(): '[REDACTED]';
}

/** Arguments of a model with the granted values in them. */
export class ModelArgs<T = string> extends Resolved<T> {
  /** At most 100; `attemptCount` counts all. */
  readonly attempts: readonly Attempt[];
  readonly attemptCount: number;
}

/** A `Transform` that masks values, also those that are cut across chunks. */
export class RedactStream extends Transform {
  private constructor();
}

/** Turns values into placeholders again. Whoever feeds it can test guesses with it. */
export class Redactor {
  private constructor();
  static of(resolved: Resolved<unknown>): Redactor;
  static ofValues(values: Readonly<Record<string, string>>): Redactor;
  merge(other: Redactor): Redactor;
  readonly isGuarded: boolean;
  /** What is not masked, or not in all writings. */
  readonly skipped: readonly string[];
  redact(text: string): string;
  redact(bytes: Uint8Array): Buffer;
  redact(document: JsonText): string;
  redact(error: Error): Error;
  redact<T>(value: T): T;
  redactError(thrown: unknown): Error;
  stream(options?: TransformOptions): RedactStream;
}

/** What opens a vault: a `RootKey` or a `Passphrase`. */
export abstract class Key {
  protected constructor();
  #private: unknown;
}

export class RootKey extends Key {
  private constructor();
  static generate(): RootKey;
  static fromBytes(bytes: Uint8Array): RootKey;
  static fromHex(digits: string): RootKey;
  static fromBase64(text: string): RootKey;
  static fromEnv(variable: string): RootKey;
  static fromFile(path: string): RootKey;
  static fromMountedFile(path: string): RootKey;
  exposeBase64(): string;
}

export class Passphrase extends Key {
  constructor(text: string);
}

export type Preset =
  | 'angle' | 'mustache' | 'julep' | 'uri' | 'bookmark' | 'dollar' | 'dollar_names' | 'vscode'
  | 'github';

export type Syntax =
  | Preset
  | { bookmarkAt: readonly string[] }
  | {
      open: string;
      close: string;
      prefix?: string;
      bare?: 'identifier' | 'upper';
      escape?: readonly ['none', null] | readonly ['before' | 'after' | 'doubled', string];
    };

export interface EngineSettings {
  syntax?: Syntax | readonly Syntax[];
  /** Resolves keys of objects, too. */
  keys?: boolean;
  /** Knows the places of MCP configs. */
  mcp?: boolean;
  /** Surfaces by JSON Pointer. */
  surfaces?: Readonly<Record<string, Surface>>;
}

export interface VaultSettings extends EngineSettings {
  strict?: boolean;
  audit?: 'off' | 'batched' | 'required';
  cache?: true | { maxAgeMs?: number; idleMs?: number; bytes?: number };
  /** Rows that are held against the head on each use. */
  guard?: number;
  hints?: boolean;
  maxValue?: number;
  keptVersions?: number;
  /** Verifies the whole vault before it opens. */
  full?: boolean;
  busyTimeoutMs?: number;
  trustFolder?: boolean;
  readOnly?: boolean;
  networkFileSystem?: boolean;
}

export interface Verification {
  readonly intact: boolean;
  readonly tenants: number;
  readonly secrets: number;
  readonly tombstones: number;
  readonly findings: readonly object[];
}

export interface KeyInfo {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly madeAt: Date;
}

/** Result of erasing: `pending` while somebody still reads an older state. */
export type Purge = 'done' | 'pending' | 'out_of_reach';

export class Vault {
  private constructor();
  static open(path: string, key: Key, settings?: VaultSettings): Promise<Vault>;
  static openSync(path: string, key: Key, settings?: VaultSettings): Vault;
  static create(path: string, key: Key, settings?: VaultSettings): Promise<Vault>;
  static createSync(path: string, key: Key, settings?: VaultSettings): Vault;
  static openOrCreate(path: string, key: Key, settings?: VaultSettings): Promise<Vault>;
  static openOrCreateSync(path: string, key: Key, settings?: VaultSettings): Vault;
  static inMemory(key: Key, settings?: VaultSettings): Vault;
  static restore(backup: string, to: string, key: Key): Promise<Vault>;
  scope(path: string): Scope;
  organizations(): Promise<readonly string[]>;
  scopes(organization: string): Promise<readonly string[]>;
  verify(): Promise<Verification>;
  backupTo(path: string): Promise<Verification>;
  /** Returns the generation of the new key. */
  rotateDataKey(organization: string): Promise<number>;
  rewrap(organization: string): Promise<object>;
  keyStatus(): Promise<object>;
  keys(): Promise<readonly KeyInfo[]>;
  addKey(name: string, key: Key): Promise<KeyInfo>;
  removeKey(nameOrId: string): Promise<Purge>;
  changeRootKey(old: Key, replacement: Key): Promise<Purge>;
  purge(): Promise<Purge>;
  compact(): Promise<Purge>;
  audit(organization: string): Audit;
  flushAudit(): Promise<void>;
}

export interface AuditQuery {
  since?: Date;
  until?: Date;
  name?: string;
  actor?: string;
  actions?: readonly string[];
  /** `ok`, or the code of an error. */
  outcome?: string;
  refused?: boolean;
  within?: string;
  run?: string;
  oldestFirst?: boolean;
}

export interface AuditEntry {
  readonly number: number;
  readonly time: Date;
  readonly action: string;
  readonly scope: string;
  readonly name?: string;
  readonly actor?: string;
  readonly foundIn?: string;
  readonly record?: string;
  readonly version?: number;
  readonly fingerprint?: string;
  readonly tool?: string;
  readonly host?: string;
  readonly surface?: Surface;
  readonly instructions?: boolean;
  readonly run?: string;
  readonly reason?: string;
  readonly generation?: number;
  readonly count?: number;
  readonly refused?: ErrorCode;
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  readonly next: string | null;
}

export interface SecretUse {
  readonly count: number;
  readonly last: AuditEntry;
}

export class Audit implements AsyncIterable<AuditEntry> {
  private constructor();
  page(query?: AuditQuery, place?: { after?: string | null; limit?: number }): Promise<AuditPage>;
  find(query?: AuditQuery): AsyncGenerator<AuditEntry, void, undefined>;
  /** Uses by `SecretInfo.record`. */
  usage(): Promise<Readonly<Record<string, SecretUse>>>;
  prune(bounds: { maxAgeMs?: number; maxEntries?: number }, reason: string): Promise<number>;
  [Symbol.asyncIterator](): AsyncGenerator<AuditEntry, void, undefined>;
}

/** A handle on a scope: what a tool runner gets. It is only ever narrowed. */
export class Scope implements AsyncIterable<SecretInfo> {
  private constructor();
  readonly path: string;
  readonly permissions: readonly Permission[];
  with(...permissions: readonly Permission[]): Scope;
  actingAs(actor: string): Scope;
  forRun(run: string): Scope;
  because(reason: string): Scope;
  forTarget(target: Target | TargetFields): Scope;

  put(name: string, value: string | Uint8Array, options?: PutOptions): Promise<SecretInfo>;
  putSync(name: string, value: string | Uint8Array, options?: PutOptions): SecretInfo;
  replaceRevoked(name: string, value: string): Promise<SecretInfo>;
  update(name: string, change: SecretChange): Promise<SecretInfo>;
  setStatus(name: string, status: 'active' | 'inactive'): Promise<SecretInfo>;
  rollback(name: string, version: number): Promise<SecretInfo>;
  cloneTo(name: string, target: Scope): Promise<SecretInfo>;
  /** Erases all values for good. */
  revoke(name: string): Promise<Purge>;
  delete(name: string, options?: { force?: boolean }): Promise<Purge>;

  info(name: string): Promise<SecretInfo>;
  infoSync(name: string): SecretInfo;
  history(name: string): Promise<readonly VersionInfo[]>;
  reveal(name: string): Promise<string>;
  matches(name: string, value: string): Promise<boolean>;
  list(filter?: ListFilter): Promise<readonly SecretInfo[]>;
  inherited(filter?: ListFilter): Promise<readonly Listed[]>;
  names(): Promise<readonly string[]>;
  [Symbol.asyncIterator](): AsyncGenerator<SecretInfo, void, undefined>;
  /** Number of writes to the organization. */
  epoch(): Promise<number>;
  changes(since: number): Promise<Changes>;
  /** Takes a thread of the pool while it waits. */
  waitForChanges(since: number, milliseconds: number): Promise<Changes>;
  audit(): Audit;

  resolve<I extends Input>(
    input: I, options?: ResolveOptions & Abortable,
  ): Promise<Resolved<Output<I>>>;
  resolveSync<I extends Input>(input: I, options?: ResolveOptions): Resolved<Output<I>>;
  resolveModelArgs<I extends Input>(
    args: I, options?: ModelArgsOptions & Abortable,
  ): Promise<ModelArgs<Output<I>>>;
  resolveModelArgsSync<I extends Input>(
    args: I, options?: ModelArgsOptions,
  ): ModelArgs<Output<I>>;
  references(input: Input): readonly Reference[];
  check(
    input: Input, options?: { target?: Target | TargetFields } & Abortable,
  ): Promise<readonly Lint[]>;
  explain(
    input: Input, options?: { target?: Target | TargetFields } & Abortable,
  ): Promise<readonly Explanation[]>;
  missing(input: Input): Promise<readonly Reference[]>;
  /** Names of the scope that the input does not refer to. */
  unused(input: Input): Promise<readonly string[]>;
  snapshot(input: Input): Promise<Snapshot>;
  redactor(
    names: readonly string[], options?: { target?: Target | TargetFields },
  ): Promise<Redactor>;
  findValues(input: Input): Promise<readonly FoundValue[]>;
}

/** The versions of some secrets at one moment, for a whole run. A revocation counts at once. */
export class Snapshot {
  private constructor();
  resolve<I extends Input>(
    input: I, options?: ResolveOptions & Abortable,
  ): Promise<Resolved<Output<I>>>;
  resolveSync<I extends Input>(input: I, options?: ResolveOptions): Resolved<Output<I>>;
  withMaxAge(milliseconds: number): Snapshot;
  refresh(): Promise<void>;
}

/** Resolves with values that the run brings along, without a vault. */
export class Engine {
  constructor(settings?: EngineSettings);
  resolveSync<I extends Input>(input: I, options?: ResolveOptions): Resolved<Output<I>>;
  references(input: Input): readonly Reference[];
}

export interface GuardOptions extends Omit<ModelArgsOptions, 'secrets' | 'variables'> {
  /** Masks what it knows in results, besides the values of the call. */
  redactor?: Redactor;
  /** Told of the placeholders that nobody granted. */
  onAttempts?: (attempts: readonly Attempt[]) => void;
}

/** Wraps a function whose first parameter are the arguments that a model wrote. */
export function guard<A, R extends readonly unknown[], T>(
  scope: Scope, tool: (args: A, ...rest: R) => T | PromiseLike<T>, options?: GuardOptions,
): (args: A, ...rest: R) => Promise<T>;

/** Wraps a tool of the package `ai`. Only its `execute` sees values. */
export function protect<T extends object>(
  tool: T, options: GuardOptions & { scope: Scope },
): T;

/** Wraps the calls of a client of `@modelcontextprotocol/sdk`. */
export function guardCall<A extends { name: string }, R extends readonly unknown[], T>(
  client: { callTool(params: A, ...rest: R): Promise<T> },
  options: Omit<GuardOptions, 'grants'> & {
    scope: Scope;
    grants?: Grants | ((tool: string) => Grants | undefined);
  },
): (params: A, ...rest: R) => Promise<T>;
