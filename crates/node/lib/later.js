'use strict';
// Calls that wait, as promises.

const { typed } = require('./errors.js');

/** Makes the call in the pool. What the native half refuses at once is a rejection, too. */
async function later(work) {
  try {
    return await work();
  } catch (thrown) {
    throw typed(thrown);
  }
}

/**
 * A reading call that nobody waits for once the signal is aborted. The call itself goes on, and its
 * result is dropped.
 */
function until(signal, work) {
  if (signal === undefined || signal === null) return later(work);
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const done = () => signal.removeEventListener('abort', abort);
    later(work).then(resolve, reject).finally(done);
  });
}

module.exports = { later, until };
