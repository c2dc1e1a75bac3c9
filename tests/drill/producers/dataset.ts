import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** One flight of the package `vega-datasets` (BSD-3-Clause), `data/flights-20k.json`. */
export interface Flight {
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

/** Real rows that payloads are made of. */
export interface Dataset {
  readonly flights: readonly Flight[];
  /** Film titles with the punctuation and alphabets that real text has. */
  readonly titles: readonly string[];
}

/** Reads the data sets out of the installed package (about 3 MB; 20,000 flights, 3,200 films). */
export function loadDataset(): Dataset {
  const read = (name: string): unknown => {
    const url = new URL(`../data/${name}`, import.meta.resolve("vega-datasets"));
    return JSON.parse(readFileSync(fileURLToPath(url), "utf8"));
  };
  const films = read("movies.json") as { Title: unknown }[];
  return {
    flights: read("flights-20k.json") as Flight[],
    titles: films.map(({ Title }) => String(Title)),
  };
}
