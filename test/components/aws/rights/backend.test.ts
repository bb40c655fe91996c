import assert from "node:assert/strict";
import { backendRights, parseBackend } from "../../../../components/aws/rights/index.ts";
import { allows } from "./evaluate.ts";

const scope = { environment: "dev", region: "eu-central-1", account: "111122223333" };
const kmsKey = "arn:aws:kms:eu-central-1:111122223333:key/0a1b";
const { read, deploy } = backendRights(scope, { bucket: "states", kmsKey, project: "bulkhead" });
const states = "arn:aws:s3:::states";
const may = (action: string, resource: string) => allows([...read, ...deploy], { action, resource });
const mayRead = (action: string, resource: string) => allows(read, { action, resource });

describe("rights to a stack's state", () => {
  // What Pulumi 3.259 asked of moto's S3 and KMS in stack init, up, preview, refresh, history, destroy and stack rm.
  it("are all that Pulumi asks for", () => {
    for (const [action, path] of [
      ["s3:GetObject", "/.pulumi/meta.yaml"],
      ["s3:GetObject", "/.pulumi/stacks/bulkhead/dev.json"],
      ["s3:PutObject", "/.pulumi/stacks/bulkhead/dev.json.bak"],
      ["s3:GetObject", "/.pulumi/stacks/bulkhead/dev.pulumi-tags"],
      ["s3:PutObject", "/.pulumi/locks/organization/bulkhead/dev/4a4464d9.json"],
      ["s3:DeleteObject", "/.pulumi/locks/organization/bulkhead/dev/4a4464d9.json"],
      ["s3:PutObject", "/.pulumi/history/bulkhead/dev/dev-1795581381996991854.history.json"],
      ["s3:DeleteObject", "/.pulumi/history/bulkhead/dev/dev-1795581381996991854.history.json"],
      ["s3:PutObject", "/.pulumi/backups/bulkhead/dev/dev.1795581382023607280.json"],
      ["s3:ListBucket", ""],
    ] as const)
      assert.equal(may(action, `${states}${path}`), true, `${action} ${path}`);
    for (const action of ["kms:Encrypt", "kms:Decrypt"]) assert.equal(may(action, kmsKey), true);
  });

  it("do not reach another stack's state, whatever its name begins with, nor the bucket itself", () => {
    for (const path of [
      "/.pulumi/stacks/bulkhead/dev-tiers.json",
      "/.pulumi/history/bulkhead/dev-tiers/x.json",
      "/.pulumi/locks/organization/bulkhead/dev-tiers/x.json",
      "/elsewhere",
    ])
      for (const action of ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
        assert.equal(may(action, `${states}${path}`), false, `${action} ${path}`);
    assert.equal(may("s3:PutObject", `${states}/.pulumi/meta.yaml`), false);
    assert.equal(may("s3:DeleteObject", `${states}/.pulumi/backups/bulkhead/dev/dev.1.json`), false);
    assert.equal(may("s3:PutBucketPolicy", states), false);
  });

  it("let a preview read the state and its secrets, and write nothing", () => {
    assert.equal(mayRead("s3:GetObject", `${states}/.pulumi/stacks/bulkhead/dev.json`), true);
    assert.equal(mayRead("kms:Decrypt", kmsKey), true);
    assert.equal(mayRead("kms:Encrypt", kmsKey), false);
    assert.deepEqual(
      read.flatMap(({ Action }) => Action),
      ["s3:ListBucket", "s3:GetObject", "kms:Decrypt"],
    );
  });

  it("leave the key out where none is named", () => {
    const without = backendRights(scope, { bucket: "states", project: "bulkhead" });
    assert.ok(!JSON.stringify(without).includes("kms:"));
  });

  it("are read from the URL that pulumi login takes", () => {
    assert.deepEqual(parseBackend("s3://company-states"), { bucket: "company-states" });
    assert.deepEqual(parseBackend("s3://company-states/teams/a/?region=eu-central-1"), {
      bucket: "company-states",
      folder: "teams/a",
    });
    for (const url of ["company-states", "s3://", "s3://Upper", "gs://states", "s3://states/*"])
      assert.throws(() => parseBackend(url), {
        message: `"${url}" is no bucket; write it as for pulumi login, such as s3://company-states`,
      });
  });
});
