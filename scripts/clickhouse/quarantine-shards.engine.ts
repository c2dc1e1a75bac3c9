import { quarantineSuite } from "./quarantine.suite.ts";

quarantineSuite(2);
