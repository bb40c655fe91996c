import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import path from "node:path";
import { toHtml, type Report } from "../../../../scripts/commands/preview/report/index.ts";
import { openBrowser, type Page } from "../../../support/browser.ts";
import { Folder } from "../../../support/folder.ts";
import { requires } from "../../../support/machine.ts";
import {
  environmentFailed,
  groupAdded,
  holeOpened,
  large,
  machineReplaced,
  nothingChanged,
} from "../../../support/previewReports.ts";
import { withTexts } from "./texts.ts";

describe("a report as a page", function () {
  this.timeout(60_000);
  let page: Page;
  const folder = new Folder({});
  before(async function () {
    requires(this, "chromium");
    page = await openBrowser();
  });
  after(async () => {
    await page.close();
    folder.delete();
  });

  async function open(report: Report): Promise<void> {
    const file = path.join(folder.path, "preview.html");
    writeFileSync(file, toHtml(report));
    await page.open(pathToFileURL(file));
  }
  const text = () => page.evaluate<string>("document.body.innerText");
  const count = (selector: string) =>
    page.evaluate<number>(`document.querySelectorAll(${JSON.stringify(selector)}).length`);

  for (const [what, make] of Object.entries({
    "a hole": holeOpened,
    "a new group": groupAdded,
    "replaced machines": machineReplaced,
    "a failure": environmentFailed,
    "no change": nothingChanged,
  }))
    it(`of ${what} opens without a complaint and asks for nothing from elsewhere`, async () => {
      await open(make());
      assert.match(await text(), /^Preview: /);
      assert.deepEqual(page.complaints, []);
      assert.deepEqual(page.requests, []);
    });

  it("has every change whole, with its old and new values", async () => {
    const report = machineReplaced();
    await open(report);
    await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
    const shown = await text();
    const changes = report.environments.flatMap(({ groups }) =>
      groups.flatMap(({ components }) => components.flatMap((component) => component.changes)),
    );
    assert.equal(await count("article"), changes.length);
    for (const { name, properties } of changes) {
      assert.ok(shown.includes(name), name);
      for (const { old, new: now } of properties)
        for (const value of [old, now]) if (value !== undefined) assert.ok(shown.includes(value), value);
    }
  });

  it("shows only what somebody looks for, and all again", async () => {
    await open(large(2000));
    const all = await count("article:not([hidden])");
    assert.ok(all > 100, String(all));
    const wanted = await page.evaluate<string>("document.querySelector('article b').textContent");
    await page.evaluate("document.querySelector('.find input').focus()");
    await page.type(wanted);
    const found = await count("article:not([hidden])");
    assert.ok(found >= 1 && found < all, String(found));
    assert.ok((await text()).includes(wanted));
    await page.evaluate(
      "const field = document.querySelector('.find input'); field.value = ''; field.dispatchEvent(new Event('input'))",
    );
    assert.equal(await count("article:not([hidden])"), all);
  });

  it("says everything without scripts, too", async () => {
    await page.withScripts(false);
    try {
      await open(holeOpened());
      await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
      const shown = await text();
      for (const { proof, groups } of holeOpened().environments) {
        for (const { message } of proof?.findings ?? []) assert.ok(shown.includes(message), message);
        for (const { components } of groups)
          for (const { name } of components.flatMap(({ changes }) => changes))
            assert.ok(shown.includes(name), name);
      }
      assert.equal(await count(".find:not([hidden])"), 0, "what only a script can do is not offered");
    } finally {
      await page.withScripts(true);
    }
  });

  it("runs and shows nothing of what others wrote but its text", async () => {
    const evil = `"><img src=x onerror="document.title='owned'"></script><script>document.title='owned'</script>`;
    await open(withTexts(holeOpened(), () => evil));
    assert.doesNotMatch(await page.evaluate<string>("document.title"), /^owned/);
    assert.equal(await count("img"), 0);
    assert.equal(await count("script"), 1);
    assert.deepEqual(page.complaints, []);
  });
});
