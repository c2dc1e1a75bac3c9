import { describe, expect, test } from "vitest";
import { scramVerifier } from "./logins.ts";

describe("what PostgreSQL keeps of a password", () => {
  test("is its SCRAM verifier: keys that give the server signature of RFC 7677's example", () => {
    const [, iterations, salt, stored, server] =
      /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)$/.exec(
        scramVerifier("pencil", Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64")),
      ) ?? [];
    expect(iterations).toBe("4096");
    expect(salt).toBe("W22ZaJ0SNY7soEsUEjb6gQ==");
    expect(stored).toBe("WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=");
    expect(server).toBe("wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
  });

  test("does not hold the password, and differs each time", () => {
    const [one, two] = [scramVerifier("hidden1234"), scramVerifier("hidden1234")];
    expect(one).not.toContain("hidden1234");
    expect(one).not.toBe(two);
  });

  test.each(["", "with space", "ünicode", "quote'"])("of %j is refused", (password) => {
    expect(() => scramVerifier(password)).toThrow(/letters and digits/);
  });
});
