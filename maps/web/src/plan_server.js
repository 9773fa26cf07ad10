// The program on this computer that handed the page out, where it did: it works out what the page cannot redo alone.

/**
 * @typedef {{ code: string, title: string }} Role
 * @typedef {{ roles: Role[], tried: boolean }} Server What the page is told of it.
 * @typedef {{ role: string, features: { type: string, features: object[] } }} DrawnLayer
 * @typedef {{ page: string }} Made
 */

const META = 'meta[name="zoneplan-server"]';

/** What handed the page out; null where the page is a file. @returns {Server | null} */
export function serverOfPage() {
  const said = document.querySelector(META)?.getAttribute("content");
  return said ? JSON.parse(said) : null;
}

/**
 * Have a try worked out.
 * @param {string} scenario The file of the try.
 * @param {Record<string, DrawnLayer>} layers
 * @param {(text: string) => void} step Called with what is being done.
 * @returns {Promise<Made>} Rejected with what was refused, in words.
 */
export async function workOut(scenario, layers, step) {
  const answer = await ask("/tries", { scenario, layers });
  if (!answer.ok || !answer.body) throw new Error(await answer.text());
  let last = /** @type {any} */ ({});
  await readLines(answer.body, (line) => {
    last = JSON.parse(line);
    if (last.text) step(last.text);
  });
  if (!last.page) throw new Error(last.error ?? "");
  return last;
}

/**
 * Have a try written beside the plan.
 * @param {string} name Of the file, without its ending.
 * @param {string} scenario
 * @returns {Promise<string>} The name of the file.
 */
export async function keepBesidePlan(name, scenario) {
  const answer = await ask("/scenarios", { name, scenario });
  const text = await answer.text();
  const said = text.startsWith("{") ? JSON.parse(text) : { error: text };
  if (!said.file) throw new Error(said.error);
  return said.file;
}

/**
 * @param {string} path
 * @param {object} content
 */
function ask(path, content) {
  return fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) });
}

/**
 * The lines of an answer, as they come.
 * @param {ReadableStream<Uint8Array>} body
 * @param {(line: string) => void} each
 */
export async function readLines(body, each) {
  const reader = body.pipeThrough(/** @type {any} */ (new TextDecoderStream())).getReader();
  let rest = "";
  for (;;) {
    const { done, value = "" } = await reader.read();
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    if (done) lines.push(rest);
    for (const line of lines) if (line) each(line);
    if (done) return;
  }
}
