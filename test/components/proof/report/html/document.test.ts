import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { toHtml } from "../../../../../components/proof/report/index.ts";
import type { Statement } from "../../../../../components/proof/statement/index.ts";
import { openBrowser, type Page } from "../../../../support/browser.ts";
import { Folder } from "../../../../support/folder.ts";
import { requires } from "../../../../support/machine.ts";
import { canary, dev, hostile, large, manifests, troubled } from "../../../../support/statements.ts";

describe("a statement as a page", () => {
  it("asks for nothing from elsewhere", () => {
    const page = toHtml(troubled());
    assert.match(
      page,
      /content="default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; base-uri 'none'/,
    );
    assert.doesNotMatch(
      page,
      /<(?:link|img|iframe|object|embed)\b|\ssrc=|@import|url\(|\sstyle="|\son[a-z]+="/,
    );
  });

  it("stays below 3 MB with 200 zones, alike or not", () => {
    for (const statement of [large(), large(200, 2), large(200, 1)]) {
      const size = Buffer.byteLength(toHtml(statement));
      assert.ok(size < 3_000_000, `${size} bytes`);
    }
  });
});

describe("a statement in a browser", function () {
  this.timeout(20_000);
  let page: Page;
  const folder = new Folder();
  const opened: Page[] = [];

  before(async function () {
    requires(this, "chromium");
    opened.push((page = await openBrowser()));
  });
  after(async () => {
    for (const one of opened) await one.close();
    folder.delete();
  });
  beforeEach(async () => {
    await page.withScripts(true);
    await page.size(1280, 900);
    await page.prefer("light");
  });
  afterEach(() => {
    const { complaints, requests } = page;
    assert.deepEqual(
      [complaints.splice(0), requests.splice(0)],
      [[], []],
      "the console is empty, nothing was asked for",
    );
  });

  const show = async (statement: Statement) => {
    folder.write({ "proof.html": toHtml(statement) });
    await page.open(pathToFileURL(`${folder.path}/proof.html`));
  };
  const focused = () => page.evaluate<string>("document.activeElement.getAttribute('aria-label') ?? ''");
  const dialog = () => page.evaluate<string>("document.querySelector('dialog[open]')?.innerText ?? ''");
  const focus = (selector: string) =>
    page.evaluate(`document.querySelector(${JSON.stringify(selector)}).focus()`);

  it("is walked by keyboard: Tab enters the matrix once, arrows go from cell to cell, Enter opens, Escape closes", async () => {
    await show(troubled());
    await focus(".scroll:has(.matrix)");
    await page.press("Tab");
    assert.match(await focused(), /^manager to registry: allowed by a flow, tcp\/443$/);
    for (let step = 0; step < 4; step++) await page.press("ArrowDown");
    await page.press("ArrowRight");
    assert.equal(await focused(), "test-portal to test-billing: allowed by a flow, tcp/8443");
    await page.press("ArrowRight");
    assert.equal(await focused(), "test-portal to test-claims: leak, tcp/5432");
    assert.notEqual(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "none");

    await page.press("Enter");
    const opened = await dialog();
    for (const part of ["test-portal → test-claims", "leak", "tcp/5432", "claims are shown, for now"])
      assert.ok(opened.includes(part), part);
    await page.press("Escape");
    assert.equal(await dialog(), "");
    assert.equal(await focused(), "test-portal to test-claims: leak, tcp/5432");

    await page.press("End");
    await page.press("ArrowRight");
    assert.match(await focused(), /^test-portal to time: /);
    await page.press("Tab");
    assert.match(await focused(), /^map of machines$/);
  });

  it("says why something passes, who owns it, where it is documented and by which rules", async () => {
    await show(dev());
    const open = (label: string) =>
      page.evaluate(`document.querySelector('.matrix [aria-label^=${JSON.stringify(label)}]').click()`);
    await open("staging-portal to staging-billing");
    const invoices = await dialog();
    for (const part of [
      "the portal shows invoices, which billing serves",
      "portal@example.com",
      "zone/staging-portal -> zone/staging-billing: tcp/8443",
    ])
      assert.ok(invoices.includes(part), part);
    assert.match(invoices, /owner\s+portal@example\.com/);
    await page.press("Escape");
    await open("test-claims to manager");
    assert.equal(
      await page.evaluate("document.querySelector('dialog a').href"),
      "https://docs.tigera.io/calico/latest/getting-started/kubernetes/requirements",
    );
    await page.press("Escape");
    await open("test-claims to test-portal");
    assert.match(await dialog(), /denied: no rule lets anything pass/);
  });

  it("opens the same from an arrow of the map", async () => {
    await show(troubled());
    await focus('.arrow[aria-label="staging-portal to staging-billing: REQUIRED BUT MISSING: tcp/8443"]');
    await page.press("Enter");
    assert.match(await dialog(), /staging-portal → staging-billing[^]*required but missing/i);
  });

  it("finds parties, passages and findings, and says how many", async () => {
    await show(troubled());
    await focus("#find");
    await page.type("invoices");
    assert.equal(
      await page.evaluate("document.querySelector('.tools output').textContent"),
      "0 of 6 findings, 0 of 3 exceptions, 2 of 18 parties, 2 of 31 passages, 0 of 2 assumptions",
    );
    const rows =
      "[...document.querySelectorAll('.matrix tbody tr:not([hidden]) th')].map((head) => head.textContent)";
    assert.deepEqual(await page.evaluate(rows), ["test-portal", "staging-portal"]);
    await page.press("Escape");
    assert.equal(await page.evaluate<number>(`${rows}.length`), 18);
    assert.equal(await page.evaluate("document.querySelector('.tools output').ariaLive"), "polite");
  });

  it("can be read in light and in dark, and on paper: each text stands out from what is behind it", async () => {
    for (const [scheme, media] of [
      ["light", "screen"],
      ["dark", "screen"],
      ["dark", "print"],
    ] as const) {
      await page.prefer(scheme, media);
      await show(troubled());
      await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
      assert.deepEqual(await page.evaluate(`(${faint.toString()})()`), [], `${scheme} ${media}`);
    }
  });

  it("says all of it on paper and without a script", async () => {
    await show(troubled());
    const [before, whole] = [
      await page.pdf(),
      Number(await page.evaluate("document.querySelectorAll('details').length")),
    ];
    assert.equal(before.subarray(0, 5).toString(), "%PDF-");
    assert.ok(before.length > 50_000);
    await page.prefer("light", "print");
    assert.equal(await page.evaluate("document.querySelector('.tools').offsetHeight"), 0);
    assert.ok(
      await page.evaluate<boolean>(
        "[...document.querySelectorAll('details .body')].every((body) => body.checkVisibility())",
      ),
    );
    assert.ok(whole > 20);
    await page.prefer("light");
    await page.withScripts(false);
    await show(troubled());
    await page.withScripts(true);
    assert.equal(await page.evaluate("document.querySelector('.tools').hidden"), true);
    for (const part of [
      "zone/test-portal -> zone/test-billing",
      "the portal shows invoices, which billing serves",
      "Calico's BGP sessions",
    ])
      assert.ok(
        await page.evaluate<boolean>(`document.body.textContent.includes(${JSON.stringify(part)})`),
        part,
      );
  });

  it("keeps texts text that try to be more", async () => {
    await show(hostile());
    await page.evaluate("for (const one of document.querySelectorAll('td.leak button')) one.click()");
    assert.ok((await dialog()).includes(canary));
    await page.evaluate("document.getElementById('find').value = 'onerror'");
    assert.equal(await page.evaluate("document.querySelectorAll('img').length"), 0);
    assert.equal(await page.evaluate("document.querySelectorAll('script').length"), 1);
    assert.doesNotMatch(await page.evaluate("document.title"), /^broken$/);
    assert.ok(
      await page.evaluate<boolean>(
        `document.querySelector('h3').textContent.includes(${JSON.stringify(canary)})`,
      ),
    );
  });

  it("fits a narrow window: only tables and maps are scrolled sideways", async () => {
    await page.size(360, 800);
    for (const statement of [troubled(), manifests()]) {
      await show(statement);
      assert.ok(await page.evaluate<boolean>("document.documentElement.scrollWidth <= innerWidth"));
    }
  });

  it("stays usable with 200 zones that are all unlike", async () => {
    await show(large(200, 1));
    const start = performance.now();
    await focus(".matrix tbody button");
    await page.press("ArrowDown");
    await page.press("ArrowDown");
    assert.match(await focused(), /^zone-001 to registry: allowed/);
    await page.press("End");
    await focus("#find");
    await page.type("zone-123");
    assert.match(
      await page.evaluate("document.querySelector('.tools output').textContent"),
      /of 206 parties/,
    );
    assert.ok(performance.now() - start < 10_000, "within ten seconds, on a machine with other work as well");
  });
});

/** In a page: the texts whose contrast is below what WCAG 2.2 asks for, 4.5 to 1 or for large ones 3 to 1. */
function faint(): string[] {
  interface Styled {
    readonly parentElement: Styled | null;
    readonly textContent: string;
    readonly childNodes: Iterable<{ readonly nodeType: number; readonly textContent: string }>;
    getClientRects: () => { readonly length: number };
    closest: (selector: string) => unknown;
  }
  const { document, getComputedStyle } = globalThis as unknown as {
    document: { querySelectorAll: (selector: string) => Iterable<Styled> };
    getComputedStyle: (element: Styled) => Readonly<Record<string, string>>;
  };
  const channels = (color = "") => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: readonly number[]) =>
    color
      .slice(0, 3)
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, index) => sum + value * ([0.2126, 0.7152, 0.0722][index] ?? 0), 0);
  const backgroundOf = (element: Styled | null): number[] => {
    if (element === null) return [255, 255, 255];
    const color = channels(getComputedStyle(element)["backgroundColor"]);
    return color[3] === 0 ? backgroundOf(element.parentElement) : color;
  };
  const found: string[] = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes]
      .filter(({ nodeType }) => nodeType === 3)
      .map(({ textContent }) => textContent);
    if (
      own.join("").trim() === "" ||
      element.getClientRects().length === 0 ||
      element.closest(".skip") !== null
    )
      continue;
    const style = getComputedStyle(element);
    const isDrawn = element.closest("svg") !== null;
    const [text, behind] = [channels(isDrawn ? style["fill"] : style["color"]), backgroundOf(element)].map(
      luminance,
    );
    const ratio = (Math.max(text ?? 0, behind ?? 0) + 0.05) / (Math.min(text ?? 0, behind ?? 0) + 0.05);
    const isLarge = Number.parseFloat(style["fontSize"] ?? "") >= 24;
    if (ratio < (isLarge ? 3 : 4.5)) found.push(`${own.join("").trim()}: ${ratio.toFixed(2)}`);
  }
  return found;
}
