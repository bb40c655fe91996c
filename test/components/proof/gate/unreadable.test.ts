import assert from "node:assert/strict";
import { RunError } from "@pulumi/pulumi";
import { Gate } from "../../../../components/proof/gate/index.ts";
import { UnreadableError } from "../../../../components/proof/unreadable.ts";

describe("a program that asks for what no cloud would take", () => {
  it("is ended with what is wrong, as one that leaks is, and not with a stack trace", async () => {
    const problem = {
      file: "aws:ec2/subnet:Subnet billing-a",
      what: 'cidrBlock is "10.0.0.0/33"',
      expected: "a CIDR block",
    };
    await assert.rejects(
      new Gate().prove(() => Promise.reject(new UnreadableError(problem))),
      (error: unknown) => {
        // Only of this kind the SDK prints the message alone.
        assert.ok(RunError.isInstance(error));
        assert.equal(
          error.message,
          [
            "the proof cannot read what the program asks for, so nothing was made or changed.",
            "",
            'aws:ec2/subnet:Subnet billing-a: cidrBlock is "10.0.0.0/33"; expected a CIDR block',
          ].join("\n"),
        );
        return true;
      },
    );
  });

  it("is not taken for one where the proof itself fails", async () => {
    await assert.rejects(
      new Gate().prove(() => Promise.reject(new RangeError("a fault"))),
      { name: "RangeError", message: "a fault" },
    );
  });
});
