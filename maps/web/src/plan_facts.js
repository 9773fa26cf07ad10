// Facts: the page's model as the scripts read it, with what follows from it worked out once.

import { RowGroups, rowsOf } from "./columns.js";
import { measuresOf } from "./measures.js";
import { paymentFacts } from "./payment_facts.js";
import { siteFacts } from "./site_layer.js";
import { tableFacts } from "./table_facts.js";
import { fullNames } from "./unit_names.js";

/**
 * @import { Page } from "./page_model.d.ts"
 * @typedef {ReturnType<typeof factsOf>} Facts
 * @typedef {object} Tried
 * @property {string[]} unknown Why amounts of a quota are not known.
 * @property {boolean} zones Whether main functions and overlays are known.
 * @property {(measure: string) => boolean} knows Whether the values of a measure hold.
 * @property {(unit: number) => string} rule The id of the rule that gives the main function, if one does.
 * @property {(unit: number, quota: number) => number} amount What units get.
 * @typedef {NonNullable<Facts["comparison"]>} ComparedFacts
 */

/**
 * @param {Page} page
 * @param {ArrayLike<number>[]} measured The values of each measure, NaN where one is unknown.
 */
export function factsOf(page, measured) {
  const { cards } = page;
  const measures = measuresOf(page, measured);
  return {
    ...page,
    ...cards,
    units: { ...cards.units, full: fullNames(cards.units, cards.jurisdictions) },
    lines: page.lines.map(held),
    designations: page.designations.map(held),
    measures,
    table: page.table && tableFacts(page.table, measures),
    sites: page.sites.map(siteFacts),
    payments: paymentFacts(page),
    comparison: page.comparison && { ...page.comparison, moves: new RowGroups(page.comparison.moves) },
    /** What is shown in the place of the adopted plan: see `showTry`. */
    tried: /** @type {Tried | null} */ (null),
    main_claims: rowsOf(cards.main_claims),
    claims: new RowGroups(cards.claims),
    line_rows: new RowGroups(cards.line_rows),
    quota_rows: new RowGroups(cards.quota_rows),
    siting_rows: new RowGroups(cards.siting_rows),
    settings: new RowGroups(cards.settings),
    policy_lists: new RowGroups(cards.policy_lists),
    reasons: new RowGroups(cards.reasons),
    headings: new RowGroups(cards.headings),
    /** The scenario that is shown, or -1. */
    in_effect: -1,
    /** The amounts of each quota, of units that get others in the scenario that is shown. */
    amounts: /** @type {Map<number, string[]>} */ (new Map()),
  };
}

/**
 * A layer that can be asked whether it holds a piece.
 * @template {{ pieces: number[] }} Layer
 * @param {Layer} layer
 */
function held(layer) {
  return { ...layer, holds: new Set(layer.pieces) };
}
