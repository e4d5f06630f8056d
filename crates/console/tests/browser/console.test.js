// What a person does with the console in a browser, and what other sites try.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { VALUES, follow, origin, send, words, world } from './world.js';

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const SCOPE = '?scope=acme/billing';
const STRIPE = `/secrets/STRIPE_KEY${SCOPE}`;
const PAGES = [
  '/', '/scopes?organization=acme', `/secrets${SCOPE}`, `/secrets${SCOPE}&inherited=on`,
  '/secrets?scope=acme/fresh', `/secrets${SCOPE}&name=none`, `/new${SCOPE}`, STRIPE,
  `/secrets/LEAKED_KEY${SCOPE}`, '/verify', `/audit?scope=acme`, `/audit?scope=acme&actor=none`,
  `/attention${SCOPE}`, `/explain${SCOPE}`, `/secrets/NOT_THERE${SCOPE}`,
  ...['rotate', 'edit', 'rules', 'revoke', 'delete', 'clone', 'reveal', 'rollback',
    'references'].map((verb) =>
    `/secrets/STRIPE_KEY/${verb}${SCOPE}${verb === 'rollback' ? '&version=1' : ''}`),
];

let all;
before(async () => {
  mkdirSync('screenshots', { recursive: true });
  all = await world();
});
after(() => all.end());

async function shoot(page, name, options = {}) {
  const text = await words(page);
  const shown = VALUES.filter((value) => text.includes(value));
  assert.deepEqual(shown, [], `${name} shows a value`);
  await page.screenshot({ path: `screenshots/${name}.png`, ...options });
}

test('a secret is created, rotated, revealed and revoked', async () => {
  const page = await all.page();
  await page.goto(all.at(`/secrets${SCOPE}`));
  await shoot(page, 'list');
  await follow(page, 'Create a secret');
  await page.type('#name', 'TLS_KEY');
  await page.type('#value', 'typed-value one\ntwo');
  await shoot(page, 'create');
  await send(page, 'Create');
  assert.match(await words(page), /The secret was created/);

  await follow(page, 'Rotate');
  await page.type('#value', 'typed-value next\nline');
  await send(page, 'Rotate');
  assert.match(await words(page), /Version 2/);
  const { version } = await all.stored(`/secrets/TLS_KEY${SCOPE}`);
  assert.equal(version, 2);

  await follow(page, 'Reveal the value');
  await page.type('#reason', 'to see it');
  await send(page, 'Reveal the value');
  const value = await page.$eval('.revealed', (block) => block.textContent);
  assert.equal(value, 'typed-value next\nline', 'line ends are as they were typed');
  // The way back asks again, and shows nothing.
  await follow(page, 'Done');
  await page.goBack().catch(() => {});
  assert.doesNotMatch(await words(page), /typed-value/);

  await page.goto(all.at(`/secrets/TLS_KEY${SCOPE}`));
  await follow(page, 'Revoke');
  await page.type('#name', 'TLS_KE');
  await send(page, 'Revoke');
  assert.match(await words(page), /is not the name/);
  await page.type('#name', 'TLS_KEY');
  await send(page, 'Revoke');
  assert.match(await words(page), /revoked, and its values are erased/);
  await shoot(page, 'revoked');
  const { status } = await all.stored(`/secrets/TLS_KEY${SCOPE}`);
  assert.equal(status, 'revoked');

  await page.goto(all.at(`/audit${SCOPE}`));
  assert.match(await words(page), /to see it/);
  await shoot(page, 'audit');
});

test('the keyboard is enough', async () => {
  const page = await all.page();
  const active = () => page.evaluate(() => {
    const at = document.activeElement;
    const ring = getComputedStyle(at).outlineStyle;
    return { text: at.textContent.trim(), id: at.id, tag: at.tagName, ring };
  });
  const tab = async (found) => {
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press('Tab');
      const at = await active();
      assert.notEqual(at.ring, 'none', `no ring on ${at.tag} ${at.text}`);
      if (found(at)) return;
    }
    assert.fail('not reached with Tab');
  };
  const enter = () => Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);

  await page.goto(all.at('/secrets?scope=acme/keyboard'));
  await page.keyboard.press('Tab');
  assert.equal((await active()).text, 'Skip to the content');
  await page.keyboard.press('Enter');
  assert.equal((await active()).id, 'content');
  await tab((at) => at.text === 'Create a secret');
  await enter();
  await tab((at) => at.id === 'name');
  await page.keyboard.type('BY_KEYS');
  await tab((at) => at.id === 'value');
  await page.keyboard.type('typed-value');
  await tab((at) => at.tag === 'SUMMARY');
  await page.keyboard.press('Space');
  await tab((at) => at.id === 'description');
  await page.keyboard.type('made without a mouse');
  await tab((at) => at.tag === 'BUTTON' && at.text === 'Create');
  await enter();
  assert.match(await words(page), /made without a mouse/);
  await tab((at) => at.text === 'Disable');
  await enter();
  assert.match(await words(page), /inactive: every use is refused/);
  await tab((at) => at.text === 'Revoke');
  await enter();
  await tab((at) => at.id === 'name');
  await page.keyboard.type('BY_KEYS');
  await enter();
  const { status } = await all.stored('/secrets/BY_KEYS?scope=acme/keyboard');
  assert.equal(status, 'revoked');
});

test('no page scrolls sideways at 320 pixels', async () => {
  const page = await all.page();
  await page.goto(all.at('/new?scope=acme/long'));
  const name = 'LONG_'.repeat(25);
  await page.type('#name', name.slice(0, -1));
  await page.type('#value', 'typed-value');
  await page.click('summary');
  await page.type('#description', `without-a-space-${'word'.repeat(40)}`);
  await page.type('#metadata', `${'key'.repeat(30)} = ${'text'.repeat(60)}`);
  await send(page, 'Create');
  await page.setViewport({ width: 320, height: 700 });
  const long = [`/secrets/${name.slice(0, -1)}`, '/secrets', '/audit', '/attention'];
  const paths = [...PAGES, ...long.map((path) => `${path}?scope=acme/long`)];
  for (const path of paths) {
    await page.goto(all.at(path));
    const [content, window] = await page.evaluate(() =>
      [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.equal(content, window, path);
  }
  // The check finds a page that does.
  await page.evaluate(() => document.body.append('x'.repeat(400)));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide > 320);
  await page.goto(all.at(`/secrets${SCOPE}`));
  await shoot(page, 'narrow');
});

for (const scheme of ['light', 'dark']) {
  test(`axe finds nothing in ${scheme}`, async () => {
    const page = await all.page();
    await page.setBypassCSP(true);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    const check = async (path, markup = '') => {
      await page.evaluate(AXE);
      if (markup) await page.evaluate((html) => document.body.insertAdjacentHTML('beforeend', html), markup);
      const { violations } = await page.evaluate(() => axe.run());
      return violations.map((one) => `${path} ${one.id}: ${one.nodes[0].html}`);
    };
    // A narrow page has the same colors.
    for (const width of scheme === 'light' ? [1100, 320] : [1100]) {
      await page.setViewport({ width, height: 800 });
      for (const path of PAGES) {
        await page.goto(all.at(path));
        assert.deepEqual(await check(path), []);
      }
    }
    await page.setViewport({ width: 1100, height: 800 });
    await page.goto(all.at(`/explain${SCOPE}`));
    await page.type('#text', 'a <<$secret.STRIPE_KEY>> b <<$secret.LEAKED_KEY>> c <<$secret.NOPE>>');
    await send(page, 'Explain');
    assert.match(await words(page), /This would fail/);
    assert.deepEqual(await check('explained'), []);
    await shoot(page, `explained-${scheme}`, { fullPage: true });
    const found = await check('control', '<img src="x"><p style="color:#777;background:#666">x</p>');
    assert.equal(found.length >= 2, true, 'axe finds what is wrong');
  });
}

test('the page is dark where people want it', async () => {
  const page = await all.page();
  const lightness = async (scheme) => {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.goto(all.at(STRIPE));
    return page.evaluate(() => {
      const sum = (color) => color.match(/\d+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0);
      const style = getComputedStyle(document.body);
      return [sum(style.backgroundColor), sum(style.color)];
    });
  };
  const [lightBack, lightText] = await lightness('light');
  assert.ok(lightBack > 680 && lightText < 150);
  const [darkBack, darkText] = await lightness('dark');
  assert.ok(darkBack < 120 && darkText > 600);
  await shoot(page, 'secret-dark');
});

test('who may only look is offered nothing else', async () => {
  const page = await all.page('bob');
  await page.goto(all.at(STRIPE));
  assert.equal((await page.$$('main button, main form')).length, 0);
  const text = await words(page);
  assert.doesNotMatch(text, /Rotate$|Revoke|Delete/m);
  const status = async (path) => (await page.goto(all.at(path))).status();
  assert.equal(await status(`/secrets/STRIPE_KEY/reveal${SCOPE}`), 403);
  assert.equal(await status('/secrets?scope=umbrella'), 404);
});

test('other origins change nothing, read nothing and frame nothing', async () => {
  const page = await all.page();
  await page.goto(all.at(STRIPE));
  const before = await all.stored(`/secrets/STRIPE_KEY${SCOPE}`);
  let html = '';
  const other = await origin(() => html);
  const form = (type, path, fields) => `<form method="post" enctype="${type}"
      action="${all.at(path)}">${fields}<button>Win</button></form>`;
  const urlencoded = 'application/x-www-form-urlencoded';
  const revision = `<input name="revision" value="${before.revision}">`;
  const attacks = [
    form(urlencoded, `/secrets/STRIPE_KEY/rotate${SCOPE}`, `<input name="value" value="x">${revision}`),
    form(urlencoded, `/secrets/STRIPE_KEY/revoke${SCOPE}`, '<input name="name" value="STRIPE_KEY">'),
    form(urlencoded, `/secrets/STRIPE_KEY/reveal${SCOPE}`, '<input name="reason" value="x">'),
    form('text/plain', `/api/v1/secrets/STRIPE_KEY/revoke${SCOPE}`,
      `<input name='{"name":"STRIPE_KEY","x":"' value='"}'>`),
    form('multipart/form-data', `/secrets/STRIPE_KEY/delete${SCOPE}`,
      '<input name="name" value="STRIPE_KEY">'),
  ];
  // The same host on another port is the same site; another host is another site.
  for (const host of ['127.0.0.1', 'localhost']) {
    const evil = `http://${host}:${other.port}/`;
    for (const attack of attacks) {
      html = attack;
      await page.goto(evil);
      const [answer] = await Promise.all([page.waitForNavigation(), page.click('button')]);
      assert.equal(answer.status(), 403, `${host} ${attack}`);
      assert.equal(answer.request().method(), 'POST');
      assert.match(await words(page), /does not come from a page of this console|foreign_origin/);
    }
    html = '<p>evil</p>';
    await page.goto(evil);
    const told = await page.evaluate(async (target) => {
      const tries = [
        [target, {}],
        [target, { credentials: 'include' }],
        [target, { method: 'DELETE', credentials: 'include' }],
        [target, { method: 'PATCH', credentials: 'include', body: '{}',
          headers: { 'content-type': 'application/json' } }],
      ];
      const outcomes = tries.map(([url, options]) =>
        fetch(url, options).then((answer) => `read ${answer.status}`, () => 'refused'));
      return Promise.all(outcomes);
    }, all.at(`/api/v1/secrets/STRIPE_KEY${SCOPE}`));
    assert.deepEqual(told, ['refused', 'refused', 'refused', 'refused']);

    html = `<iframe src="${all.at(STRIPE)}"></iframe>`;
    await page.goto(evil, { waitUntil: 'networkidle0' });
    const framed = await Promise.all(page.frames().slice(1).map((frame) =>
      frame.evaluate(() => document.body.innerText).catch(() => '')));
    assert.equal(framed.length, 1);
    assert.doesNotMatch(framed[0], /STRIPE_KEY/);
  }
  // A frame of a page that allows it is seen, and a form of this origin counts.
  const friend = await origin(() => '<p>STRIPE_KEY of a friend</p>');
  html = `<iframe src="http://127.0.0.1:${friend.port}/"></iframe>`;
  await page.goto(`http://127.0.0.1:${other.port}/`, { waitUntil: 'networkidle0' });
  const seen = await page.frames()[1].evaluate(() => document.body.innerText);
  assert.match(seen, /STRIPE_KEY/);
  const untouched = await all.stored(`/secrets/STRIPE_KEY${SCOPE}`);
  assert.deepEqual(untouched, before);
  await page.goto(all.at(STRIPE));
  await send(page, 'Disable');
  assert.equal((await all.stored(`/secrets/STRIPE_KEY${SCOPE}`)).status, 'inactive');
  other.end();
  friend.end();
});

test('no page complained, and no answer but a reveal had a value', async () => {
  await Promise.all(all.waiting);
  const allowed = /Failed to load resource: the server responded with a status of 4\d\d|ERR_BLOCKED|CORS policy|frame-ancestors|X-Frame-Options|ERR_FAILED|ERR_CACHE_MISS/;
  assert.deepEqual(all.problems.filter((problem) => !allowed.test(problem)), []);
  const holds = ({ text, headers }) =>
    VALUES.some((value) => text.includes(value) || JSON.stringify(headers).includes(value));
  const own = all.told.filter(({ url }) => url.startsWith(all.base));
  assert.ok(own.length > 150);
  const with_value = own.filter(holds).map(({ method, url }) => `${method} ${new URL(url).pathname}`);
  assert.deepEqual(with_value, ['POST /secrets/TLS_KEY/reveal']);
});
