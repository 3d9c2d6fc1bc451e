// Opens HTML reports in a real browser: filters, keys, themes, a narrow screen, no request but the file itself.
// node html.mjs BROWSER REPORT HOSTILE PICTURES
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const [, , executablePath, report, hostile, pictures] = process.argv;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

async function open(file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  const wrong = [];
  page.on("request", (request) => request.url() === `file://${file}` || wrong.push(`request ${request.url()}`));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("dialog", (dialog) => { wrong.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
  await page.goto(`file://${file}`);
  page.done = async () => {
    assert.deepEqual(wrong, [], "nothing is asked for, and nothing fails");
    await context.close();
  };
  return page;
}

const visible = (page) => page.locator(".flag:visible").count();
const told = async (page) => Number(await page.locator("#count").getAttribute("data-visible"));

// Filters.
{
  const page = await open(report, { colorScheme: "light" });
  const all = await visible(page);
  assert.ok(all >= 3, `${all} flags`);
  assert.equal(await told(page), all);
  for (const into of ["#severities", "#verdicts"]) {
    const chip = page.locator(`${into} button`).first();
    const count = Number((await chip.textContent()).split(" ").at(-1));
    await chip.click();
    assert.equal(await visible(page), await told(page));
    assert.equal(await told(page), all - count, `without ${await chip.textContent()}`);
    await chip.click();
  }
  const path = await page.locator(".flag .place").first().textContent();
  await page.fill("#path", path.split(":")[0]);
  const ofPath = await visible(page);
  assert.ok(ofPath >= 1 && ofPath < all, `${ofPath} of ${all}`);
  await page.fill("#search", "no such text anywhere");
  assert.equal(await visible(page), 0);
  await page.locator("#search").press("Escape");
  await page.keyboard.press("x");
  assert.equal(await visible(page), all);
  assert.ok(await page.locator("mark").count() > 0, "evidence is marked in the code");
  await page.screenshot({ path: `${pictures}/report-light.png` });
  // Keys.
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  assert.equal(await page.locator(".flag.here").getAttribute("id"), await page.locator(".flag").nth(1).getAttribute("id"));
  await page.keyboard.press("k");
  await page.keyboard.press("o");
  assert.equal(await page.locator(".flag").first().getAttribute("open"), null);
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "search");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  assert.ok(await page.locator("#help").isVisible());
  await page.keyboard.press("Escape");
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.keyboard.press("t");
  assert.notEqual(await background(), light);
  await page.done();
}

// The dark theme follows the system.
{
  const page = await open(report, { colorScheme: "dark" });
  assert.ok(await page.evaluate(() => document.documentElement.classList.contains("dark")));
  await page.screenshot({ path: `${pictures}/report-dark.png` });
  await page.done();
}

// A phone.
{
  const page = await open(report, { colorScheme: "light", viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true });
  const [content, screen] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
  assert.ok(content <= screen, `${content} of ${screen}: nothing sticks out`);
  await page.screenshot({ path: `${pictures}/report-narrow.png` });
  await page.done();
}

// Hostile data stays text.
{
  const page = await open(hostile);
  assert.ok(await visible(page) >= 1);
  for (const details of await page.locator("details").all()) await details.evaluate((node) => (node.open = true));
  await page.waitForTimeout(200);
  const elements = await page.evaluate(() => [...new Set([...document.body.querySelectorAll("*")].map((node) => node.localName))].sort());
  for (const foreign of ["img", "iframe", "a", "svg", "object", "base", "link"]) assert.ok(!elements.includes(foreign), foreign);
  assert.equal(await page.locator("script").count(), 2);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.ok((await page.locator("body").textContent()).includes("<img src=x"), "it is shown as it stands");
  await page.done();
}

await browser.close();
console.log("the HTML report works in a browser");
