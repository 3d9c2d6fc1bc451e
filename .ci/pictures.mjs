// Takes pictures: what `ci --dry-run` printed as comments, and the HTML report.
// node pictures.mjs BROWSER FOLDER PICTURES; the folder holds posted.txt and report.html.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { marked } from "marked";
import { chromium } from "playwright-core";

const [, , executablePath, folder, pictures] = process.argv;
const css = readFileSync(createRequire(import.meta.url).resolve("github-markdown-css/github-markdown.css"), "utf8");

// Each body stands behind its title, its lines behind a bar.
const bodies = [];
for (const line of readFileSync(`${folder}/posted.txt`, "utf8").split("\n")) {
  if (line.startsWith("  | ") || line === "  |") bodies.at(-1)?.lines.push(line.slice(4));
  else bodies.push({ title: line, lines: [] });
}
const comments = bodies.filter((body) => body.lines.length > 0);
const summary = comments.find((body) => body.title.startsWith("summary"));
const inline = comments.find((body) => !body.title.startsWith("summary"));
if (!summary || !inline) throw new Error("nothing would be posted");

const frame = `
  body { margin: 0; padding: 16px; width: 800px; background: light-dark(#fff, #0d1117); color-scheme: light dark; }
  .comment { border: 1px solid light-dark(#d1d9e0, #3d444d); border-radius: 6px; overflow: hidden; }
  .who { font: 14px sans-serif; padding: 8px 16px; background: light-dark(#f6f8fa, #151b23);
    color: light-dark(#59636e, #9198a1); border-bottom: 1px solid light-dark(#d1d9e0, #3d444d); }
  .who b { color: light-dark(#1f2328, #f0f6fc); }
  .markdown-body { padding: 16px; font-size: 14px; }
`;
function pageOf(body, place) {
  const text = body.lines.slice(1).join("\n");
  return `<!doctype html><meta charset="utf-8"><style>${css}${frame}</style><div class="comment">
    <div class="who"><b>github-actions</b> bot ${place}</div><div class="markdown-body">${marked.parse(text)}</div></div>`;
}

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
async function take(name, options, open) {
  const context = await browser.newContext({ deviceScaleFactor: 1.5, ...options });
  const page = await context.newPage();
  await open(page);
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: name.startsWith("comment") });
  await context.close();
}
for (const colorScheme of ["light", "dark"]) {
  const viewport = { width: 832, height: 200 };
  const dark = colorScheme === "dark" ? "-dark" : "";
  await take(`comment-summary${dark}`, { colorScheme, viewport }, (page) => page.setContent(pageOf(summary, "commented")));
  await take(`comment-inline${dark}`, { colorScheme, viewport }, async (page) => {
    await page.setContent(pageOf(inline, `commented on <code>${inline.title}</code>`));
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
  });
  await take(`report${dark}`, { colorScheme, viewport: { width: 1100, height: 1000 }, deviceScaleFactor: 1 },
    (page) => page.goto(`file://${folder}/report.html`));
}
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, colorScheme: "light" };
await take("report-narrow", phone, (page) => page.goto(`file://${folder}/report.html`));
await browser.close();
