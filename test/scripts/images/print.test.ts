import assert from "node:assert/strict";
import type { AwsImage } from "../../../components/plan/index.ts";
import type { FoundImage } from "../../../scripts/commands/images/lookUp.ts";
import { describeImage } from "../../../scripts/commands/images/print.ts";

const pin: AwsImage = {
  id: "ami-0123456789abcdef0",
  family: "ubuntu",
  name: "ubuntu-*",
  owner: "099720109477",
};
const now = new Date("2026-11-25T04:00:00Z");
const image = (id: string, made: string, deprecated?: string): FoundImage => ({
  id,
  name: `ubuntu-${made}`,
  made: new Date(`${made}T03:00:00.000Z`),
  ...(deprecated === undefined ? {} : { deprecated: new Date(`${deprecated}T00:00:00.000Z`) }),
});

describe("what scripts/images says of an image", () => {
  it("is how old the pinned one is, until when it is advised, and what came after it", () => {
    assert.deepEqual(
      describeImage(
        "linux",
        pin,
        {
          pinned: image(pin.id, "2026-09-01", "2028-09-01"),
          newer: [image("ami-2", "2026-11-20"), image("ami-1", "2026-10-20")],
        },
        now,
      ),
      [
        "linux: ami-0123456789abcdef0 is pinned",
        "  ubuntu-2026-09-01",
        "  made on 2026-09-01, 85 days ago; its owner advises against it from 2028-09-01 on",
        "  newer, the newest first:",
        "    ami-2  2026-11-20  ubuntu-2026-11-20",
        "    ami-1  2026-10-20  ubuntu-2026-10-20",
      ],
    );
  });

  it("is that its owner advises against it, and that there is nothing newer", () => {
    assert.deepEqual(
      describeImage("linux", pin, { pinned: image(pin.id, "2026-11-24", "2026-11-25"), newer: [] }, now),
      [
        "linux: ami-0123456789abcdef0 is pinned",
        "  ubuntu-2026-11-24",
        "  made on 2026-11-24, 1 day ago; its owner advises against it since 2026-11-25",
        "  nothing newer of 099720109477 is called ubuntu-*",
      ],
    );
  });

  it("is that AWS does not have it, and at most five of those that it has", () => {
    const newer = ["09", "08", "07", "06", "05", "04", "03"].map((day) =>
      image(`ami-${day}`, `2026-11-${day}`),
    );
    assert.deepEqual(describeImage("linux", pin, { newer }, now).slice(1), [
      "  AWS does not show it to this account: a machine that is made anew would not start",
      "  newer, the newest first:",
      "    ami-09  2026-11-09  ubuntu-2026-11-09",
      "    ami-08  2026-11-08  ubuntu-2026-11-08",
      "    ami-07  2026-11-07  ubuntu-2026-11-07",
      "    ami-06  2026-11-06  ubuntu-2026-11-06",
      "    ami-05  2026-11-05  ubuntu-2026-11-05",
      "    and 2 more",
    ]);
  });

  it("is what to write where the stack file does not say how it is called or whose it is", () => {
    const bare: AwsImage = { id: pin.id, family: "windows" };
    const pinned = image(pin.id, "2026-11-25");
    assert.deepEqual(describeImage("windows", bare, { pinned }, now).slice(2), [
      "  made on 2026-11-25, today",
      "  newer ones cannot be looked up: write its name, with * for what newer ones have in its place and its owner beside the id, such as { name: Windows_Server-2022-English-Core-Base-*, owner: amazon }",
    ]);
    assert.deepEqual(
      describeImage("linux", { ...bare, name: "x-*" }, { pinned }, now).at(-1),
      [
        '  newer ones cannot be looked up: write its owner beside the id, such as { name: ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*, owner: "099720109477" }',
      ][0],
    );
  });
});
