// Tools of agents, with the real packages: what a model, a history, a trace or a callback sees has
// placeholders, and the tool alone has values.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { MockLanguageModelV3, simulateReadableStream } from 'ai/test';
import { z } from 'zod';

import { guard, guardCall, protect } from 'keyslot';
import { VALUE, project } from './support.mjs';

const GRANTS = { STRIPE_KEY: ['/token'] };
const MASK = '<<$secret.STRIPE_KEY>>';
const holds = (value) => inspect(value, { depth: 30, showHidden: true, maxStringLength: null,
  maxArrayLength: null }).includes(VALUE);

async function stripe() {
  const { scope, vault } = await project({ audit: 'batched' });
  await scope.update('STRIPE_KEY', { rules: { tools: ['stripe'] } });
  return { scope: scope.with('use'), vault };
}

test('a wrapped function gets the value, and its caller the placeholder', async () => {
  const { scope, vault } = await stripe();
  const seen = [];
  const attempts = [];
  const call = guard(scope, async ({ token, note }, more) => {
    seen.push([token, note, more]);
    return { answer: `sent ${token}`, [token]: true };
  }, { target: { tool: 'stripe' }, grants: GRANTS, onAttempts: (all) => attempts.push(...all) });
  const answer = await call({ token: MASK, note: `${MASK} <<$secret.AWS>>` }, 7);
  assert.deepEqual(seen, [[VALUE, `${MASK} <<$secret.AWS>>`, 7]]);
  assert.deepEqual(answer, { answer: `sent ${MASK}`, [MASK]: true });
  assert.deepEqual(attempts.map(({ pointer, misplaced }) => [pointer, misplaced]),
    [['/note', true], ['/note', false]]);
  await vault.flushAudit();
  const actions = [];
  for await (const { action } of vault.audit('acme')) actions.push(action);
  assert.ok(actions.includes('use') && actions.includes('attempt'), actions.join());

  const failing = guard(scope, ({ token }) => {
    throw Object.assign(new Error(`401 for ${token}`), { request: { token }, cause: token });
  }, { target: { tool: 'stripe' }, grants: GRANTS });
  await assert.rejects(failing({ token: MASK }), (error) =>
    error.message === `401 for ${MASK}` && !holds(error));
  await assert.rejects(guard(scope, () => 'never', { grants: GRANTS })({ token: MASK }),
    { code: 'denied' });
  const plain = guard(scope, ({ note }) => ({ note, also: undefined, when: new Date(0) }));
  assert.deepEqual(await plain({ note: MASK }), { note: MASK, when: '1970-01-01T00:00:00.000Z' });
  const streaming = guard(scope, async function* stream({ token }) {
    yield `first ${token}`;
    throw new Error(token);
  }, { target: { tool: 'stripe' }, grants: GRANTS });
  const parts = await streaming({ token: MASK });
  assert.deepEqual(await parts.next(), { value: `first ${MASK}`, done: false });
  await assert.rejects(parts.next(), (error) => !holds(error));
});

/** A model that calls the tool with a placeholder, and then answers. */
function model(prompts) {
  const usage = {
    inputTokens: { total: 1 }, outputTokens: { total: 1 }, totalTokens: 2,
  };
  const call = {
    type: 'tool-call', toolCallId: 'call-1', toolName: 'charge',
    input: JSON.stringify({ token: MASK, amount: 1e21 }),
  };
  const answer = () => (prompts.length === 1
    ? { finishReason: { unified: 'tool-calls', raw: undefined }, content: [call] }
    : { finishReason: { unified: 'stop', raw: undefined },
      content: [{ type: 'text', text: 'done' }] });
  return new MockLanguageModelV3({
    async doGenerate({ prompt }) {
      prompts.push(prompt);
      return { ...answer(), usage, warnings: [] };
    },
    async doStream({ prompt }) {
      prompts.push(prompt);
      const { finishReason, content } = answer();
      const parts = content[0].type === 'text'
        ? [{ type: 'text-start', id: '1' }, { type: 'text-delta', id: '1', delta: 'done' },
          { type: 'text-end', id: '1' }]
        : content;
      const chunks = [{ type: 'stream-start', warnings: [] }, ...parts,
        { type: 'finish', finishReason, usage }];
      return { stream: simulateReadableStream({ chunks }) };
    },
  });
}

/** The tool, and what it saw. */
function charge(fails) {
  const seen = [];
  return {
    seen,
    tool: tool({
      description: 'charges a card',
      inputSchema: z.object({ token: z.string(), amount: z.number() }),
      async execute({ token, amount }) {
        seen.push([token, amount]);
        if (fails) throw new Error(`401 for ${token}`);
        return { message: `charged with ${token}` };
      },
    }),
  };
}

/** Spans as `ai` records them for telemetry. */
function tracer(recorded) {
  const span = (attributes) => ({
    setAttribute(key, value) { recorded.push([key, value]); return this; },
    setAttributes(all) { recorded.push(all); return this; },
    addEvent(...event) { recorded.push(event); return this; },
    recordException(error) { recorded.push(error); },
    setStatus(status) { recorded.push(status); return this; },
    updateName() { return this; }, end() {}, isRecording: () => true,
    spanContext: () => ({ traceId: '1', spanId: '1', traceFlags: 0 }),
    attributes,
  });
  const start = (name, ...rest) => {
    const work = rest.pop();
    recorded.push(rest[0]);
    return work(span(rest[0]));
  };
  return { startActiveSpan: start, startSpan: (name, options) => span(options) };
}

for (const fails of [false, true]) {
  test(`ai: histories, steps and traces of a tool that ${fails ? 'fails' : 'works'}`, async () => {
    const { scope } = await stripe();
    for (const [kind, run] of [['generate', generateText], ['stream', streamText]]) {
      const [prompts, traces, steps] = [[], [], []];
      const { seen, tool: plain } = charge(fails);
      const charged = protect(plain, { scope, target: { tool: 'stripe' }, grants: GRANTS });
      assert.deepEqual(Object.keys(charged).sort(), Object.keys(plain).sort());
      const result = await run({
        model: model(prompts), tools: { charge: charged }, prompt: 'charge it',
        stopWhen: stepCountIs(3), onStepFinish: (step) => { steps.push(step); },
        experimental_telemetry: { isEnabled: true, tracer: tracer(traces) },
      });
      const text = await result.text;
      assert.equal(text, 'done', kind);
      const history = [await result.steps, (await result.response).messages, prompts, steps,
        traces];
      assert.deepEqual(seen, [[VALUE, 1e21]], kind);
      assert.ok(holds(seen), 'the control');
      assert.ok(!holds(history), kind);
      const told = JSON.stringify(prompts[1]);
      assert.ok(told.includes(fails ? `401 for ${MASK}` : `charged with ${MASK}`), told);
      assert.ok(traces.length > 3 && steps.length === 2);
    }
  });
}

test('ai: the steps of a tool that yields are masked', async () => {
  const { scope } = await stripe();
  async function* execute({ token }) {
    yield { step: `first ${token}` };
    yield { step: `last ${token}` };
  }
  for (const way of [execute, (...args) => execute(...args)]) {
    const prompts = [];
    const charged = protect(
      tool({ inputSchema: z.object({ token: z.string(), amount: z.number() }), execute: way }),
      { scope, target: { tool: 'stripe' }, grants: GRANTS });
    const result = streamText({ model: model(prompts), tools: { charge: charged },
      prompt: 'charge it', stopWhen: stepCountIs(3) });
    const seen = [];
    for await (const part of result.fullStream) {
      if (part.type === 'tool-result') seen.push([part.output.step, part.preliminary ?? false]);
    }
    const last = [`last ${MASK}`, false];
    assert.deepEqual(seen, way === execute
      ? [[`first ${MASK}`, true], [`last ${MASK}`, true], last] : [last]);
    assert.ok(JSON.stringify(prompts[1]).includes(`last ${MASK}`) && !holds(prompts));
  }
});

test('ai: a tool that is not wrapped shows the placeholder to itself', async () => {
  const prompts = [];
  const { seen, tool: plain } = charge(false);
  await generateText({ model: model(prompts), tools: { charge: plain }, prompt: 'charge it',
    stopWhen: stepCountIs(3) });
  assert.deepEqual(seen, [[MASK, 1e21]]);
});

test('mcp: the server gets the value, and the client side the placeholder', async (t) => {
  const { scope } = await stripe();
  const server = new McpServer({ name: 'server', version: '1' });
  const seen = [];
  const inputSchema = { token: z.string(), note: z.string().optional() };
  server.registerTool('stripe', { inputSchema }, async ({ token, note }) => {
    seen.push([token, note]);
    return { content: [{ type: 'text', text: `used ${token}` }] };
  });
  server.registerTool('failing', { inputSchema }, async ({ token }) => {
    throw new Error(`no ${token}`);
  });
  const client = new Client({ name: 'client', version: '1' });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(far), client.connect(near)]);
  t.after(() => Promise.all([client.close(), server.close()]));

  const call = guardCall(client, { scope, grants: (name) => (name === 'none' ? {} : GRANTS) });
  const result = await call({ name: 'stripe', arguments: { token: MASK, note: MASK } });
  assert.deepEqual(seen, [[VALUE, MASK]]);
  assert.deepEqual(result.content, [{ type: 'text', text: `used ${MASK}` }]);
  // Another tool is another target, to which the secret may not go.
  await assert.rejects(call({ name: 'failing', arguments: { token: MASK } }), { code: 'denied' });
  const bound = guardCall(client, { scope, grants: GRANTS, target: { tool: 'stripe' } });
  const failed = await bound({ name: 'failing', arguments: { token: MASK } });
  assert.equal(failed.isError, true);
  assert.ok(JSON.stringify(failed).includes(`no ${MASK}`) && !holds(failed));
  await assert.rejects(
    bound({ name: 'stripe', arguments: { token: MASK } }, undefined,
      { signal: AbortSignal.abort(new Error('enough')) }), /enough/);
  assert.equal(seen.length, 1);
  const direct = await client.callTool({ name: 'stripe', arguments: { token: MASK } });
  assert.deepEqual(direct.content, [{ type: 'text', text: `used ${MASK}` }], 'nothing is resolved');
});
