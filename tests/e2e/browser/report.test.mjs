// The report in a real browser: it opens from disk, asks the network for nothing, runs only its own scripts, and its
// table, details and pictures work with mouse and keyboard. Usage: node report.test.mjs SMALL.html LARGE.html
import assert from 'node:assert/strict';
import {pathToFileURL} from 'node:url';
import {chromium} from 'playwright-core';

const [small, large] = process.argv.slice(2);
const browser = await chromium.launch({executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox']});
let passed = 0, failed = 0;

async function open(report, options = {}) {
  const page = await browser.newPage({viewport: {width: 1280, height: 900}, ...options});
  page.faults = [];
  page.requests = [];
  page.on('pageerror', error => page.faults.push(error.message));
  page.on('console', message => message.type() === 'error' && page.faults.push(message.text()));
  page.on('request', request => page.requests.push(request.url()));
  await page.goto(pathToFileURL(report).href);
  await page.waitForFunction(() => document.documentElement.dataset.ready === '1', null, {timeout: 20000});
  return page;
}

async function test(sentence, body) {
  try {
    await body();
    ++passed;
  } catch (error) {
    ++failed;
    console.error(`FAILED: ${sentence}\n${error.stack}`);
  }
}

await test('the page opens from disk without an error and asks for nothing but itself', async () => {
  const page = await open(small);
  assert.deepEqual(page.faults, []);
  assert.deepEqual(page.requests.filter(url => !url.startsWith('file:') || !url.endsWith('.html')), []);
  assert.match(await page.locator('h1').innerText(), /faster .*re-measured from a clean checkout\.$/);
  await page.close();
});

await test('an injected script or image does not run: the policy names two hashes only', async () => {
  const page = await open(small);
  const blocked = [];
  page.on('requestfailed', request => blocked.push(request.failure().errorText));
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.evil = 1';
    document.body.append(script);
    const image = document.createElement('img');
    image.src = 'http://127.0.0.1:9/x.png';
    document.body.append(image);
  });
  await page.waitForTimeout(200);
  assert.equal(await page.evaluate(() => window.evil), undefined);
  assert.deepEqual(blocked.map(text => text.toLowerCase().includes('csp')), [true]);
  await page.close();
});

await test('every canvas holds a picture', async () => {
  const page = await open(small);
  const blank = await page.evaluate(() => [...document.querySelectorAll('canvas')].filter(canvas => {
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return !pixels.some((value, i) => i % 4 === 3 && value > 0);
  }).length);
  assert.equal(blank, 0);
  assert.ok(await page.locator('canvas').count() >= 3);
  await page.close();
});

await test('the table filters by text, outcome and number', async () => {
  const page = await open(small);
  await page.selectOption('#f-outcome', {label: 'kept'});
  const kept = await page.locator('#table tbody tr').count();
  assert.equal(kept, await page.locator('.keeps li').count());
  await page.selectOption('#f-outcome', {label: 'all'});
  await page.fill('#f-text', '#7');
  await page.waitForFunction(() => document.querySelectorAll('#table tbody tr').length === 1);
  await page.fill('#f-text', 'no such idea');
  await page.waitForFunction(() => document.querySelectorAll('#table tbody tr').length === 0);
  assert.match(await page.locator('#f-count').innerText(), /^0 of 60/);
  await page.close();
});

await test('the table sorts by gain, largest first, and what has none comes last', async () => {
  const page = await open(small);
  await page.click('#table th button:has-text("gain")');
  const gains = (await page.locator('#table tbody td.i').allInnerTexts()).map(text => text === '' ? -Infinity : parseFloat(text));
  assert.deepEqual(gains, [...gains].sort((a, b) => b - a));
  assert.equal(await page.locator('#table th[aria-sort="descending"]').count(), 1);
  await page.close();
});

await test('the keyboard alone opens an experiment with idea, verdict, pairs, diff and output', async () => {
  const page = await open(small);
  await page.selectOption('#f-outcome', {label: 'kept'});
  await page.locator('#table .open').first().focus();
  await page.keyboard.press('Enter');
  const detail = page.locator('.detail').first();
  for (const part of ['Idea', 'Verdict', 'Pairs', 'Diff', 'Output']) assert.ok((await detail.innerText()).includes(part), part);
  assert.ok(await detail.locator('pre .add').count() > 0);
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-expanded')), 'true');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('.detail').count(), 0);
  await page.close();
});

await test('an outcome is hidden and shown by its legend button', async () => {
  const page = await open(small);
  const picture = () => page.evaluate(() => document.getElementById('progress').toDataURL());
  const before = await picture();
  const button = page.locator('#legend button').nth(1);
  await button.click();
  assert.equal(await button.getAttribute('aria-pressed'), 'false');
  assert.notEqual(await picture(), before);
  await page.close();
});

await test('a phone sees no sideways scrolling', async () => {
  for (const colorScheme of ['light', 'dark']) {
    const page = await open(small, {viewport: {width: 390, height: 844}, colorScheme});
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    assert.deepEqual(page.faults, []);
    await page.close();
  }
});

await test('a change between light and dark redraws', async () => {
  const page = await open(small, {colorScheme: 'light'});
  const picture = () => page.evaluate(() => document.getElementById('progress').toDataURL());
  const light = await picture();
  await page.emulateMedia({colorScheme: 'dark'});
  await page.waitForTimeout(300);
  assert.notEqual(await picture(), light);
  await page.close();
});

await test('without JavaScript the sentence, the facts and the keeps are there', async () => {
  const page = await browser.newPage({javaScriptEnabled: false});
  await page.goto(pathToFileURL(small).href);
  assert.match(await page.locator('h1').innerText(), /faster/);
  assert.ok(await page.locator('.keeps li').count() > 0);
  await page.close();
});

await test('100,000 experiments open, page and filter', async () => {
  const began = Date.now();
  const page = await open(large);
  console.log(`100,000 experiments ready in the browser after ${Date.now() - began} ms`);
  assert.deepEqual(page.faults, []);
  assert.equal(await page.locator('#table tbody tr').count(), 50);
  await page.click('#p-next');
  assert.match(await page.locator('#p-where').innerText(), /page 2 of 2,?000/);
  await page.selectOption('#f-outcome', {label: 'kept'});
  await page.waitForFunction(() => / of 100,000/.test(document.getElementById('f-count').textContent));
  assert.match(await page.locator('section').last().innerText(), /hone show quiet-otter N/);
  await page.close();
});

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
