// Sends recorded calls to Prism, which serves GitHub's OpenAPI description and refuses what does not
// conform, and checks GraphQL documents by GitHub's schema.
import { readFileSync } from "node:fs";
import * as schema from "@octokit/graphql-schema";

const [calls, prism] = process.argv.slice(2);
const seen = new Map();
for (const line of readFileSync(calls, "utf8").split("\n").filter(Boolean)) {
  const call = JSON.parse(line);
  seen.set(JSON.stringify([call.method, call.target, call.body]), call);
}

// All that the program does must have been heard, or nothing was checked.
const expected = [
  "GET pulls", "GET pulls/7", "GET collaborators/NAME/permission", "GET pulls/7/files", "GET commits/ID/check-runs", "POST check-runs", "PATCH check-runs/N",
  "POST issues/7/comments", "PATCH issues/comments/N", "DELETE issues/comments/N", "POST pulls/7/reviews",
  "POST pulls/7/comments", "PATCH pulls/comments/N", "DELETE pulls/comments/N",
  "Posted", "Resolve", "Unresolve", "Minimize", "Unminimize",
];
const heard = new Set();
const problems = [];
for (const call of seen.values()) {
  if (call.accept !== "application/vnd.github+json") problems.push(`${call.target}: asks for ${call.accept}`);
  if (call.target === "/graphql") {
    heard.add(call.body.operationName);
    for (const error of schema.validate(call.body.query)) problems.push(`${call.body.operationName}: ${error.message}`);
    continue;
  }
  const path = call.target.split("?")[0].replace("/repos/ada/engine/", "");
  heard.add(`${call.method} ${path.replace(/\d{6,}$/, "N").replace(/^collaborators\/[^/]+/, "collaborators/NAME").replace(/[0-9a-f]{40}/, "ID")}`);
  const answer = await fetch(prism + call.target, {
    method: call.method,
    // Prism answers 406 to GitHub's own media types.
    headers: { accept: "application/json", authorization: "Bearer token", "content-type": "application/json" },
    body: call.body === null ? undefined : JSON.stringify(call.body),
  });
  await answer.text();
  const all = JSON.parse(answer.headers.get("sl-violations") ?? "[]");
  // Some of GitHub's own examples lack what its description requires of answers.
  const ours = all.filter((violation) => violation.location[0] !== "response");
  if (ours.length > 0 || (!answer.ok && all.length === 0)) {
    const told = [call.method, call.target, answer.status, JSON.stringify(ours), JSON.stringify(call.body)];
    problems.push(told.join(" ").slice(0, 600));
  }
}
for (const name of expected) if (!heard.has(name)) problems.push(`not heard: ${name}`);
problems.forEach((problem) => console.error(problem));
console.log(`${seen.size} different calls of ${heard.size} kinds, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
