import type { Answer } from "./endpoint.ts";

export const xml = (body: string, status = 200): Answer => ({
  status,
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  headers: { "content-type": "text/xml;charset=UTF-8" },
});
