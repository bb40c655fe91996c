import assert from "node:assert/strict";
import { withImage } from "../../../scripts/commands/images/write.ts";
import { listEnvironments, parseStackFile, readStackFile } from "../../../stacks/config/file.ts";

const id = "ami-00000000000000abc";

describe("pinning another image", () => {
  it("changes the id and not a character more, in every stack file that pins one", async () => {
    let changed = 0;
    for (const name of await listEnvironments()) {
      const file = await readStackFile(name);
      const images = parseStackFile(file).aws?.images ?? {};
      for (const os of ["linux", "windows"] as const) {
        const old = images[os]?.id;
        if (old === undefined) continue;
        changed++;
        const { text } = withImage(file, os, id);
        assert.equal(text, file.text.replace(old, id), `${name} ${os}`);
      }
    }
    assert.ok(changed > 0);
  });

  it("keeps quotes and comments as they are", async () => {
    const file = await readStackFile("test");
    const text = file.text.replace("id: ami-0123456789abcdef0", "id: ami-0123456789abcdef0 # of spring");
    assert.notEqual(text, file.text);
    assert.match(
      withImage({ ...file, text }, "linux", id).text,
      /^ +id: ami-00000000000000abc # of spring$/m,
    );
  });

  it("is refused where the id stands elsewhere in the file", async () => {
    const file = await readStackFile("test");
    const text = file.text
      .replace("id: ami-0123456789abcdef0", "id: *image")
      .replace("config:", "image: &image ami-0123456789abcdef0\nconfig:");
    assert.equal(parseStackFile({ ...file, text }).aws?.images.linux?.id, "ami-0123456789abcdef0");
    assert.throws(() => withImage({ ...file, text }, "linux", id), {
      message:
        "stacks/Pulumi.test.yaml does not write the id of aws.images.linux out there; write ami-00000000000000abc into it by hand",
    });
  });

  it("is refused where others share what stands there", async () => {
    const file = await readStackFile("demo");
    const text = file.text.replace(
      /images: \{.*\}/,
      "images: { linux: { id: &image ami-0123456789abcdef0 }, windows: { id: *image } }",
    );
    assert.equal(parseStackFile({ ...file, text }).aws?.images.windows?.id, "ami-0123456789abcdef0");
    assert.throws(() => withImage({ ...file, text }, "linux", id), {
      message: `stacks/Pulumi.demo.yaml would change elsewhere too with ${id} in aws.images.linux; write it there by hand`,
    });
  });
});
