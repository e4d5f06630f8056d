'use strict';
// Tools of agents: what a model wrote gets its values right before the tool, and what comes back
// loses them.

const check = require('./check.js');
const { Redactor } = require('./redactor.js');
const { Scope } = require('./scope.js');

const isStream = (value) => typeof value?.[Symbol.asyncIterator] === 'function';

const isGenerator = (tool) =>
  Object.prototype.toString.call(tool) === '[object AsyncGeneratorFunction]';

function options(scope, given) {
  check.instance(scope, Scope, 'the scope');
  const { target, grants, strict, redactor, onAttempts } = given ?? {};
  if (redactor !== undefined) check.instance(redactor, Redactor, 'the redactor');
  return { call: { target, grants, strict }, redactor, onAttempts };
}

/** Resolves the arguments of one call. */
async function opened(scope, { call, redactor, onAttempts }, args, signal) {
  const resolved = await scope.resolveModelArgs(args, { ...call, signal });
  try {
    if (resolved.attemptCount > 0) onAttempts?.(resolved.attempts);
    const own = Redactor.of(resolved);
    const masking = redactor === undefined ? own : own.merge(redactor);
    return { args: resolved.expose(), masking };
  } finally {
    resolved.wipe();
  }
}

/** Runs a tool and masks what it returns, yields or throws. */
async function masked(masking, run) {
  try {
    const output = await run();
    return isStream(output) ? maskedStream(masking, output) : masking.redact(output);
  } catch (thrown) {
    throw masking.redactError(thrown);
  }
}

async function* maskedStream(masking, outputs) {
  try {
    for await (const output of outputs) yield masking.redact(output);
  } catch (thrown) {
    throw masking.redactError(thrown);
  }
}

/**
 * Wraps a function that takes the arguments of a model. Its first parameter are the arguments: the
 * placeholders in them that `grants` lists become values. What it returns or throws is masked.
 */
function guard(scope, tool, given) {
  if (typeof tool !== 'function') throw check.wrong('the tool', 'a function');
  const settings = options(scope, given);
  return async function guarded(args, ...rest) {
    const { args: real, masking } = await opened(scope, settings, args);
    return masked(masking, () => tool.call(this, real, ...rest));
  };
}

/**
 * Wraps a tool of the package `ai`. The model, the history and the callbacks see placeholders; only
 * `execute` of the tool sees values.
 */
function protect(tool, { scope, ...given }) {
  const settings = options(scope, given);
  if (typeof tool?.execute !== 'function') {
    throw check.wrong('the tool', 'a tool with a function execute');
  }
  const { execute } = tool;
  async function run(input, context) {
    const { args, masking } = await opened(scope, settings, input, context?.abortSignal);
    return masked(masking, () => execute.call(tool, args, context));
  }
  // `ai` looks at what a call returns before it waits: a generator must be one from the beginning.
  async function* steps(input, context) {
    yield* await run(input, context);
  }
  // The last step of a stream is the output.
  async function output(input, context) {
    let last = await run(input, context);
    if (isStream(last)) for await (const step of last) last = step;
    return last;
  }
  return { ...tool, execute: isGenerator(execute) ? steps : output };
}

/**
 * Wraps the calls of a client of `@modelcontextprotocol/sdk`. The target of a call is the tool of
 * that name, unless the options have another one. `grants` may be a function of the tool's name.
 */
function guardCall(client, { scope, target, grants, ...given }) {
  if (typeof client?.callTool !== 'function') {
    throw check.wrong('the client', 'a client with a function callTool');
  }
  options(scope, given);
  return async function callTool(params, ...rest) {
    const { name } = params;
    const settings = options(scope, {
      ...given,
      target: target ?? { tool: check.text(name, 'the name of the tool') },
      grants: typeof grants === 'function' ? grants(name) : grants,
    });
    const signal = rest[1]?.signal;
    const { args, masking } = await opened(scope, settings, params.arguments ?? {}, signal);
    return masked(masking, () => client.callTool({ ...params, arguments: args }, ...rest));
  };
}

module.exports = { guard, guardCall, protect };
