/** The one login of the account: what IAM would refuse is not refused here. */
export const accountKeys = {
  accessKeyId: "AKIAACCOUNTOFATEST",
  secretAccessKey: "secret-of-the-account-of-a-test",
};
