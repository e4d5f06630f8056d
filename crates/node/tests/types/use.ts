// The types of the package, used as a program uses them; compiled, never run.

import {
  Engine, JsonText, KeyslotError, ModelArgs, Passphrase, RedactStream, Redactor, Resolved, RootKey,
  Target, Vault, guard, guardCall, protect,
} from 'keyslot';
import type { ErrorCode, Grants, Scope, SecretInfo, Span } from 'keyslot';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { generateText, tool } from 'ai';
import type { LanguageModel } from 'ai';
import { z } from 'zod';

/** True if two types are the same. */
type Probe<A> = <T>() => T extends A ? 1 : 2;
type Same<A, B> = Probe<A> extends Probe<B> ? true : false;
const same = <_ extends true>(): void => {};

export async function use(model: LanguageModel, client: Client): Promise<void> {
  const vault = await Vault.openOrCreate('vault.db', RootKey.fromEnv('KEYSLOT_KEY'), {
    strict: true, audit: 'batched', cache: { maxAgeMs: 1000 },
    syntax: ['angle', { open: '%(', close: ')', prefix: 'secret:', escape: ['doubled', '%'] }],
  });
  const scope: Scope = vault.scope('acme/billing').with('use', 'read').forTarget({ tool: 'x' });
  const info: SecretInfo = await scope.put('KEY', Buffer.from('value'), {
    expiresAt: new Date(), rules: { tools: ['stripe'], surfaces: ['header'] }, ifAbsent: true,
  });
  const created: Date = info.createdAt;
  const text = await scope.resolve('Bearer <<$secret.KEY>>', {
    target: new Target({ url: 'https://api.stripe.com', surface: 'header' }),
    variables: { REGION: 'eu' }, signal: AbortSignal.timeout(1000),
  });
  same<Same<typeof text, Resolved<string>>>();
  const exposed: string = text.expose();
  const config = scope.resolveSync({ headers: { Key: '<<KEY>>' }, tries: 3 });
  same<Same<typeof config, Resolved<{ headers: { Key: string }; tries: number }>>>();
  const tries: number = config.expose().tries;
  const kept: string = scope.resolveSync(new JsonText('{}')).expose();
  const grants: Grants = { KEY: ['/headers/*'], REGION: true };
  const args: ModelArgs<string> = await scope.resolveModelArgs('<<KEY>>', { grants });
  const span: Span | undefined = args.attempts[0]?.span;
  for await (const { name } of scope) name.toUpperCase();
  for await (const { time } of vault.audit('acme')) time.getTime();
  try {
    new Engine({ syntax: 'mustache' }).resolveSync('{{A}}', { variables: { A: '1' } });
  } catch (error) {
    if (error instanceof KeyslotError) {
      const code: ErrorCode = error.code;
      const at: Span | null = error.failures[0]?.span ?? null;
      void [code, at];
    }
  }
  const redactor = Redactor.of(config).merge(await scope.redactor(['KEY']));
  const masked: { a: number } = redactor.redact({ a: 1 });
  const bytes: Buffer = redactor.redact(new Uint8Array());
  const stream: RedactStream = redactor.stream();
  process.stdin.pipe(stream).pipe(process.stdout);

  const call = guard(scope, async (given: { url: string }, _more: number) => given.url.length,
    { grants, target: { tool: 'fetch' } });
  const length: number = await call({ url: 'x' }, 1);
  const charge = protect(
    tool({
      inputSchema: z.object({ token: z.string() }),
      execute: async ({ token }) => ({ token }),
    }),
    { scope, grants, target: { tool: 'charge' } },
  );
  const { toolResults } = await generateText({ model, tools: { charge }, prompt: 'x' });
  for (const result of toolResults) {
    if (!result.dynamic) result.output.token.toUpperCase();
  }
  const callTool = guardCall(client, { scope, grants: (name) => (name === 'x' ? grants : {}) });
  const answer = await callTool({ name: 'x', arguments: { token: '<<KEY>>' } });
  void [created, exposed, tries, kept, span, masked, bytes, length, answer];

  // @ts-expect-error a surface that there is not
  new Target({ surface: 'headers' });
  // @ts-expect-error a passphrase is no text alone
  await Vault.open('vault.db', 'correct horse');
  // @ts-expect-error nobody makes one but a scope
  new Resolved();
  // @ts-expect-error a permission that there is not
  scope.with('all');
  // @ts-expect-error an option that there is not
  await scope.put('KEY', 'value', { expires: new Date() });
  // @ts-expect-error it holds values, and is no string
  const wrong: string = text;
  void [wrong, new Passphrase('correct horse')];
}
