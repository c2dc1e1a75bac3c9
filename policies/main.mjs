// What the engine starts. Pulumi would compile TypeScript by itself, with an older compiler; Node runs it.
import "./pack.ts";
