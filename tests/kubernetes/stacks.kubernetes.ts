import { describe, expect, test } from "vitest";
import { kubernetesVersion } from "../../components/eks/versions.ts";
import { serverWith } from "./install.ts";
import { label, manifestsOf, skipped, stacks } from "./manifests.ts";
import { finderIn } from "./spoil.ts";
import { spoiltOnes } from "./spoilt.ts";
import { madeOf } from "./templates.ts";

const accepted = { refusal: undefined, warnings: [] };

/** Kinds that refusals.kubernetes.ts spoils: of prod, which comes first and has every kind. */
let spoilt: ReadonlySet<string> | undefined;

// One after another: programs of Pulumi share the runtime of their process.
for (const [stack, settings] of Object.entries(stacks)) {
  const manifests = await manifestsOf(settings());
  const controlled = (spoilt ??= new Set(
    spoiltOnes(finderIn(manifests)).map(([, { kind }]) => kind),
  ));

  describe(stack, () => {
    const server = serverWith(manifests);

    test("is checked by the version that its cluster will have", () => {
      expect(server().version).toMatch(new RegExp(`^v${kubernetesVersion}\\.\\d+$`));
    });

    test("asks for no object twice", () => {
      const objects = manifests.map(
        ({ apiVersion, kind, metadata: { namespace = "", name } }) =>
          `${apiVersion} ${kind} ${namespace}/${name}`,
      );
      expect(objects.length).toBeGreaterThan(15);
      expect(new Set(objects).size).toBe(objects.length);
    });

    test("has no kind of object that the API server was never seen to refuse", () => {
      expect(manifests.filter(({ kind }) => !controlled.has(kind)).map(label)).toEqual([]);
    });

    describe("its manifests are accepted, without a warning", () => {
      for (const manifest of manifests) {
        const why = skipped(manifest);
        test.skipIf(why !== "")(label(manifest) + why, async () => {
          expect(await server().client.dryRun(manifest)).toMatchObject(accepted);
        });
      }
    });

    describe("what is made of their templates is accepted, by Pod Security too", () => {
      for (const manifest of manifests) {
        for (const [index, made] of madeOf(manifest).entries()) {
          test(`${made.kind} ${index + 1} of ${label(manifest)}`, async () => {
            expect(await server().client.dryCreate(made)).toMatchObject(accepted);
          });
        }
      }
    });
  });
}
