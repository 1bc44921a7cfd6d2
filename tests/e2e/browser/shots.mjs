// Pictures of a report for people to look at: node shots.mjs REPORT FOLDER (widths 1280 and 390, light and dark).
import {pathToFileURL} from 'node:url';
import {chromium} from 'playwright-core';

const [report, folder] = process.argv.slice(2);
const browser = await chromium.launch({executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox']});
for (const width of [1280, 390]) {
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({viewport: {width, height: 900}, colorScheme, deviceScaleFactor: width === 390 ? 2 : 1});
    page.on('pageerror', error => console.error('page error:', error.message));
    page.on('console', message => message.type() === 'error' && console.error('console:', message.text()));
    await page.goto(pathToFileURL(report).href);
    await page.waitForFunction(() => document.documentElement.dataset.ready === '1');
    await page.screenshot({path: `${folder}/${width}-${colorScheme}.png`, fullPage: process.env.WHOLE !== '0'});
    const open = page.locator('#table .open').first();
    if (await open.count()) {
      await open.click();
      await page.locator('tr.detail').first().screenshot({path: `${folder}/${width}-${colorScheme}-detail.png`});
    }
    await page.close();
  }
}
await browser.close();
