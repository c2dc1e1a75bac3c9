import { z } from "zod";
import { all, defineRule, each, failIf, notApplicable, pass } from "../../rule.ts";
import { kubernetes } from "../../types.ts";

const provisioners = ["ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs"];
const byDefault = "aws:ebs/encryptionByDefault:EncryptionByDefault";

export default defineRule({
  id: "workloads-volumes-encrypted",
  severity: "high",
  title: "Storage classes of EBS make encrypted volumes",
  remediation:
    'Set `parameters.encrypted: "true"` and `parameters.kmsKeyId` of the StorageClass: a volume cannot be encrypted later, nor can its snapshots.',
  covers: ["CKV_AWS_3", "SH-EC2.3", "cfg-encrypted-volumes"],
  url: "https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md",
  config: z.strictObject({
    customerKey: z.boolean().default(false).describe("Asks for a key of one's own (kmsKeyId) too"),
  }),
  check: each(kubernetes.storageClass, (storageClass, { stack, config }) => {
    const provisioner = String(storageClass.string("provisioner"));
    if (!provisioners.includes(provisioner)) {
      return notApplicable(`${provisioner} makes no volumes of EBS`);
    }
    const parameters = storageClass.at("parameters");
    const encrypted = parameters.boolean("encrypted") === true;
    if (!encrypted && !config.customerKey) {
      // The whole account's setting in this region.
      const always = stack.of(byDefault).some((each) => each.boolean("enabled") ?? true);
      if (always) return pass;
    }
    return all(
      failIf(
        !encrypted,
        `volumes of ${storageClass.label} are stored as they are: set parameters.encrypted to "true"`,
      ),
      failIf(
        config.customerKey && !parameters.has("kmsKeyId"),
        `volumes of ${storageClass.label} are encrypted with the key that AWS manages: set parameters.kmsKeyId`,
      ),
    );
  }),
});
