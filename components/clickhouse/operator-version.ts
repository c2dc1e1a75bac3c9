/** The operator and its definitions change together: images, custom resource definitions, permissions. */
export const operatorVersion = "0.25.6";
