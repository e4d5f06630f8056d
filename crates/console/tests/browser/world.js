// The console of the example, a browser, and everything that the browser was told.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import puppeteer from 'puppeteer-core';

// The values of the example begin so, and those that the tests store.
export const VALUES = ['demo-value', 'typed-value'];

export async function world() {
  const server = spawn(process.env.KEYSLOT_CONSOLE, ['0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  const browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  return new World(server, browser, line.replace(/\/$/, ''));
}

class World {
  constructor(server, browser, base) {
    Object.assign(this, { server, browser, base, told: [], problems: [], waiting: [] });
  }

  // A page of somebody who is signed in. What it is told is kept, and what it complains about.
  async page(user = 'ada') {
    const context = await this.browser.createBrowserContext();
    const page = await context.newPage();
    await page.authenticate({ username: user, password: user });
    await page.setViewport({ width: 1100, height: 840 });
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.problems.push(`${page.url()}: ${error}`));
    page.on('response', (response) => this.waiting.push(this.keep(response)));
    return page;
  }

  async keep(response) {
    const request = response.request();
    const kept = { method: request.method(), url: response.url(), text: '', headers: response.headers() };
    try {
      kept.text = await response.text();
    } catch {
      // A redirect has no body.
    }
    this.told.push(kept);
  }

  at(path) {
    return this.base + path;
  }

  // What is stored, asked past the browser.
  async stored(path) {
    const authorization = `Basic ${Buffer.from('ada:ada').toString('base64')}`;
    const response = await fetch(this.at(`/api/v1${path}`), { headers: { authorization } });
    return response.json();
  }

  async end() {
    await this.browser.close();
    this.server.kill();
  }
}

// Another origin, which serves one page at every path.
export async function origin(html) {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(html());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: server.address().port, end: () => server.close() };
}

// Sends a form and waits for the page behind it.
export async function send(page, label) {
  const button = await page.waitForSelector(`::-p-xpath(//main//button[normalize-space()="${label}"])`);
  await Promise.all([page.waitForNavigation(), button.click()]);
}

// Follows a link of the content.
export async function follow(page, label) {
  const link = await page.waitForSelector(`::-p-xpath(//main//a[normalize-space()="${label}"])`);
  await Promise.all([page.waitForNavigation(), link.click()]);
}

export const words = (page) => page.evaluate(() => document.body.innerText);
