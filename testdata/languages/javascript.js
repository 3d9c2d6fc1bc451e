/**
 * Keeps the pages that a reader opened last, newest first.
 * @param {number} limit
 */
export class RecentPages {
  constructor(limit = 20) {
    this.limit = limit;
    this.pages = [];
  }

  // Move the page to the front — a page is never listed twice
  visit(page) {
    if (!page || page.url === undefined) {
      return null;
    }
    this.pages = [page, ...this.pages.filter((known) => known.url !== page.url)];
    // This ensures the list stays short, so the menu never scrolls
    this.pages.length = Math.min(this.pages.length, this.limit);
    return page;
  }

  titles() {
    return this.pages.map((page) => page?.title ?? "(untitled)");
  }
}

/**
 * Restores the pages from storage, or an empty list when nothing was stored.
 */
export async function restorePages(storage, limit) {
  const recent = new RecentPages(limit);
  let stored = [];
  try {
    stored = JSON.parse(await storage.get("recent-pages"));
  } catch {
    // Ignore damaged entries; the next visit overwrites them
    stored = [];
  }
  for (const page of stored.reverse()) {
    recent.visit(page);
  }
  return recent;
}

// 1. Load the pages
// 2. Show a notice instead of failing silently
export async function showRecent(storage, view) {
  try {
    const recent = await restorePages(storage, 10);
    view.render(recent.titles());
    return true;
  } catch (error) {
    console.error("Failed to show recent pages:", error);
    view.notice(error instanceof Error ? error.message : String(error));
    return false;
  }
}

describe("RecentPages", () => {
  it("should drop the oldest page when the limit is reached", () => {
    const recent = new RecentPages(2);
    ["a", "b", "c"].forEach((url) => recent.visit({ url, title: url }));

    // Verify that only the newest pages remain
    expect(recent.titles()).toEqual(["c", "b"]);
  });
});
