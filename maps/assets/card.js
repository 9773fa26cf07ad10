// The card: what one unit is, and why.

const STATUS = ["decided", "contested", "review", "by_decision"];

function unitCard(facts, speech, unit, place, actions) {
  const { words } = speech;
  const { units, zones } = facts;
  const main = zones[units.main[unit]];
  return [
    node(
      "header",
      { class: "zp-card-head" },
      node("h2", { tabIndex: -1 }, units.name[unit]),
      node(
        "p",
        { class: "zp-muted" },
        [units.id[unit], facts.jurisdictions[units.jurisdiction[unit]], speech.ha(units.area_ha[unit])]
          .filter(Boolean)
          .join(" · "),
      ),
      node("p", {}, statusBadge(words, units.status[unit], facts.rules[units.main_claim[unit][0]])),
      node(
        "p",
        { class: "zp-actions" },
        node("button", { type: "button", on: { click: actions.show } }, words.show),
        node("button", { type: "button", on: { click: actions.close } }, words.close),
      ),
    ),
    place.length ? part(words.here, node("p", {}, place.join(" · "))) : null,
    part(
      words.main,
      zoneTitle(
        box(() => main.fill),
        main,
      ),
      claimText(facts, speech, units.main_claim[unit]),
    ),
    part(words.overlays, overlayTexts(facts, speech, unit)),
    part(words.others, otherClaims(facts, speech, unit)),
    part(words.lines, lineTexts(facts, speech, unit)),
    part(words.quota, quotaTexts(facts, speech, unit)),
    part(words.payments, paymentTexts(facts, speech, unit)),
    part(words.policies, policyTexts(facts, speech, unit)),
  ];
}

function part(title, ...content) {
  return content.flat().filter(Boolean).length
    ? node("section", { class: "zp-part" }, node("h3", {}, title), ...content)
    : null;
}

function zoneTitle(picture, zone, ...more) {
  return node("p", { class: "zp-zone" }, picture, node("strong", {}, zone.title), ...more);
}

function statusBadge(words, status, rule) {
  const settings = { class: STATUS[status] === "decided" ? "zp-badge" : "zp-badge zp-warn" };
  return node("span", settings, words[rule?.kind === "locked" ? "locked" : STATUS[status]]);
}

function overlayTexts(facts, speech, unit) {
  const held = facts.units.overlays[unit];
  return held.map((place) => {
    const zone = facts.zones[place];
    const claims = facts.units.claims[unit].filter((claim) => claim[1] === place && claim[2] === "yes");
    return node(
      "div",
      { class: "zp-overlay" },
      zoneTitle(
        box((context, ratio) => hatch(context, zone.hatch, ratio)),
        zone,
      ),
      claims.map((claim) => claimText(facts, speech, claim)),
    );
  });
}

// Claims that decided nothing: of other main functions, and of overlays that a missing value leaves open.
function otherClaims(facts, speech, unit) {
  const held = facts.units.overlays[unit];
  return facts.units.claims[unit]
    .filter((claim) => !(claim[2] === "yes" && held.includes(claim[1])))
    .map((claim) => {
      const rule = facts.rules[claim[0]];
      const verb = claim[2] === "yes" ? "claims" : "may_claim";
      return node(
        "div",
        { class: "zp-other" },
        node(
          "p",
          {},
          node("strong", {}, ruleName(speech, rule)),
          " ",
          speech.say(verb, { zone: facts.zones[claim[1]].title }),
        ),
        claimText(facts, speech, claim),
      );
    });
}

function ruleName(speech, rule) {
  return rule.kind === "rule" ? speech.say("rule", { id: rule.id }) : speech.words[rule.kind === "locked" ? "locked" : "by_decision"];
}

// Why: the reason in words, each clause with its values and thresholds, and where the rule is written.
function claimText(facts, speech, [ruleAt, , , text, clauses]) {
  const rule = facts.rules[ruleAt];
  const { words } = speech;
  const byDefault = rule?.kind === "default";
  const reason = clauses.length && rule ? (byDefault ? words.default_rule : text || rule.reason) : text;
  return node(
    "div",
    { class: "zp-why" },
    node("p", {}, reason),
    clauses.length
      ? node(
          "ul",
          { class: "zp-clauses" },
          clauses.map((clause) => clauseText(words, clause)),
        )
      : null,
    rule?.reference
      ? node(
          "p",
          { class: "zp-source" },
          speech.say("named", { name: ruleName(speech, rule), value: rule.reference }),
          rule.verified ? "" : speech.say("in_brackets", { text: words.unverified }),
        )
      : null,
  );
}

function clauseText(words, [answer, sentence, decides]) {
  const sign = { yes: "✓", no: "✗", unknown: "?" }[answer] ?? "?";
  return node(
    "li",
    { class: `zp-${answer}${decides ? "" : " zp-idle"}` },
    node(
      "span",
      { class: "zp-sign", role: "img", "aria-label": words[answer] ?? answer, title: words[answer] ?? answer },
      sign,
    ),
    node("span", {}, sentence),
  );
}

function unseen(words) {
  return node("span", { class: "zp-badge zp-warn" }, words.unseen);
}

function lineTexts(facts, speech, unit) {
  return facts.units.lines[unit].map(([place, claimed, settled, lostTo]) => {
    const layer = facts.lines[place];
    const winners = lostTo.map((one) => (typeof one === "number" ? facts.lines[one].title : one)).join(speech.words.and);
    const lost = claimed - settled;
    const told = [speech.ha(settled)];
    if (lost > 0.005) told.push(speech.say("claimed", { n: speech.ha(claimed) }));
    if (winners) told.push(speech.say("lost", { n: speech.ha(lost), line: winners }));
    return node(
      "div",
      { class: "zp-item" },
      zoneTitle(lineSwatch(layer), layer),
      node("p", {}, told.join(" · ")),
      layer.reference ? node("p", { class: "zp-source" }, layer.reference) : null,
    );
  });
}

function quotaTexts(facts, speech, unit) {
  const { words } = speech;
  const texts = facts.units.quotas[unit].map((row) => {
    const [place, amount, floor, ceiling, weight, binding, jurisdiction, price, carried, transferred, told] = row;
    const quota = facts.quotas[place];
    const whole = quota.jurisdictions[jurisdiction];
    const free = quota.objective ? words.not_bound_best : words.not_bound;
    const facts_ = [
      [
        quota.objective === "suitability" ? words.suitability : words.weight,
        weight === null ? words.missing : speech.value(weight),
      ],
      [words.floor, speech.amount(floor, quota.unit)],
      [words.ceiling, speech.amount(ceiling, quota.unit)],
      Number(ceiling) > 0 && [words.use, shareText(speech, Number(amount) / Number(ceiling))],
      carried && [words.carried, speech.amount(carried, quota.unit)],
      transferred && [words.transferred, speech.amount(transferred, quota.unit)],
      [words.binding, binding ? (words[binding] ?? binding) : free],
      price !== null && [words.price, told || speech.value(price)],
      quota.solution && [words.objective, quota.solution],
    ].filter(Boolean);
    return node(
      "div",
      { class: "zp-item" },
      node(
        "p",
        { class: "zp-amount" },
        node("strong", {}, speech.amount(amount, quota.unit)),
        " ",
        node("span", { class: "zp-muted" }, `${speech.plain(quota.name)}, ${quota.period}`),
        whole
          ? node("small", {}, speech.say("of_whole", { n: speech.amount(whole, quota.unit), name: jurisdiction }))
          : null,
      ),
      node(
        "dl",
        { class: "zp-facts" },
        facts_.map(([name, value]) => node("div", {}, node("dt", {}, name), node("dd", {}, value))),
      ),
    );
  });
  if (!texts.length) return [];
  const names = facts.plan.deductions.map((name) => speech.plain(name)).join(words.and);
  return [...texts, names ? node("p", { class: "zp-caution" }, speech.say("not_deducted", { names })) : null];
}

function policyTexts(facts, speech, unit) {
  const { words } = speech;
  const list = facts.shared[facts.units.policies[unit]].map(([place, over, settings, part, exception, above]) => {
    const policy = facts.policies[place];
    const days = [
      policy.since && speech.say("since", { day: policy.since }),
      policy.until && speech.say("until", { day: policy.until }),
    ]
      .filter(Boolean)
      .join(" ");
    const holds = over === -1;
    const title = node(holds ? "strong" : "s", {}, policy.title);
    const told = facts.settings[settings].map(([name, value, unitOf]) =>
      speech.say("named", { name: speech.plain(name), value: `${speech.value(value)} ${unitOf}`.trim() }),
    );
    return node(
      "li",
      { class: holds ? "" : "zp-overruled" },
      node(
        "p",
        { class: "zp-policy" },
        title,
        " ",
        node("span", { class: "zp-badge" }, speech.plain(policy.instrument)),
        policy.verified ? null : unseen(words),
        over < 0
          ? null
          : node("span", { class: "zp-badge zp-warn" }, speech.say("overruled", { title: facts.policies[over].title })),
        part === null ? null : node("span", { class: "zp-badge" }, speech.say("in_part", { n: speech.ha(part) })),
        above ? node("span", { class: "zp-badge" }, speech.say("inherited", { name: above })) : null,
      ),
      exception ? node("p", { class: "zp-caution" }, speech.say("excepted", { text: exception })) : null,
      node("p", {}, policy.clause),
      told.length ? node("p", { class: "zp-settings" }, told.join(" · ")) : null,
      node("p", { class: "zp-source" }, [policy.reference, days].filter(Boolean).join(" · ")),
    );
  });
  return list.length ? [node("ul", { class: "zp-policies" }, list)] : [];
}

// What applies at one place inside a unit.
function textsAt(facts, piece) {
  if (piece < 0) return [];
  const lines = facts.lines.filter((layer) => layer.holds.has(piece)).map((layer) => layer.title);
  const layers = facts.designations
    .filter((layer) => layer.holds.has(piece))
    .map((layer) => layer.name.replaceAll("_", " "));
  return [...lines, ...layers];
}
