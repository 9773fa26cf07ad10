// Files: what the page makes is handed to the browser, and that is said.

import { node } from "./dom.js";
import { show } from "./live_region.js";

/** @import { Speech } from "./speech.js" */

const KEPT_MS = 60_000;

/**
 * @param {Speech} speech
 * @param {Blob} blob
 * @param {string} title What the file is called, but for what no name of a file may have.
 * @param {string} ending
 */
export function saveFile(speech, blob, title, ending) {
  const name = title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  const link = node("a", { href: URL.createObjectURL(blob), download: `${name || "map"}.${ending}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
  show(speech.say("saved_as", { file: link.download }));
}
