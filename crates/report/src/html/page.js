"use strict";
// Every text becomes a text node: nothing of the data is ever read as HTML.
const data = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);

function make(tag, { text, ...properties } = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) node.setAttribute(name, value);
  if (text !== undefined) node.append(String(text));
  node.append(...children.filter(Boolean));
  return node;
}

const signed = (odds) => (odds < 0 ? "\u2212" : "+") + Math.abs(odds).toFixed(2);
const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

// Code -------------------------------------------------------------------------------------------------------------

// By line: the texts to mark.
function marks(block) {
  const lines = new Map();
  for (const signal of block.signals.filter((signal) => signal.of === "block")) {
    for (const [first, last, text] of signal.evidence) {
      // A number about many lines marks none of them.
      if (last > first && !find(block.code.lines[first - block.code.first]?.[0] ?? "", text)) continue;
      if (!lines.has(first)) lines.set(first, []);
      lines.get(first).push({ text, title: `${signal.title} (${signed(signal.odds)})` });
    }
  }
  return lines;
}

function find(line, text) {
  const plain = text.replace(/\u2026$/, "");
  const from = plain ? line.toLowerCase().indexOf(plain.toLowerCase()) : -1;
  return from < 0 ? null : [from, from + plain.length];
}

function sourceOf(line, found) {
  const source = make("span", { class: "source" });
  const spans = found.map((mark) => [find(line, mark.text), mark.title]).filter(([span]) => span);
  spans.sort((a, b) => a[0][0] - b[0][0] || b[0][1] - a[0][1]);
  let done = 0;
  for (const [[from, to], title] of spans) {
    if (from < done) continue;
    source.append(line.slice(done, from), make("mark", { text: line.slice(from, to), title }));
    done = to;
  }
  source.append(line.slice(done) || "\u200b");
  return [source, spans.length > 0];
}

function codeOf(block) {
  const code = make("div", { class: "code", tabindex: "0", role: "region", "aria-label": `Lines of ${block.path}` });
  const marked = marks(block);
  block.code.lines.forEach(([line, added], index) => {
    const number = block.code.first + index;
    const found = marked.get(number) ?? [];
    const [source, seen] = sourceOf(line, found);
    const row = make("div", { class: "row" + (added ? " added" : "") }, make("span", { class: "number", text: number }), source);
    if (found.length && !seen) {
      row.classList.add("whole");
      row.title = found.map((mark) => mark.title).join("\n");
    }
    code.append(row);
  });
  if (block.code.more) code.append(make("div", { class: "more", text: `${block.code.more} more lines` }));
  return code;
}

// Flags ------------------------------------------------------------------------------------------------------------

function signalItem(signal, most) {
  const where = signal.of === "message" ? "commit message: " : "";
  const texts = signal.evidence.map(([, , text]) => text);
  const told = texts.every((text) => text.length < 30) ? texts.join(" \u00b7 ") : texts[0];
  const lines = [...new Set(signal.evidence.map(([line]) => line))].slice(0, 5).join(", ");
  const place = signal.of === "block" && lines ? `, line ${lines}` : "";
  return make("li", {},
    make("span", { class: "strength", "data-share": Math.max(4, Math.round((100 * signal.odds) / most)), "aria-hidden": "true" }),
    make("span", { class: "odds", text: signed(signal.odds) }),
    make("span", { title: `ai-detect rules explain ${signal.rule}` }, `${signal.title}${place} `,
      told ? make("span", { class: "evidence", text: `${where}\u201c${told}\u201d` }) : null));
}

// Bars of a block and of its commit are drawn to one scale.
function signalList(signals, scale) {
  const most = Math.max(...signals.map((signal) => signal.odds), scale, 0.01);
  const list = make("ul", { class: "signals" }, ...signals.map((signal) => signalItem(signal, most)));
  // Set here, as the policy of this page forbids style attributes.
  for (const bar of list.querySelectorAll(".strength")) bar.style.setProperty("--share", `${bar.dataset.share}%`);
  return list;
}

function bodyOf(block, group) {
  return make("div", { class: "body" },
    block.code ? codeOf(block) : null,
    block.is_scored ? make("details", { class: "sums" },
      make("summary", { text: `Sum: log-odds ${signed(block.odds)}, flagged from ${signed(data.likely)}` }),
      signalList(block.signals, Math.max(...group.signals.map((signal) => signal.odds), 0)),
      make("p", { class: "rest", text: block.rest })) : null,
    make("p", { class: "question", text: block.question }));
}

function flagOf(block, group) {
  const details = make("details", { class: `flag ${block.severity}`, id: `flag-${block.id}` },
    make("summary", {},
      make("span", { class: "place" }, make("code", { text: `${block.path}:${block.lines}` })),
      make("span", { class: "tag severity", text: block.severity }),
      make("span", { class: "tag finding", text: block.finding }),
      make("span", { class: "tag" }, make("code", { text: block.id }))));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(bodyOf(block, group));
  });
  return details;
}

function words(block, group) {
  const evidence = [...block.signals, ...group.signals].flatMap((signal) => [signal.title, signal.rule, ...signal.evidence.map(([, , text]) => text)]);
  const code = block.code ? block.code.lines.map(([line]) => line) : [];
  return [block.id, block.path, block.finding, group.id, group.title, group.by, ...evidence, ...code].join("\n").toLowerCase();
}

// The id of a rule, with the command that explains it.
function ruleOf(rule) {
  return make("code", { class: "rule", title: `ai-detect rules explain ${rule}`, text: rule });
}

// The line of a reason, with the words in it that count.
function reasonItem(label, reason) {
  const line = reason.line.length
    ? make("code", { class: "line" }, ...reason.line.map(([text, marked]) => make(marked ? "mark" : "span", { text })))
    : null;
  return make("li", {},
    make("span", { class: "label", text: label }),
    make("span", { class: "reason" }, `${reason.title} `, ...reason.rules.map(ruleOf), reason.place ? make("code", { class: "where", text: reason.place }) : null, line));
}

function reasonsOf(group) {
  const items = [
    ...group.for_ai.map((reason) => reasonItem("reads like AI", reason)),
    ...group.for_a_person.map((reason) => reasonItem("points to a person", reason)),
  ];
  return items.length ? make("ul", { class: "reasons" }, ...items) : null;
}

const entries = [];
for (const group of data.groups) {
  const title = make("h2", {}, group.id ? make("code", { text: group.id }) : null, group.title);
  const sums = group.signals.length
    ? make("details", { class: "sums" }, make("summary", { text: "Sum of the commit, the same for all of its blocks" }),
      signalList(group.signals, 0), make("p", { class: "rest", text: group.rest }))
    : null;
  const section = make("article", { class: "group" },
    make("div", { class: "commit" }, title,
      group.by ? make("p", { text: `by ${group.by}` }) : null,
      make("p", { class: "found", text: group.finding }),
      ...group.more.map((text) => make("p", { text })),
      reasonsOf(group),
      group.sensitive ? make("p", { text: `also touches, not scored: ${group.sensitive}` }) : null,
      sums));
  for (const block of group.flags) {
    const node = flagOf(block, group);
    section.append(node);
    entries.push({ node, section, block, words: words(block, group), path: block.path.toLowerCase() });
  }
  at("flags").append(section);
}
for (const { node } of entries.slice(0, 1)) node.open = true;

const others = data.others.map((other) => {
  const row = make("tr", {}, make("td", {}, make("code", { text: `${other.path}:${other.lines}` })), make("td", { text: `${other.verdict}, ${other.looks}` }));
  return { row, other, path: other.path.toLowerCase() };
});

function table(into, title, rows) {
  if (!rows.length) return;
  at(into).append(make("details", { class: "plain" }, make("summary", { text: title }), make("table", {}, make("tbody", {}, ...rows))));
}
table("commits", "What the commits declare",
  data.commits.map(([commit, says]) => make("tr", {}, make("td", { text: commit }), make("td", { text: says }))));
table("others", `Other blocks (${others.length})`, others.map(({ row }) => row));
table("left-out", `Not scored (${data.left_out.length})`,
  data.left_out.map(([path, why]) => make("tr", {}, make("td", {}, make("code", { text: path })), make("td", { text: why }))));

// What to do -------------------------------------------------------------------------------------------------------

function stepOf(step) {
  const button = make("button", { type: "button", text: "Copy" });
  button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(step.paste).catch(() => {});
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  return make("div", { class: "step" },
    make("p", { text: step.what }),
    step.paste ? make("div", { class: "copy" }, make("code", { text: step.paste }), button) : null,
    step.note ? make("p", { class: "note", text: step.note }) : null);
}
if (data.advice.length || data.otherwise.length)
  at("advice").append(make("div", { class: "advice" },
    make("h2", { text: "What to do" }), ...data.advice.map(stepOf), ...data.otherwise.map((text) => make("p", { text }))));

// Filters ----------------------------------------------------------------------------------------------------------

function chips(into, names, count) {
  for (const name of names.filter((name) => count(name) > 0)) {
    const chip = make("button", { type: "button", "aria-pressed": "true", "data-name": name, text: `${name} ${count(name)}` });
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") === "false"));
      filter();
    });
    at(into).append(chip);
  }
}
const severities = ["high", "medium", "low"];
const verdicts = ["contradicted", "unattested", "unreadable", "wrong-form", "partial", "attested", "unlikely"];
chips("severities", severities, (name) => entries.filter(({ block }) => block.severity === name).length);
chips("verdicts", verdicts, (name) =>
  entries.filter(({ block }) => block.verdict === name).length + others.filter(({ other }) => other.verdict === name).length);

function filter() {
  const off = new Set([...document.querySelectorAll('.chips [aria-pressed="false"]')].map((chip) => chip.dataset.name));
  const terms = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const path = at("path").value.toLowerCase().trim();
  let visible = 0;
  for (const entry of entries) {
    const { block } = entry;
    const kept = !off.has(block.severity) && !off.has(block.verdict) && entry.path.includes(path) && terms.every((term) => entry.words.includes(term));
    entry.node.hidden = !kept;
    visible += kept;
  }
  for (const section of new Set(entries.map(({ section }) => section)))
    section.hidden = ![...section.querySelectorAll(".flag")].some((node) => !node.hidden);
  for (const { row, other, path: place } of others) row.hidden = off.has(other.verdict) || !place.includes(path);
  const more = data.more ? `; ${data.more} more in the report` : "";
  at("count").textContent = `${visible} of ${plural(entries.length, "flag", "flags")}${more}`;
  at("count").dataset.visible = visible;
}
at("filters").addEventListener("submit", (event) => event.preventDefault());
at("filters").addEventListener("input", filter);

function clear() {
  at("filters").reset();
  for (const chip of document.querySelectorAll(".chips button")) chip.setAttribute("aria-pressed", "true");
  filter();
}

// Page -------------------------------------------------------------------------------------------------------------

const flags = entries.length + data.more;
document.title = `ai-detect: ${data.headline}`;
at("range").textContent = data.range;
at("summary").append(
  make("h1", { text: data.headline }),
  make("p", { class: "scope", text: data.scope }),
  make("p", { class: "counts", text: data.counts.join(" \u00b7 ") }),
  make("ul", {}, ...data.told.map((text) => make("li", { text })),
    !data.code && flags ? make("li", { text: "made from a written report, which holds no code: the text of the evidence is shown" }) : null));
if (!flags) at("flags").append(make("p", { class: "empty", text: "Nothing to look at here." }));
at("filters").hidden = !flags;
const rules = data.groups.some((group) => group.for_ai.length) ? " `ai-detect rules explain RULE` says what a rule means and when it misleads." : "";
at("foot").textContent = `${data.kind}${rules} ai-detect ${data.version}`;

let here = -1;
function step(by) {
  const visible = entries.filter(({ node }) => !node.hidden);
  if (!visible.length) return;
  const current = visible.indexOf(entries[here]);
  const next = visible[Math.min(visible.length - 1, Math.max(0, current < 0 ? 0 : current + by))];
  entries[here]?.node.classList.remove("here");
  here = entries.indexOf(next);
  next.node.classList.add("here");
  next.node.open = true;
  next.node.querySelector("summary").focus({ preventScroll: true });
  next.node.scrollIntoView({ block: "start" });
}

function dark(on) {
  document.documentElement.classList.toggle("dark", on);
  document.documentElement.style.colorScheme = on ? "dark" : "light";
}
const system = matchMedia("(prefers-color-scheme: dark)");
dark(system.matches);
system.addEventListener("change", () => dark(system.matches));
at("theme").addEventListener("click", () => dark(!document.documentElement.classList.contains("dark")));
at("keys").addEventListener("click", () => at("help").showModal());

const keys = {
  j: () => step(1),
  k: () => step(-1),
  o: () => entries[here] && (entries[here].node.open = !entries[here].node.open),
  "/": () => at("search").focus(),
  p: () => at("path").focus(),
  x: clear,
  t: () => at("theme").click(),
  "?": () => at("help").showModal(),
};
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches("input")) return event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input") || at("help").open) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
filter();
